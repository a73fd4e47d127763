import { readSubjectUid } from '../lib/alibaba-uid.ts';
import { groupBy } from '../lib/group-by.ts';
import { asServiceAccount, subjectKey, userOf } from '../lib/subject.ts';
import type { Subject } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type {
	Report,
	ReportedCluster,
	ReportedCredential,
	ReportedGap,
	ReportedGrant,
	ReportedIdentity,
	ReportedPolicy,
} from '../model/report.ts';

/** Somebody who must not lose access by a plan: whoever scanned, plans, or applies. */
export interface Actor {
	username: string;
	groups: string[];
	/** uid in the cloud; empty for none. */
	account: string;
}

/** What a report knows of one cluster, as plans look it up. */
export interface Scope {
	cluster: ReportedCluster;
	policies: ReadonlyMap<string, ReportedPolicy>;
	findings: Finding[];
	gaps: ReportedGap[];
	credentials: ReportedCredential[];
	grants: ReportedGrant[];
	credential(uid: string): ReportedCredential | undefined;
	grant(uid: string): ReportedGrant | undefined;
	/** Every grant of one binding. */
	binding(uid: string): ReportedGrant[];
	/** Whoever logs in under a name, whichever of an account's names it is. */
	identityOf(username: string): ReportedIdentity | undefined;
	identity(id: string): ReportedIdentity | undefined;
	/** Grants that name a user or service account, whichever of an account's names they use. */
	grantsOf(username: string): ReportedGrant[];
	/** Of users whose name begins with an account's id, as the cloud takes them: `<uid>`, `<uid>-*`. */
	grantsOfAccount(uid: string): ReportedGrant[];
	credentialsOf(username: string): ReportedCredential[];
	/** uids of what somebody has accepted for a while: findings that a waiver excuses, and that a plan would end. */
	waived: ReadonlySet<string>;
	/** Whether two usernames are one identity here: ids of Alibaba Cloud come with and without suffix. */
	isSameUser(a: string, b: string): boolean;
	actors: Actor[];
}

/** Sorts a report by cluster. @param actors whoever plans or applies, by cluster. */
export function scopesOf(report: Report, actors: ReadonlyMap<string, Actor>): Scope[] {
	const policies = new Map(report.policies.map(policy => [policy.id, policy]));
	const findings = groupBy(report.findings, ({ cluster }) => cluster.uid);
	const gaps = groupBy(report.gaps, ({ cluster }) => cluster.uid);
	const credentials = groupBy(report.credentials, ({ cluster }) => cluster);
	const grants = groupBy(report.grants, ({ cluster }) => cluster);
	const identities = groupBy(report.identities, ({ cluster }) => cluster);
	const ending = (policyId: string) => (policies.get(policyId)?.ends ?? 'nothing') !== 'nothing';
	const suppressed = groupBy(
		report.suppressed.filter(({ policyId }) => ending(policyId)),
		({ cluster }) => cluster.uid,
	);
	return report.clusters.map(cluster => {
		const { uid } = cluster;
		const own = actors.get(uid);
		const parts = {
			cluster,
			policies,
			findings: findings.get(uid) ?? [],
			gaps: gaps.get(uid) ?? [],
			credentials: credentials.get(uid) ?? [],
			grants: grants.get(uid) ?? [],
		};
		const scanners = scannersOf(parts.credentials, cluster);
		return {
			waived: new Set((suppressed.get(uid) ?? []).map(({ subject }) => subject.uid)),
			...parts,
			...lookUps(parts, identities.get(uid) ?? []),
			actors: own === undefined ? scanners : [...scanners, own],
		};
	});
}

type Parts = Pick<Scope, 'cluster' | 'credentials' | 'grants'>;

function lookUps({ cluster, credentials, grants }: Parts, identities: ReportedIdentity[]) {
	const credentialByUid = new Map(credentials.map(each => [each.uid, each]));
	const grantByUid = new Map(grants.map(each => [each.uid, each]));
	const byBinding = groupBy(grants, ({ bindingUid }) => bindingUid);
	const users = new Map(
		identities.flatMap(each => (each.type === 'group' ? [] : [[each.id, each] as const])),
	);
	const byId = new Map(identities.map(each => [each.id, each]));
	const canonical = (username: string) => {
		const user = userOf(asServiceAccount({ kind: 'User', namespace: '', name: username }));
		if (cluster.provider !== 'alibaba') return user;
		return readSubjectUid(user)?.uid ?? user;
	};
	const grantsByUser = groupBy(
		grants.filter(({ subject }) => subject.kind !== 'Group'),
		({ subject }) => canonical(userOf(subject)),
	);
	const grantsByAccount = groupBy(
		grants.filter(({ subject }) => subject.kind === 'User'),
		({ subject }) => /^(\d{10,20})(?=-|$)/.exec(subject.name)?.[1] ?? '',
	);
	const credentialsByUser = groupBy(credentials, ({ username }) => canonical(username));
	return {
		grantsOfAccount: (uid: string) => grantsByAccount.get(uid) ?? [],
		grantsOf: (username: string) => grantsByUser.get(canonical(username)) ?? [],
		credentialsOf: (username: string) =>
			username === '' ? [] : (credentialsByUser.get(canonical(username)) ?? []),
		credential: (uid: string) => credentialByUid.get(uid),
		grant: (uid: string) => grantByUid.get(uid),
		binding: (uid: string) => byBinding.get(uid) ?? [],
		identity: (id: string) => byId.get(id),
		identityOf: (username: string) => users.get(username) ?? users.get(canonical(username)),
		isSameUser: (a: string, b: string) => a !== '' && canonical(a) === canonical(b),
	};
}

/** The login of the scan itself, as far as its kubeconfig or its cloud tells. */
function scannersOf(credentials: ReportedCredential[], { cloud }: ReportedCluster): Actor[] {
	const own = credentials.filter(
		({ username, locations }) => username !== '' && locations.some(({ origin }) => origin === 'connection'),
	);
	const account = cloud?.callerUid ?? '';
	return [
		...own.map(({ username, groups }) => ({ username, groups, account: '' })),
		...(account === '' ? [] : [{ username: account, groups: [], account }]),
	];
}

/** Equal subjects of every form once, in one order. */
export function distinctSubjects(subjects: Subject[]): Subject[] {
	const unique = new Map(subjects.map(asServiceAccount).map(each => [subjectKey(each), each]));
	return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}
