import { groupBy } from '../lib/group-by.ts';
import { userOf } from '../lib/subject.ts';
import { byCodeUnit } from '../lib/text.ts';
import type { AuditRequest } from '../model/audit.ts';
import type { Facts, PolicyRule } from '../model/facts.ts';
import type { Grant, Identity, PermissionUse, Usage } from '../model/record.ts';
import { isComplete } from './grants.ts';
import { allows, effectiveRules, roleKey } from './powers.ts';

/** Most unused permissions that a record shows. */
const MAX_SHOWN = 20;

/** The verbs of resources that `*` stands for; there are others, of single resources (bind, escalate, use …). */
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** What one rule allows, one verb on one thing each. */
interface Permission {
	/** As `delete pods`, `get deployments.apps`, `get /metrics`. */
	text: string;
	isUsedBy: (request: AuditRequest) => boolean;
	/** Some requests that it allows are in no log. */
	isHidden: boolean;
}

/** API groups of the resources that audit policies commonly leave out; of others any may be meant. */
const GROUPS = new Map([['events', ['', 'events.k8s.io']]]);

/**
 * Looks up what an identity is granted by name against what it did. Null where its evidence is not whole or
 * its roles were not all read: then nothing can be called unused.
 */
export function indexPermissions(
	facts: Facts,
	grants: Grant[],
	nameOf: (username: string) => string,
): (identity: Identity, usage: Usage | null) => PermissionUse | null {
	if (facts.audit === null || !isComplete(facts, 'roles') || !isComplete(facts, 'bindings'))
		return () => null;
	const rules = effectiveRules(facts.roles);
	const hidden = facts.audit.policy?.resources ?? [];
	const permissions = new Map<string, Permission[]>();
	const permissionsOf = (grant: Grant) => {
		const key = roleKey(grant.roleKind, grant.namespace, grant.roleName);
		const known =
			permissions.get(key) ?? (rules.get(key) ?? []).flatMap(rule => permissionsOfRule(rule, hidden));
		permissions.set(key, known);
		return known;
	};
	const requests = groupBy(
		facts.audit.requests.filter(({ allowed }) => allowed > 0),
		({ username }) => nameOf(username),
	);
	const held = groupBy(grants, ({ subject }) => nameOf(userOf(subject)));
	return ({ type, id }, usage) => {
		if (type === 'group' || usage === null || !usage.window.complete) return null;
		return compare(held.get(id) ?? [], permissionsOf, requests.get(id) ?? []);
	};
}

function compare(
	grants: Grant[],
	permissionsOf: (grant: Grant) => Permission[],
	requests: AuditRequest[],
): PermissionUse {
	const isUsed = new Map<string, boolean>();
	for (const grant of grants) {
		const reached = requests.filter(
			({ namespace }) => grant.namespace === '' || grant.namespace === namespace,
		);
		for (const { text, isUsedBy, isHidden } of permissionsOf(grant)) {
			const isSeen = isUsed.get(text) === true || reached.some(isUsedBy);
			if (isSeen || !isHidden) isUsed.set(text, isSeen);
		}
	}
	const unused = [...isUsed].flatMap(([text, used]) => (used ? [] : [text])).sort(byCodeUnit);
	return { granted: isUsed.size, unused: unused.slice(0, MAX_SHOWN), unusedTotal: unused.length };
}

function permissionsOfRule(rule: PolicyRule, hidden: string[]): Permission[] {
	const verbs = rule.verbs.includes('*') ? VERBS : rule.verbs;
	const things = rule.resources.flatMap(resource =>
		rule.apiGroups.map(group => ({ resource, group, text: nameOf(resource, group) })),
	);
	const onThings = things.flatMap(({ resource, group, text }) =>
		verbs.map(verb => {
			const one = { ...rule, verbs: [verb], apiGroups: [group], resources: [resource] };
			return {
				text: `${verb} ${text}`,
				isUsedBy: (request: AuditRequest) => covers(one, request),
				isHidden: hidden.some(name => reaches(name, resource, group)),
			};
		}),
	);
	const onPaths = rule.nonResourceURLs.flatMap(path =>
		(rule.verbs.includes('*') ? ['get'] : rule.verbs).map(verb => ({
			text: `${verb} ${path.startsWith('/') ? path : `/${path}`}`,
			isUsedBy: (request: AuditRequest) => request.verb === verb && isUnder(path, request.path),
			isHidden: false,
		})),
	);
	return [...onThings, ...onPaths];
}

function reaches(hidden: string, resource: string, group: string): boolean {
	const groups = GROUPS.get(hidden);
	const isGroup = group === '*' || groups === undefined || groups.includes(group);
	return isGroup && (resource === '*' || resource === hidden);
}

/** As kubectl writes it; `*` alone is everything of every group. */
function nameOf(resource: string, group: string): string {
	return group === '' || (group === '*' && resource === '*') ? resource : `${resource}.${group}`;
}

/** A request whose object is not known may have been for a named one. */
function covers(rule: PolicyRule, { verb, apiGroup, resource, names }: AuditRequest): boolean {
	if (resource === '' || !allows(rule, verb, apiGroup, resource)) return false;
	const { resourceNames } = rule;
	return resourceNames.length === 0 || names === null || names.some(name => resourceNames.includes(name));
}

/** @see k8s.io/component-helpers/auth/rbac/validation: a path, or its beginning before a last `*`. */
function isUnder(pattern: string, path: string): boolean {
	if (path === '') return false;
	return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}
