import { byCodeUnit } from '../lib/text.ts';
import { sha256 } from '../lib/x509.ts';
import type { AuditRequest } from '../model/audit.ts';
import type { PolicyRule, Subject } from '../model/facts.ts';

/** An object of rbac.authorization.k8s.io/v1, as its YAML says it. */
export type RbacObject = {
	apiVersion: 'rbac.authorization.k8s.io/v1';
	kind: 'Role' | 'ClusterRole' | 'RoleBinding' | 'ClusterRoleBinding';
	metadata: { name: string; namespace?: string };
} & Record<string, unknown>;

/** What one namespace was asked for, or the whole cluster where it is empty. */
interface Need {
	namespace: string;
	rules: Rule[];
}

type Rule = Partial<PolicyRule> & { verbs: string[] };

/**
 * The smallest set of roles and bindings under which every request that was let through is let through again, and
 * nothing is that was not asked for. Refused requests give no right. Names of objects are left out, since those of
 * tomorrow are others, but for Secrets and for who is impersonated, where "any" is worth the cluster.
 */
export function suggestRole(requests: AuditRequest[], subject: Subject): RbacObject[] {
	const granted = requests.filter(({ allowed }) => allowed > 0);
	const wide = granted.filter(({ namespace }) => namespace === '');
	const everywhere = new Set(wide.flatMap(rights));
	const isCovered = (request: AuditRequest) =>
		everywhere.has(anyOf(request)) || rights(request).every(right => everywhere.has(right));
	const namespaces = [...new Set(granted.map(({ namespace }) => namespace))].sort(byCodeUnit);
	const needs = namespaces.map((namespace): Need => {
		const mine = granted.filter(request => request.namespace === namespace);
		return { namespace, rules: toRules(namespace === '' ? mine : mine.filter(each => !isCovered(each))) };
	});
	return toObjects(
		needs.filter(({ rules }) => rules.length > 0),
		subject,
	);
}

/** What a request takes, one text for each object that it is held to. */
function rights(request: AuditRequest): string[] {
	const names = limitedNames(request);
	return names === null ? [anyOf(request)] : names.map(name => JSON.stringify([anyOf(request), name]));
}

function anyOf({ verb, apiGroup, resource, path }: AuditRequest): string {
	return JSON.stringify([verb, apiGroup, resource, path]);
}

/** Verbs that name one object; lists, and what is being created, cannot be held to a name. */
const NAMED_VERBS = ['get', 'update', 'patch', 'delete', 'impersonate'];

function limitedNames({
	verb,
	resource,
	names,
}: Pick<AuditRequest, 'verb' | 'resource' | 'names'>): string[] | null {
	const isTelling = resource === 'secrets' || verb === 'impersonate';
	return isTelling && NAMED_VERBS.includes(verb) ? names : null;
}

function toRules(requests: AuditRequest[]): Rule[] {
	const paths = requests.filter(({ path }) => path !== '');
	const resources = requests.filter(({ resource }) => resource !== '');
	return [...resourceRules(resources), ...pathRules(paths)];
}

/** Resources of one group with the same verbs share a rule: the product of its lists is no more than was asked for. */
function resourceRules(requests: AuditRequest[]): Rule[] {
	const verbsOf = new Map<string, Set<string>>();
	for (const request of requests) {
		const names = limitedNames(request);
		const key = JSON.stringify([
			request.apiGroup,
			request.resource,
			names === null ? [] : [...names].sort(byCodeUnit),
		]);
		verbsOf.set(key, (verbsOf.get(key) ?? new Set()).add(request.verb));
	}
	const rules = new Map<string, Rule & { apiGroups: string[]; resources: string[] }>();
	for (const [key, set] of verbsOf) {
		const [apiGroup, resource, names]: [string, string, string[]] = JSON.parse(key);
		const verbs = [...set].sort(byCodeUnit);
		const shared = JSON.stringify([apiGroup, verbs, names]);
		const rule = rules.get(shared) ?? { apiGroups: [apiGroup], resources: [], verbs };
		rule.resources.push(resource);
		rule.resources.sort(byCodeUnit);
		rules.set(shared, names.length === 0 ? rule : { ...rule, resourceNames: names });
	}
	return sorted([...rules.values()]);
}

function pathRules(requests: AuditRequest[]): Rule[] {
	const pathsOf = new Map<string, string[]>();
	const verbsOf = new Map<string, Set<string>>();
	for (const { path, verb } of requests) verbsOf.set(path, (verbsOf.get(path) ?? new Set()).add(verb));
	for (const [path, set] of verbsOf) {
		const key = JSON.stringify([...set].sort(byCodeUnit));
		pathsOf.set(key, [...(pathsOf.get(key) ?? []), path].sort(byCodeUnit));
	}
	return sorted(
		[...pathsOf].map(([verbs, nonResourceURLs]) => ({ nonResourceURLs, verbs: JSON.parse(verbs) })),
	);
}

function sorted<T>(rules: T[]): T[] {
	const keyed = rules.map(rule => ({ rule, key: JSON.stringify(rule) }));
	return keyed.sort((a, b) => byCodeUnit(a.key, b.key)).map(({ rule }) => rule);
}

/** Namespaces with the same rules share a ClusterRole, each with a binding of its own. */
function toObjects(needs: Need[], subject: Subject): RbacObject[] {
	const alike = new Map<string, Need[]>();
	for (const need of needs) {
		const key = JSON.stringify([need.namespace === '', need.rules]);
		alike.set(key, [...(alike.get(key) ?? []), need]);
	}
	const name = objectName(subject);
	const shared = [...alike.values()].filter(
		([first, ...others]) => first?.namespace !== '' && others.length > 0,
	);
	return [...alike.values()].flatMap(group => {
		const [first] = group;
		if (first === undefined) return [];
		if (first.namespace === '') return clusterWide(name, first.rules, subject);
		if (group.length === 1) return namespaced(name, first, subject);
		const number = shared.length > 1 ? `-${shared.indexOf(group) + 1}` : '';
		const role = `${name}-namespaced${number}`;
		return [
			object('ClusterRole', role, '', { rules: first.rules }),
			...group.map(({ namespace }) => binding('RoleBinding', name, namespace, 'ClusterRole', role, subject)),
		];
	});
}

function clusterWide(name: string, rules: Rule[], subject: Subject): RbacObject[] {
	return [
		object('ClusterRole', name, '', { rules }),
		binding('ClusterRoleBinding', name, '', 'ClusterRole', name, subject),
	];
}

function namespaced(name: string, { namespace, rules }: Need, subject: Subject): RbacObject[] {
	return [
		object('Role', name, namespace, { rules }),
		binding('RoleBinding', name, namespace, 'Role', name, subject),
	];
}

function object(kind: RbacObject['kind'], name: string, namespace: string, body: object): RbacObject {
	const metadata = namespace === '' ? { name } : { name, namespace };
	return { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata, ...body };
}

function binding(
	kind: 'RoleBinding' | 'ClusterRoleBinding',
	name: string,
	namespace: string,
	roleKind: 'Role' | 'ClusterRole',
	roleName: string,
	subject: Subject,
): RbacObject {
	return object(kind, name, namespace, {
		roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: roleName },
		subjects: [
			subject.kind === 'ServiceAccount'
				? { kind: subject.kind, name: subject.name, namespace: subject.namespace }
				: { apiGroup: 'rbac.authorization.k8s.io', kind: subject.kind, name: subject.name },
		],
	});
}

/** Readable where the subject's name allows it; two subjects never share a name. */
function objectName({ namespace, name }: Subject): string {
	const whole = namespace === '' ? name : `${namespace}-${name}`;
	const plain = whole
		.toLowerCase()
		.replace(/[^a-z0-9.-]+/g, '-')
		.replace(/^[-.]+|[-.]+$/g, '');
	return plain === whole && plain.length <= 200
		? `used-by-${plain}`
		: `used-by-${plain.slice(0, 200).replace(/[-.]+$/, '')}-${sha256(whole).slice(0, 8)}`.replace('--', '-');
}
