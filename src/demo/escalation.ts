import { byCodeUnit } from '../lib/text.ts';
import { type Attributes, allows, authorize, roleOf, rulesFor } from './authorize.ts';
import type { RuleSeed } from './seeds/seed.ts';
import { escalating, notFound } from './status.ts';
import type { Answer, ApiBinding, Objects, UserInfo } from './wire.ts';

const RBAC = 'rbac.authorization.k8s.io';

/**
 * What somebody is told whose binding would give away more than they have themselves; null where they may make it.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update
 */
export function escalation(
	objects: Objects,
	user: UserInfo,
	resource: string,
	binding: ApiBinding,
): Answer | null {
	const { metadata, roleRef } = binding;
	const { name, namespace = '' } = metadata;
	const roles = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
	const wanted: Attributes = {
		kind: 'resource',
		verb: 'bind',
		group: RBAC,
		resource: roles,
		namespace,
		name: roleRef.name,
	};
	if (authorize(objects, user, wanted) !== null) return null;
	const role = roleOf(objects, binding);
	// The real server too names the role, and calls it a binding.
	if (role === undefined) return notFound(RBAC, resource, roleRef.name);
	const held = rulesFor(objects, user, namespace).map(({ rule }) => rule);
	const missing = role.rules.flatMap(atomsOf).filter(atom => !held.some(rule => allows(rule, atom)));
	if (missing.length === 0) return null;
	const groups = user.groups.map(group => JSON.stringify(group)).join(' ');
	const who = `user ${JSON.stringify(user.username)} (groups=[${groups}])`;
	const why = `${who} is attempting to grant RBAC permissions not currently held:\n${describe(missing)}`;
	return escalating(RBAC, resource, name, why);
}

/** The least things that a rule allows: each is covered by one rule of somebody, or not at all. */
function atomsOf({
	verbs,
	apiGroups = [],
	resources = [],
	resourceNames = [],
	nonResourceURLs = [],
}: RuleSeed): Attributes[] {
	// Without a name it is any name, which only a rule without names covers.
	const names = resourceNames.length === 0 ? [''] : resourceNames;
	const targets = apiGroups.flatMap(group =>
		resources.flatMap(resource => names.map(name => ({ group, resource, namespace: '', name }))),
	);
	return verbs.flatMap(verb => [
		...targets.map(target => ({ kind: 'resource' as const, verb, ...target })),
		...nonResourceURLs.map(path => ({ kind: 'path' as const, verb, path })),
	]);
}

/** A line for each resource, as the API server sums them up. */
function describe(atoms: Attributes[]): string {
	const verbs = new Map<string, string[]>();
	for (const atom of atoms) {
		const what = subjectOf(atom);
		verbs.set(what, [...(verbs.get(what) ?? []), atom.verb]);
	}
	const lines = [...verbs].map(([what, list]) => `{${what}, Verbs:${quoted(list)}}`);
	return lines.sort(byCodeUnit).join('\n');
}

function subjectOf(atom: Attributes): string {
	if (atom.kind === 'path') return `NonResourceURLs:${quoted([atom.path])}`;
	const names = atom.name === '' ? '' : `, ResourceNames:${quoted([atom.name])}`;
	return `APIGroups:${quoted([atom.group])}, Resources:${quoted([atom.resource])}${names}`;
}

function quoted(list: string[]): string {
	return `[${list.map(each => JSON.stringify(each)).join(' ')}]`;
}
