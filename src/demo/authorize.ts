import type { RuleSeed } from './seeds/seed.ts';
import { forbidden } from './status.ts';
import type { Answer, ApiBinding, ApiRole, ApiSubject, Objects, Target, UserInfo } from './wire.ts';

/** What somebody wants to do: to a resource (empty namespace or name: any), or to a path. */
export type Attributes =
	| { kind: 'resource'; verb: string; group: string; resource: string; namespace: string; name: string }
	| { kind: 'path'; verb: string; path: string };

/** A rule that somebody holds, and through which binding. */
interface HeldRule {
	rule: RuleSeed;
	source: string;
}

/** Every rule that the cluster's own bindings give a user in a namespace; an empty one means cluster-wide. */
export function rulesFor(objects: Objects, user: UserInfo, namespace: string): HeldRule[] {
	const local = objects.rolebindings.filter(binding => binding.metadata.namespace === namespace);
	return [...objects.clusterrolebindings, ...local].flatMap(binding => {
		const subject = binding.subjects
			?.map(named => inNamespaceOf(binding, named))
			.find(candidate => isSubject(candidate, user));
		if (subject === undefined) return [];
		const source = describe(binding, subject);
		return (roleOf(objects, binding)?.rules ?? []).map(rule => ({ rule, source }));
	});
}

/** Why a user may do it, as the API server words it, which is nothing for its masters; null when no rule allows it. */
export function authorize(objects: Objects, user: UserInfo, wanted: Attributes): string | null {
	if (user.groups.includes('system:masters')) return '';
	const namespace = wanted.kind === 'resource' ? wanted.namespace : '';
	const held = rulesFor(objects, user, namespace).find(({ rule }) => allows(rule, wanted));
	return held === undefined ? null : `RBAC: allowed by ${held.source}`;
}

/** What somebody is told who may not; null where they may. */
export function denial(objects: Objects, user: UserInfo, verb: string, target: Target): Answer | null {
	const wanted: Attributes = { kind: 'resource', verb, ...target };
	return authorize(objects, user, wanted) === null ? forbidden(user.username, verb, target) : null;
}

/** Whether a rule is enough for it. */
export function allows(rule: RuleSeed, wanted: Attributes): boolean {
	if (!matches(rule.verbs, wanted.verb)) return false;
	if (wanted.kind === 'path') {
		return (rule.nonResourceURLs ?? []).some(
			url => url === wanted.path || (url.endsWith('*') && wanted.path.startsWith(url.slice(0, -1))),
		);
	}
	const subresource = wanted.resource.split('/')[1];
	const isResource =
		matches(rule.resources ?? [], wanted.resource) ||
		(subresource !== undefined && (rule.resources ?? []).includes(`*/${subresource}`));
	const names = rule.resourceNames ?? [];
	const isNamed = names.length === 0 || names.includes(wanted.name);
	return matches(rule.apiGroups ?? [], wanted.group) && isResource && isNamed;
}

function matches(allowed: string[], wanted: string): boolean {
	return allowed.includes('*') || allowed.includes(wanted);
}

/** The role that a binding names; undefined where there is none. */
export function roleOf(objects: Objects, { roleRef, metadata }: ApiBinding): ApiRole | undefined {
	const roles = roleRef.kind === 'ClusterRole' ? objects.clusterroles : objects.roles;
	const namespace = roleRef.kind === 'ClusterRole' ? undefined : metadata.namespace;
	return roles.find(
		candidate => candidate.metadata.name === roleRef.name && candidate.metadata.namespace === namespace,
	);
}

/** A service account without a namespace is one of the binding's own. */
function inNamespaceOf({ metadata: { namespace } }: ApiBinding, subject: ApiSubject): ApiSubject {
	const isOpen = subject.kind === 'ServiceAccount' && subject.namespace === undefined;
	return isOpen && namespace !== undefined ? { ...subject, namespace } : subject;
}

function isSubject(subject: ApiSubject, user: UserInfo): boolean {
	switch (subject.kind) {
		case 'User':
			return subject.name === user.username;
		case 'Group':
			return user.groups.includes(subject.name);
		case 'ServiceAccount':
			return `system:serviceaccount:${subject.namespace}:${subject.name}` === user.username;
		default:
			return false;
	}
}

function describe({ metadata, roleRef }: ApiBinding, subject: ApiSubject): string {
	const where = metadata.namespace === undefined ? '' : `/${metadata.namespace}`;
	const kind = metadata.namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding';
	const who =
		subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace}` : String(subject.name);
	return `${kind} "${metadata.name}${where}" of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${who}"`;
}
