import type { Cluster } from './control-plane.ts';
import { type KubeObject, waitFor } from './kube-client.ts';

/** A binding as a test names it: subjects are `User alice`, `Group ops` or `ServiceAccount ns/name`. */
export interface BindingShape {
	name: string;
	/** Makes a RoleBinding; left out, a ClusterRoleBinding. */
	namespace?: string;
	/** `ClusterRole view` or `Role reader`. */
	role: string;
	subjects: string[];
	annotations?: Record<string, string>;
}

/** A ClusterRole; a rule leaves out what it does not say. */
export interface RoleShape {
	name: string;
	rules?: PolicyRuleShape[];
	labels?: Record<string, string>;
	/** Takes the rules of every ClusterRole with these labels. */
	aggregates?: Record<string, string>;
}

export interface PolicyRuleShape {
	verbs: string[];
	apiGroups?: string[];
	resources?: string[];
	resourceNames?: string[];
	nonResourceURLs?: string[];
}

export interface SeededBinding {
	uid: string;
	kind: 'ClusterRoleBinding' | 'RoleBinding';
	namespace: string;
	name: string;
}

const API = '/apis/rbac.authorization.k8s.io/v1';
const GROUP = 'rbac.authorization.k8s.io';

export async function createClusterRole(cluster: Cluster, role: RoleShape): Promise<void> {
	await cluster.admin.create(`${API}/clusterroles`, {
		metadata: { name: role.name, labels: role.labels ?? {} },
		rules: role.rules ?? [],
		...(role.aggregates && {
			aggregationRule: { clusterRoleSelectors: [{ matchLabels: role.aggregates }] },
		}),
	});
	if (!role.aggregates) return;
	await waitFor(`the rules of ${role.name}`, async () => {
		const { rules } = await cluster.admin.get<{ rules: unknown[] | null }>(
			`${API}/clusterroles/${role.name}`,
		);
		return rules?.length ? true : undefined;
	});
}

export async function createBinding(cluster: Cluster, shape: BindingShape): Promise<SeededBinding> {
	const [kind = '', roleName = ''] = splitOnce(shape.role, ' ');
	const object = await cluster.admin.create(bindingsPath(shape.namespace), {
		metadata: { name: shape.name, annotations: shape.annotations ?? {} },
		roleRef: { apiGroup: GROUP, kind, name: roleName },
		subjects: shape.subjects.map(toSubject),
	});
	return seededBinding(object);
}

/** Adds subjects to a binding that is there, as an administrator does to the bootstrap ones. */
export async function addSubjects(
	cluster: Cluster,
	name: string,
	subjects: string[],
): Promise<SeededBinding> {
	const path = `${bindingsPath()}/${encodeURIComponent(name)}`;
	const binding = await cluster.admin.get<KubeObject & { subjects: object[] }>(path);
	const all = [...binding.subjects, ...subjects.map(toSubject)];
	return seededBinding(await cluster.admin.patch(path, { subjects: all }));
}

function bindingsPath(namespace?: string): string {
	if (namespace === undefined) return `${API}/clusterrolebindings`;
	return `${API}/namespaces/${namespace}/rolebindings`;
}

function toSubject(text: string) {
	const [kind, name] = splitOnce(text, ' ');
	if (kind !== 'ServiceAccount') return { kind, name, apiGroup: GROUP };
	const [namespace, account] = splitOnce(name, '/');
	return { kind, namespace, name: account };
}

function splitOnce(text: string, separator: string): [string, string] {
	const at = text.indexOf(separator);
	return [text.slice(0, at), text.slice(at + 1)];
}

function seededBinding({ metadata }: KubeObject): SeededBinding {
	const { uid, name, namespace } = metadata;
	const kind = namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding';
	return { uid, kind, namespace: namespace ?? '', name };
}
