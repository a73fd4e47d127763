import type { EpochSeconds } from '../model/facts.ts';
import type {
	Report,
	ReportedCluster,
	ReportedCredential,
	ReportedGrant,
	ReportedIdentity,
} from '../model/report.ts';
import { identitiesNamed } from './plan.ts';
import { scopesOf } from './scope.ts';

/** What one person holds on one cluster. */
export interface Holding {
	cluster: Pick<ReportedCluster, 'uid' | 'name' | 'status'>;
	identities: ReportedIdentity[];
	credentials: ReportedCredential[];
	/** That name the person. */
	grants: ReportedGrant[];
	/** Of groups that the person's certificates are in. */
	groupGrants: ReportedGrant[];
}

/** One person over every cluster of a result. */
export interface Holdings {
	name: string;
	/** Clusters where something was found. */
	holdings: Holding[];
	/** Clusters of which nobody can say. */
	unread: Pick<ReportedCluster, 'uid' | 'name' | 'status'>[];
}

/** Everything that somebody of that name has. */
export function holdingsOf(report: Report, name: string): Holdings {
	const scopes = scopesOf(report, new Map());
	const holdings = scopes.flatMap(scope => {
		const identities = identitiesNamed(scope, name);
		if (identities.length === 0) return [];
		const isTheirs = (username: string) => identities.some(({ id }) => scope.isSameUser(username, id));
		const credentials = scope.credentials.filter(({ username }) => isTheirs(username));
		const groups = new Set(credentials.flatMap(each => (each.state === 'effective' ? each.groups : [])));
		return [
			{
				cluster: scope.cluster,
				identities,
				credentials,
				grants: scope.grants.filter(({ subject }) => subject.kind === 'User' && isTheirs(subject.name)),
				groupGrants: scope.grants.filter(
					({ subject }) => subject.kind === 'Group' && groups.has(subject.name),
				),
			},
		];
	});
	const isRead = ({ status }: ReportedCluster) => status === 'assessed' || status === 'partial';
	return { name, holdings, unread: report.clusters.filter(cluster => !isRead(cluster)) };
}

/** Something that still opens a door. */
export interface Remaining {
	cluster: string;
	what: string;
	/** Until when by itself; null for no end. */
	until: EpochSeconds | null;
}

const wordsOf = ({ bindingKind, namespace, bindingName, roleName }: ReportedGrant) =>
	`${bindingKind} ${namespace === '' ? '' : `${namespace}/`}${bindingName} (${roleName})`;

/** When the last of some credentials stops working by itself; null for never. */
function lastEnd(credentials: ReportedCredential[]): EpochSeconds | null {
	const ends = credentials.map(({ notAfter }) => notAfter ?? Number.POSITIVE_INFINITY);
	const last = Math.max(...ends);
	return Number.isFinite(last) ? last : null;
}

/** What still works, in words: credentials in force, and grants that name the person or their groups. */
export function remaining({ holdings }: Holdings): Remaining[] {
	return holdings.flatMap(({ cluster, credentials, grants, groupGrants }) => {
		const effective = credentials.filter(({ state }) => state === 'effective');
		const isReach = grants.length > 0 || groupGrants.length > 0;
		return [
			...effective.map(({ kind, uid, notAfter }) => ({
				cluster: cluster.name,
				what: `${kind.replaceAll('_', ' ')} ${uid}${isReach ? '' : ', which logs in and is granted nothing by its own name or groups'}`,
				until: notAfter,
			})),
			...grants.map(grant => ({ cluster: cluster.name, what: wordsOf(grant), until: null })),
			...groupGrants.map(grant => ({
				cluster: cluster.name,
				what: `${wordsOf(grant)}, by the group ${grant.subject.name}`,
				until: lastEnd(effective.filter(({ groups }) => groups.includes(grant.subject.name))),
			})),
		];
	});
}
