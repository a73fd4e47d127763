import { asServiceAccount, impliedGroups, subjectKey, userOf } from '../lib/subject.ts';
import type { Binding, EpochSeconds, Facts, Source, Subject } from '../model/facts.ts';
import type { Existence, Grant, GrantRef, Identity, Power } from '../model/record.ts';
import { isBootstrapDefault } from './bootstrap.ts';
import { isPrivilegedPower, order, type RolePowers, roleKey, rolePowers } from './powers.ts';

/** Every subject of every binding, joined with its role. Equal subjects of one binding are one grant. */
export function joinGrants(facts: Facts): Grant[] {
	const powers = rolePowers(facts.roles);
	const accounts = new Set(facts.serviceAccounts.map(account => `${account.namespace}/${account.name}`));
	const existence = {
		role: (key: string) => exists(powers.has(key), isComplete(facts, 'roles')),
		account: (key: string) => exists(accounts.has(key), isComplete(facts, 'service_accounts')),
	};
	return facts.bindings.flatMap(binding => bindingGrants(binding, powers, existence));
}

interface ExistenceOf {
	role: (key: string) => Existence;
	account: (key: string) => Existence;
}

function bindingGrants(binding: Binding, powers: RolePowers, existence: ExistenceOf): Grant[] {
	const key = roleKey(binding.roleKind, binding.namespace, binding.roleName);
	const subjects = new Map(binding.subjects.map(asWritten => [subjectKey(asWritten), asWritten]));
	return [...subjects].map(([uidTail, asWritten]) => {
		const subject = asServiceAccount(asWritten);
		return {
			uid: `${binding.uid}/${uidTail}`,
			bindingUid: binding.uid,
			bindingKind: binding.kind,
			namespace: binding.namespace,
			bindingName: binding.name,
			resourceVersion: binding.resourceVersion,
			roleKind: binding.roleKind,
			roleName: binding.roleName,
			roleExists: existence.role(key),
			subject,
			subjectExists:
				subject.kind === 'ServiceAccount' ? existence.account(`${subject.namespace}/${subject.name}`) : 'yes',
			otherSubjects: subjects.size - 1,
			powers: scopedPowers(powers.get(key) ?? [], binding.namespace),
			manager: binding.manager,
			isBootstrapDefault: isBootstrapDefault(binding, asWritten),
			createdAt: binding.createdAt,
			owner: binding.owner,
		};
	});
}

/** In one namespace a wildcard role is not cluster-admin, and approving or signing needs cluster scope. */
function scopedPowers(powers: Power[], namespace: string): Power[] {
	if (namespace === '') return powers;
	return powers.filter(power => !CLUSTER_SCOPED.has(power));
}

const CLUSTER_SCOPED: ReadonlySet<Power> = new Set<Power>([
	'cluster_admin',
	'approve_csr',
	'sign_csr',
	'nodes_proxy',
]);

function exists(isFound: boolean, isListComplete: boolean): Existence {
	if (isFound) return 'yes';
	return isListComplete ? 'no' : 'unknown';
}

/** Whether a source was read to its end; one that is not mentioned was not read. */
export function isComplete(facts: Facts, source: Source): boolean {
	return facts.sources.some(status => status.source === source && status.status === 'complete');
}

/** Most grants that a record shows beside a credential. */
const MAX_SHOWN = 20;

/** What one user, group or service account is granted. */
export interface Access {
	grants: GrantRef[];
	total: number;
	/** Of the cluster-wide grants. */
	powers: Power[];
	isPrivileged: boolean;
}

const NONE: Access = { grants: [], total: 0, powers: [], isPrivileged: false };

/** Looks up what a username with its groups may do. */
export interface AccessIndex {
	accessOf(username: string, groups: string[]): Access;
	/** The same question alone: to merge and rank the grants for it takes most of the time. */
	isPrivileged(username: string, groups: string[]): boolean;
}

/** Works out once what each subject may do. */
export function indexAccess(
	grants: Grant[],
	canonical: (username: string) => string = name => name,
): AccessIndex {
	const access = new Map([...groupBySubject(grants, canonical)].map(([key, held]) => [key, toAccess(held)]));
	const lookUp = (username: string, groups: string[]) => {
		const subject = asServiceAccount({ kind: 'User', namespace: '', name: canonical(username) });
		const all = [...new Set([...groups, ...impliedGroups(subject)])];
		const keys = [subjectKey(subject), ...all.map(group => `Group//${group}`)];
		const held = keys.flatMap(key => access.get(key) ?? []);
		// The API server asks no authorizer for this group.
		const isMaster = all.includes('system:masters');
		return { held, isPrivileged: isMaster || held.some(each => each.isPrivileged) };
	};
	return {
		accessOf: (username, groups) => {
			const { held, isPrivileged } = lookUp(username, groups);
			return { ...merge(held), isPrivileged };
		},
		isPrivileged: (username, groups) => lookUp(username, groups).isPrivileged,
	};
}

function groupBySubject(grants: Grant[], canonical: (username: string) => string): Map<string, Grant[]> {
	const groups = new Map<string, Grant[]>();
	for (const grant of grants) {
		const { subject } = grant;
		const isUser = subject.kind === 'User';
		const key = subjectKey(isUser ? { ...subject, name: canonical(subject.name) } : subject);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [grant]);
		else group.push(grant);
	}
	return groups;
}

function toAccess(grants: Grant[]): Access {
	const ranked = [...grants].sort((a, b) => rank(a) - rank(b)).slice(0, MAX_SHOWN);
	return {
		grants: ranked.map(({ uid, bindingKind, namespace, bindingName, roleKind, roleName, powers }) => ({
			uid,
			bindingKind,
			namespace,
			bindingName,
			roleKind,
			roleName,
			powers,
		})),
		total: grants.length,
		powers: order(grants.filter(grant => grant.namespace === '').flatMap(grant => grant.powers)),
		isPrivileged: grants.some(isPrivilegedGrant),
	};
}

/** Most powerful first; the order of the API's list among equals. */
function rank({ powers, namespace }: Pick<Grant, 'powers' | 'namespace'>): number {
	return (namespace === '' ? 0 : 1) - 2 * powers.length;
}

function merge(held: Access[]): Access {
	if (held.length <= 1) return held[0] ?? NONE;
	return {
		grants: held
			.flatMap(access => access.grants)
			.sort((a, b) => rank(a) - rank(b))
			.slice(0, MAX_SHOWN),
		total: held.reduce((sum, access) => sum + access.total, 0),
		powers: order(held.flatMap(access => access.powers)),
		isPrivileged: held.some(access => access.isPrivileged),
	};
}

/** Cluster-wide, or in kube-system, where the credentials of the control plane are. */
export function isPrivilegedGrant({ namespace, powers }: Grant): boolean {
	return (namespace === '' || namespace === 'kube-system') && powers.some(isPrivilegedPower);
}

/** Looks up how many grants name an identity, and since when. */
export function indexGrantsOf(
	grants: Grant[],
): (identity: Identity) => { grantsTotal: number; grantedSince: EpochSeconds | null } {
	const known = new Map<string, { grantsTotal: number; grantedSince: EpochSeconds | null }>();
	for (const { subject, createdAt } of grants) {
		const key = subjectId(subject);
		const { grantsTotal, grantedSince } = known.get(key) ?? { grantsTotal: 0, grantedSince: null };
		const since = createdAt === null ? grantedSince : Math.min(createdAt, grantedSince ?? createdAt);
		known.set(key, { grantsTotal: grantsTotal + 1, grantedSince: since });
	}
	return ({ type, id, name }) =>
		known.get(type === 'group' ? `Group ${name}` : `User ${id}`) ?? { grantsTotal: 0, grantedSince: null };
}

function subjectId(subject: Subject): string {
	return subject.kind === 'Group' ? `Group ${subject.name}` : `User ${userOf(subject)}`;
}
