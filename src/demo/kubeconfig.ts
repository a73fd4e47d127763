/** A value of a kubeconfig. */
type Yaml = string | boolean | Yaml[] | YamlMap;

/** A block of a kubeconfig. */
export interface YamlMap {
	[key: string]: Yaml;
}

/** The two blocks of a kubeconfig with one context. */
interface KubeconfigParts {
	/** Name of the context, and of the cluster block where that has none of its own. */
	name: string;
	clusterName?: string;
	cluster: YamlMap;
	userName: string;
	user: YamlMap;
}

/** The text of a kubeconfig with one context. */
export function kubeconfigText({
	name,
	clusterName = name,
	cluster,
	userName,
	user,
}: KubeconfigParts): string {
	return `${toYaml({
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [{ name: clusterName, cluster }],
		users: [{ name: userName, user }],
		contexts: [{ name, context: { cluster: clusterName, user: userName } }],
		'current-context': name,
		preferences: {},
	})}\n`;
}

/** PEM as kubeconfigs hold it inline. */
export function inlinePem(pem: string): string {
	return Buffer.from(pem).toString('base64');
}

function toYaml(value: Yaml, indent = ''): string {
	if (typeof value === 'string') return scalar(value);
	if (typeof value === 'boolean') return String(value);
	if (Array.isArray(value)) {
		return value.map(item => `${indent}- ${toYaml(item, `${indent}  `).trimStart()}`).join('\n');
	}
	const entries = Object.entries(value);
	if (entries.length === 0) return '{}';
	return entries.map(([key, field]) => `${indent}${key}:${fieldText(field, indent)}`).join('\n');
}

function fieldText(field: Yaml, indent: string): string {
	if (typeof field !== 'object' || Object.keys(field).length === 0) return ` ${toYaml(field)}`;
	return `\n${toYaml(field, Array.isArray(field) ? indent : `${indent}  `)}`;
}

/** Plain where that is plainly a string, else quoted as JSON, which is YAML too. */
function scalar(text: string): string {
	const isPlain = /^[A-Za-z][\w./@+=-]{3,}$/.test(text) && !/^(true|false|null)$/i.test(text);
	return isPlain ? text : JSON.stringify(text);
}
