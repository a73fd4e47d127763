import type { EpochSeconds, Source } from '../model/facts.ts';
import type {
	Report,
	ReportedCluster,
	ReportedCredential,
	ReportedGrant,
	ReportedIdentity,
} from '../model/report.ts';
import { identitiesNamed } from './plan.ts';
import { type Scope, scopesOf } from './scope.ts';

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
	/** Clusters where more may be than was found, and what of them was not read whole. */
	partly: { uid: string; name: string; sources: Source[] }[];
}

/** What tells that somebody holds something. */
const TELLING: readonly Source[] = [
	'bindings',
	'certificate_requests',
	'token_secrets',
	'cloud',
	'identities',
];

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
	return {
		...{ name, holdings },
		unread: report.clusters.filter(cluster => !isRead(cluster)),
		partly: scopes.flatMap(scope => {
			if (!isRead(scope.cluster)) return [];
			const own = holdings.find(({ cluster }) => cluster.uid === scope.cluster.uid)?.credentials ?? [];
			const sources = missingOf(scope, new Set(own.map(({ uid }) => uid)));
			if (sources.length === 0 && scope.cluster.status === 'assessed') return [];
			return [{ uid: scope.cluster.uid, name: scope.cluster.name, sources }];
		}),
	};
}

/** Sources that could hold more of somebody than was read. @param own their credentials */
function missingOf({ gaps }: Pick<Scope, 'gaps'>, own: ReadonlySet<string>): Source[] {
	const touching = gaps.filter(
		({ code, subject }) => code !== 'not_configured' && (subject === '' || own.has(subject)),
	);
	return TELLING.filter(source => touching.some(gap => gap.source === source));
}

/** Whether nothing was left unread that could hold more. */
export function isWhole({ unread, partly }: Holdings): boolean {
	return unread.length === 0 && partly.length === 0;
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

/** What still works or may work, in words: credentials that have not ended, and grants that name the person or their groups. */
export function remaining({ holdings }: Holdings): Remaining[] {
	return holdings.flatMap(({ cluster, credentials, grants, groupGrants }) => {
		const effective = credentials.filter(({ state }) => state === 'effective');
		const open = credentials.filter(({ state }) => state === 'effective' || state === 'unknown');
		const isReach = grants.length > 0 || groupGrants.length > 0;
		const doubt = (state: ReportedCredential['state']) =>
			state === 'unknown' ? ', of which it is not known whether it works' : '';
		const bare = (state: ReportedCredential['state']) =>
			isReach
				? ''
				: `, ${state === 'unknown' ? 'and which' : 'which logs in and'} is granted nothing by its own name or groups`;
		return [
			...open.map(({ kind, uid, notAfter, state }) => ({
				cluster: cluster.name,
				what: `${kind.replaceAll('_', ' ')} ${uid}${doubt(state)}${bare(state)}`,
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
