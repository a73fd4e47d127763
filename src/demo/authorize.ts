import type { RuleSeed } from './seeds/seed.ts';
import type { ApiBinding, ApiSubject, Objects, UserInfo } from './wire.ts';

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
		const subject = binding.subjects?.find(candidate => isSubject(candidate, user));
		if (subject === undefined) return [];
		const source = describe(binding, subject);
		return roleRules(objects, binding).map(rule => ({ rule, source }));
	});
}

/** Why a user may do it, as the API server words it; null when no rule allows it. */
export function authorize(objects: Objects, user: UserInfo, wanted: Attributes): string | null {
	const namespace = wanted.kind === 'resource' ? wanted.namespace : '';
	const held = rulesFor(objects, user, namespace).find(({ rule }) => isCovered(rule, wanted));
	return held === undefined ? null : `RBAC: allowed by ${held.source}`;
}

function isCovered(rule: RuleSeed, wanted: Attributes): boolean {
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
	const isNamed = rule.resourceNames === undefined || rule.resourceNames.includes(wanted.name);
	return matches(rule.apiGroups ?? [], wanted.group) && isResource && isNamed;
}

function matches(allowed: string[], wanted: string): boolean {
	return allowed.includes('*') || allowed.includes(wanted);
}

function roleRules(objects: Objects, { roleRef, metadata }: ApiBinding): RuleSeed[] {
	const roles = roleRef.kind === 'ClusterRole' ? objects.clusterroles : objects.roles;
	const namespace = roleRef.kind === 'ClusterRole' ? undefined : metadata.namespace;
	const role = roles.find(
		candidate => candidate.metadata.name === roleRef.name && candidate.metadata.namespace === namespace,
	);
	return role?.rules ?? [];
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
