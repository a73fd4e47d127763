import type { Credential, EpochSeconds, Facts, Gap, Source } from '../model/facts.ts';
import type {
	ClusterRecord,
	ClusterRef,
	ConnectionRecord,
	CredentialRecord,
	GapRef,
	Grant,
	GrantRecord,
	Identity,
	IdentityRecord,
} from '../model/record.ts';
import { authorities, indexNewer } from './certificates.ts';
import { clusterRef } from './cluster.ts';
import { indexAccess, indexGrantsOf, isPrivilegedGrant, joinGrants } from './grants.ts';
import { accountExistence, canonicalNames, indexIdentities, loggedNames } from './identities.ts';
import { BESIDE } from './origins.ts';
import { indexParents } from './parents.ts';
import { indexPermissions } from './permissions.ts';
import { indexUsage, type UsageIndex } from './usage.ts';

/** One cluster's facts as policies and the report see them. */
export interface Joined {
	cluster: ClusterRef;
	credentials: Credential[];
	grants: Grant[];
	/** Made one at a time: nothing keeps a record once it is judged. */
	records(): Generator<CredentialRecord | GrantRecord | ConnectionRecord | ClusterRecord | IdentityRecord>;
	/** Everyone met; whole only after `records` has run. */
	identities(): Identity[];
	isPrivileged(credential: Credential): boolean;
	usage: UsageIndex;
}

/** Joins the facts of one cluster into one record per object. */
export function join(facts: Facts, now: EpochSeconds): Joined {
	const cluster = clusterRef(facts.cluster, facts.connections);
	const credentials = mergeCredentials(facts.credentials).map(credential => withState(credential, now));
	const grants = joinGrants(facts);
	const identities = indexIdentities(facts);
	const canonical = canonicalNames(facts);
	const { accessOf, isPrivileged: isPrivilegedUser } = indexAccess(grants, canonical);
	const nameOf = loggedNames(facts);
	const usage = indexUsage(facts, nameOf);
	const permissionsOf = indexPermissions(facts, grants, nameOf);
	const parentOf = indexParents(credentials);
	const ledgerSince = facts.ledger?.since ?? null;
	const existenceOf = accountExistence(facts);
	const gapsOf = indexGaps(facts);
	const newerThan = indexNewer(credentials, now, canonical);
	const grantsOf = indexGrantsOf(grants);
	return {
		cluster,
		credentials,
		grants,
		identities: identities.all,
		usage,
		isPrivileged: ({ username, groups }) => isPrivilegedUser(username, groups),
		*records() {
			const sources = facts.sources.map(({ source, status, count }) => ({ source, status, count }));
			const clusterGaps = facts.gaps
				.filter(isRealGap)
				.map(({ source, code, permission }) => ({ source, code, permission }));
			yield {
				kind: 'cluster',
				now,
				cluster,
				gaps: gapsOf(BESIDE.cluster, ''),
				sources,
				clusterGaps,
				auditing: facts.cluster.auditing,
				certificateAuthorities: authorities(facts.cluster, credentials, now),
				configuredNames: facts.cluster.configuredNames,
				ledgerSince,
			};
			for (const connection of facts.connections)
				yield {
					kind: 'connection',
					now,
					cluster,
					gaps: gapsOf(BESIDE.connection, connection.uid),
					connection,
					clusterExists: facts.reachable && cluster.provider !== 'files' ? 'yes' : 'unknown',
				};
			for (const credential of credentials) {
				const access = accessOf(credential.username, credential.groups);
				yield {
					kind: 'credential',
					now,
					cluster,
					gaps: gapsOf(BESIDE.credential, credential.uid),
					credential,
					identity: identities.ofCredential(credential),
					grants: access.grants,
					grantsTotal: access.total,
					powers: access.powers,
					isPrivileged: access.isPrivileged,
					serviceAccountExists: existenceOf(credential),
					requester: identities.requesterOf(credential),
					parent: parentOf(credential),
					newer: newerThan(credential),
					usage: usage.ofCredential(credential),
					ledgerSince,
				};
			}
			for (const grant of grants) {
				const gaps = gapsOf(BESIDE.grant, grant.uid);
				const isPrivileged = isPrivilegedGrant(grant);
				yield { kind: 'grant', now, cluster, gaps, grant, identity: identities.ofGrant(grant), isPrivileged };
			}
			for (const identity of identities.all()) {
				const gaps = gapsOf(BESIDE.identity, identity.id);
				const used = usage.ofIdentity(identity);
				const isPrivileged =
					identity.type === 'group'
						? isPrivilegedUser('', [identity.name])
						: isPrivilegedUser(identity.id, []);
				yield {
					kind: 'identity',
					now,
					cluster,
					gaps,
					identity,
					isPrivileged,
					...grantsOf(identity),
					usage: used,
					permissions: permissionsOf(identity, used),
					reviewedAt: null,
				};
			}
		},
	};
}

/** Something that was asked for and not got; what was never asked for is only "not configured". */
export function isRealGap(gap: Gap): boolean {
	return gap.code !== 'not_configured';
}

function indexGaps(facts: Facts): (beside: readonly Source[], uid: string) => GapRef[] {
	const wide = new Map<Source, GapRef>();
	for (const { source, status } of facts.sources)
		if (status === 'not_configured') wide.set(source, { source, code: 'not_configured', scope: 'cluster' });
	const bySubject = new Map<string, GapRef[]>();
	for (const { source, code, subject } of facts.gaps) {
		if (subject === '') wide.set(source, { source, code, scope: 'cluster' });
		else bySubject.set(subject, [...(bySubject.get(subject) ?? []), { source, code, scope: 'record' }]);
	}
	const shared = new Map<readonly Source[], GapRef[]>();
	return (beside, uid) => {
		const common = shared.get(beside) ?? beside.flatMap(source => wide.get(source) ?? []);
		shared.set(beside, common);
		const own = bySubject.get(uid);
		return own === undefined ? common : [...common, ...own];
	};
}

/** One credential met in several places (its CSR, a file, the scan's own connection) is one, with all its locations. */
function mergeCredentials(credentials: Credential[]): Credential[] {
	const byUid = new Map<string, Credential>();
	for (const credential of credentials) {
		const seen = byUid.get(credential.uid);
		byUid.set(credential.uid, seen === undefined ? credential : mergeTwo(seen, credential));
	}
	return [...byUid.values()];
}

function mergeTwo(a: Credential, b: Credential): Credential {
	const locations = new Map([...a.locations, ...b.locations].map(each => [JSON.stringify(each), each]));
	return {
		...a,
		createdAt: a.createdAt ?? b.createdAt,
		issuance: mergeIssuance(a.issuance, b.issuance),
		plugin: a.plugin || b.plugin,
		exec: a.exec ?? b.exec,
		cloud: a.cloud ?? b.cloud,
		locations: [...locations.values()],
	};
}

/** Only a log tells who approved. */
function mergeIssuance(a: Credential['issuance'], b: Credential['issuance']): Credential['issuance'] {
	if (a === null || b === null) return a ?? b;
	const [ids] = [a.requesterCredentialIds, b.requesterCredentialIds].filter(({ length }) => length > 0);
	return { ...a, approver: a.approver || b.approver, requesterCredentialIds: ids ?? [] };
}

/** Whether it still works is a question of the clock, which collectors do not have. */
function withState(credential: Credential, now: EpochSeconds): Credential {
	const { state, notAfter } = credential;
	return state === 'effective' && notAfter !== null && notAfter < now
		? { ...credential, state: 'expired' }
		: credential;
}
