import type { LabelSelector, PolicyRule, Role } from '../model/facts.ts';
import type { Power } from '../model/record.ts';

/** What each role allows, with aggregated ClusterRoles resolved; looked up by `roleKey`. */
export type RolePowers = Map<string, Power[]>;

/** Key of a role in RolePowers: a Role lives in its namespace, a ClusterRole everywhere. */
export function roleKey(kind: Role['kind'], namespace: string, name: string): string {
	return kind === 'ClusterRole' ? `/${name}` : `${namespace}/${name}`;
}

/** Works out once for each role what it lets its holder do that matters for credentials. */
export function rolePowers(roles: Role[]): RolePowers {
	const result: RolePowers = new Map();
	const named: { key: string; rules: PolicyRule[] }[] = [];
	for (const [key, rules] of effectiveRules(roles)) {
		result.set(key, powersOf(rules));
		if (rules.some(rule => rule.resourceNames.length > 0)) named.push({ key, rules });
	}
	// `bind` and `escalate` on named roles are worth what those roles are worth, which may be the same again.
	for (let isChanged = true; isChanged; ) {
		isChanged = false;
		for (const { key, rules } of named) {
			const held = result.get(key) ?? [];
			const powers = order([...held, ...namedRolePowers(rules, result)]);
			isChanged ||= powers.length > held.length;
			result.set(key, powers);
		}
	}
	return result;
}

/** The rules of each role, those of the roles that it gathers among them; looked up by `roleKey`. */
export function effectiveRules(roles: Role[]): Map<string, PolicyRule[]> {
	const clusterRoles = roles.filter(role => role.kind === 'ClusterRole');
	return new Map(
		roles.map(role => [
			roleKey(role.kind, role.namespace, role.name),
			role.aggregates.length === 0 ? role.rules : aggregatedRules(role, clusterRoles),
		]),
	);
}

/**
 * The controller copies them into the role; until it has (or where it does not run) the selectors decide,
 * for the roles that are gathered as well.
 */
function aggregatedRules(role: Role, clusterRoles: Role[]): PolicyRule[] {
	const gathered = new Set([role]);
	// A set hands out what is added to it on the way.
	for (const { aggregates } of gathered) {
		for (const other of selected(aggregates, clusterRoles)) gathered.add(other);
	}
	return [...gathered].flatMap(({ rules }) => rules);
}

const selections = new WeakMap<LabelSelector[], Role[]>();

/** Worked out once for each role: roles that gather each other would cost the cube of their number. */
function selected(aggregates: LabelSelector[], clusterRoles: Role[]): Role[] {
	if (aggregates.length === 0) return [];
	const known = selections.get(aggregates);
	if (known !== undefined) return known;
	const roles = clusterRoles.filter(({ labels }) => aggregates.some(selector => selects(selector, labels)));
	selections.set(aggregates, roles);
	return roles;
}

/** meta/v1 LabelSelector; an operator that is not known selects nothing. */
function selects({ matchLabels, matchExpressions }: LabelSelector, labels: Record<string, string>): boolean {
	const isMatch = Object.entries(matchLabels).every(
		([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
	);
	return (
		isMatch &&
		matchExpressions.every(({ key, operator, values }) => {
			const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
			if (operator === 'In') return value !== undefined && values.includes(value);
			if (operator === 'NotIn') return value === undefined || !values.includes(value);
			if (operator === 'Exists') return value !== undefined;
			return operator === 'DoesNotExist' && value === undefined;
		})
	);
}

const RBAC = 'rbac.authorization.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';

/** Roles and bindings that somebody who may write them can turn against the cluster. */
const RBAC_RESOURCES = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'];

/** Signers whose certificates authenticate people to the API server. */
const CLIENT_SIGNERS = ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/*'];

function powersOf(rules: PolicyRule[]): Power[] {
	const powers = new Set<Power>();
	const may = (verb: string, group: string, resource: string) =>
		rules.some(rule => isUnnamed(rule) && allows(rule, verb, group, resource));
	const maySign = (verb: string, subresource: string) =>
		['update', 'patch'].some(write =>
			may(write, CERTIFICATES, `certificatesigningrequests/${subresource}`),
		) && rules.some(rule => allows(rule, verb, CERTIFICATES, 'signers') && coversClientSigner(rule));
	if (rules.some(isEverything)) powers.add('wildcard').add('cluster_admin');
	if (['get', 'list', 'watch'].some(verb => may(verb, '', 'secrets'))) powers.add('read_secrets');
	if (may('escalate', RBAC, 'clusterroles') || may('escalate', RBAC, 'roles')) powers.add('escalate');
	if (may('bind', RBAC, 'clusterroles') || may('bind', RBAC, 'roles')) powers.add('bind');
	if (mayImpersonate(rules)) powers.add('impersonate');
	if (maySign('approve', 'approval')) powers.add('approve_csr');
	if (maySign('sign', 'status')) powers.add('sign_csr');
	if (may('create', '', 'serviceaccounts/token')) powers.add('create_token');
	if (may('create', '', 'pods/exec') || may('get', '', 'pods/exec')) powers.add('exec_pods');
	if (may('create', '', 'pods')) powers.add('create_pods');
	if (['get', 'create'].some(verb => may(verb, '', 'nodes/proxy'))) powers.add('nodes_proxy');
	const writes = ['create', 'update', 'patch'];
	if (writes.some(verb => RBAC_RESOURCES.some(resource => may(verb, RBAC, resource))))
		powers.add('write_rbac');
	return order(powers);
}

const isUnnamed = (rule: PolicyRule) => rule.resourceNames.length === 0;

/** Every verb on every resource of every group: a wildcard inside one group is not this. */
function isEverything(rule: PolicyRule): boolean {
	return isUnnamed(rule) && [rule.verbs, rule.apiGroups, rule.resources].every(list => list.includes('*'));
}

/**
 * Whether a rule covers one verb on one resource.
 * @see k8s.io/component-helpers/auth/rbac/validation: `*`, `resource/sub`, and the form `*` + `/sub`.
 */
export function allows(rule: PolicyRule, verb: string, group: string, resource: string): boolean {
	const subresource = resource.includes('/') ? `*${resource.slice(resource.indexOf('/'))}` : resource;
	return (
		(rule.verbs.includes('*') || rule.verbs.includes(verb)) &&
		(rule.apiGroups.includes('*') || rule.apiGroups.includes(group)) &&
		(rule.resources.includes('*') ||
			rule.resources.includes(resource) ||
			rule.resources.includes(subresource))
	);
}

function coversClientSigner({ resourceNames }: PolicyRule): boolean {
	return resourceNames.length === 0 || resourceNames.some(name => CLIENT_SIGNERS.includes(name));
}

/** Limited to names it is as strong as those names, which cannot be told here; system:masters can. */
function mayImpersonate(rules: PolicyRule[]): boolean {
	return rules.some(
		rule =>
			['users', 'groups', 'serviceaccounts'].some(resource => allows(rule, 'impersonate', '', resource)) &&
			(isUnnamed(rule) || rule.resourceNames.includes('system:masters')),
	);
}

/** `bind` and `escalate` that are limited to roles which have powers of their own. */
function namedRolePowers(rules: PolicyRule[], powers: RolePowers): Power[] {
	return (['bind', 'escalate'] as const).filter(verb =>
		rules.some(
			rule =>
				allows(rule, verb, RBAC, 'clusterroles') &&
				rule.resourceNames.some(name => (powers.get(roleKey('ClusterRole', '', name))?.length ?? 0) > 0),
		),
	);
}

/** From the strongest down: the order in which they are shown, and by which grants are ranked. */
const ORDER: readonly Power[] = [
	'cluster_admin',
	'wildcard',
	'impersonate',
	'escalate',
	'bind',
	'sign_csr',
	'approve_csr',
	'create_token',
	'read_secrets',
	'nodes_proxy',
	'exec_pods',
	'create_pods',
	'write_rbac',
];

/** Without doubles, strongest first. */
export function order(powers: Iterable<Power>): Power[] {
	const held = new Set(powers);
	return ORDER.filter(power => held.has(power));
}

/** Cluster-wide, each of these leads to every credential of the cluster. */
const PRIVILEGED: ReadonlySet<Power> = new Set<Power>([
	'cluster_admin',
	'wildcard',
	'impersonate',
	'escalate',
	'bind',
	'sign_csr',
	'approve_csr',
	'create_token',
	'read_secrets',
	'nodes_proxy',
]);

/** Whether one of the powers, held cluster-wide, makes its holder privileged. */
export function isPrivilegedPower(power: Power): boolean {
	return PRIVILEGED.has(power);
}
