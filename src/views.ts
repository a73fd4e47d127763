import { readSubjectUid } from './lib/alibaba-uid.ts';
import { deletable } from './lib/deletable.ts';
import { byCodeUnit } from './lib/text.ts';
import type { CloudState, Credential, DirectoryIdentity } from './model/facts.ts';
import type { Existence } from './model/record.ts';
import type { Report, ReportedCluster, ReportedIdentity } from './model/report.ts';
import type { ClusterView, ClusterViewRow, IdentityView, Views } from './model/views.ts';

/** What the views are made of. */
export type Viewed = Pick<Report, 'clusters' | 'credentials' | 'identities' | 'grants'>;

/** The kubeconfigs that a cloud issued: by cluster, by identity, and those that deleted identities left. */
export function viewsOf(report: Viewed): Views {
	const clouds = report.clusters.filter(({ provider }) => provider === 'alibaba');
	const index = indexParts(report, clouds);
	const clusters = clouds.map(cluster => clusterView(cluster, index));
	return { clusters, ...identityViews(clusters, index) };
}

/** What is known of each cluster, by uid of the cluster and of the account. */
interface Index {
	credentials: Map<string, Credential[]>;
	identities: Map<string, Map<string, ReportedIdentity>>;
	granted: Map<string, Set<string>>;
}

function indexParts({ credentials, identities, grants }: Viewed, clouds: ReportedCluster[]): Index {
	const index: Index = { credentials: new Map(), identities: new Map(), granted: new Map() };
	for (const { uid } of clouds) {
		index.credentials.set(uid, []);
		index.identities.set(uid, new Map());
		index.granted.set(uid, new Set());
	}
	for (const one of credentials) if (one.cloud !== null) index.credentials.get(one.cluster)?.push(one);
	for (const one of identities)
		if (one.provider === 'alibaba') index.identities.get(one.cluster)?.set(one.account, one);
	for (const { cluster, subject } of grants) {
		const bound = subject.kind === 'User' ? readSubjectUid(subject.name) : null;
		if (bound !== null) index.granted.get(cluster)?.add(bound.uid);
	}
	return index;
}

function clusterView(cluster: ReportedCluster, index: Index): ClusterView {
	const { uid, name, cloud, sources } = cluster;
	const isRead = (source: string) =>
		sources.some(each => each.source === source && each.status === 'complete');
	const granted = index.granted.get(uid) ?? new Set();
	const identities = index.identities.get(uid) ?? new Map<string, ReportedIdentity>();
	const listed = index.credentials.get(uid) ?? [];
	const known = new Set(listed.map(each => each.cloud?.accountId));
	// Bindings that no list of kubeconfigs explains: it could not be read, or not to its end.
	const unexplained = [...granted].filter(account => !known.has(account));
	const hasGrants = (account: string): Existence =>
		granted.has(account) ? 'yes' : isRead('bindings') ? 'no' : 'unknown';
	const rows = [
		...listed.flatMap(each => (each.cloud === null ? [] : [{ credential: each, state: each.cloud }])),
		...unexplained.map(account => ({ credential: null, state: unlisted(account, cluster) })),
	].map(({ credential, state }) =>
		viewRow(cluster, credential, state, identities.get(state.accountId), hasGrants(state.accountId)),
	);
	return {
		uid,
		id: cloud === null ? '' : uid,
		name,
		region: cloud?.region ?? '',
		type: cloud?.type ?? '',
		clusterState: cloud?.state ?? '',
		isWhole: cloud !== null && isRead('cloud') && isRead('bindings'),
		rows: rows.sort(byName),
	};
}

/** What is known of a kubeconfig that no list names: nothing. */
function unlisted(accountId: string, { cloud }: ReportedCluster): CloudState {
	return {
		accountId,
		accountType: 'unknown',
		accountState: 'unknown',
		accountName: '',
		displayName: '',
		cloudService: '',
		certState: '',
		revokable: false,
		clusterState: cloud?.state ?? '',
		activity: null,
	};
}

function viewRow(
	{ cloud }: ReportedCluster,
	credential: Credential | null,
	state: CloudState,
	identity: ReportedIdentity | undefined,
	hasGrants: Existence,
): ClusterViewRow {
	const { accountId, activity } = state;
	const accountType = state.accountType === 'unknown' ? typeOf(identity) : state.accountType;
	const kubeconfig = credential?.state ?? 'unknown';
	const shown = activity ?? ({ answer: 'not_asked', last: null, reason: '' } as const);
	return {
		accountId,
		name: identity?.name || state.accountName,
		displayName: identity?.displayName || state.displayName,
		accountType,
		accountState: accountState(state, identity),
		cloudService: identity?.cloudService || state.cloudService,
		state: kubeconfig,
		notAfter: credential?.notAfter ?? null,
		hasGrants,
		activity: shown,
		deletable: deletable({
			...state,
			accountType,
			callerUid: cloud?.callerUid ?? '',
			clusterState: cloud?.state ?? '',
			state: kubeconfig,
			hasGrants,
			activity: shown.answer,
		}),
	};
}

function typeOf(identity: ReportedIdentity | undefined): CloudState['accountType'] {
	const type = identity?.type;
	return type === 'root' || type === 'ram_user' || type === 'ram_role' ? type : 'unknown';
}

const ACCOUNT_STATES = { active: 'active', disabled: 'inactive', deleted: 'deleted' } as const;

/** The cluster's own word counts only where no list was read: one that was read and says nothing contradicts it. */
function accountState(
	{ accountState: claimed }: CloudState,
	identity: ReportedIdentity | undefined,
): CloudState['accountState'] {
	if (identity === undefined) return claimed;
	if (identity.state !== 'unknown') return ACCOUNT_STATES[identity.state];
	return identity.listComplete ? 'unknown' : claimed;
}

type IdentityRow = IdentityView['rows'][number];

/** One identity of one cluster. */
interface Met {
	row: ClusterViewRow;
	identity: ReportedIdentity | undefined;
	shown: IdentityRow;
}

function identityViews(clusters: ClusterView[], index: Index): Pick<Views, 'identities' | 'deleted'> {
	const met = new Map<string, Met[]>();
	for (const cluster of clusters) {
		for (const row of cluster.rows) {
			const identity = index.identities.get(cluster.uid)?.get(row.accountId);
			const one = { row, identity, shown: identityRow(cluster, row) };
			const others = met.get(row.accountId);
			if (others === undefined) met.set(row.accountId, [one]);
			else others.push(one);
		}
	}
	const everybody = [...met.values()].map(places => ({ places, view: identityView(places) }));
	const deleted = everybody.flatMap(({ places, view }) => {
		// Who is in the list of another account of this run is not gone.
		if (view.state === 'active' || view.state === 'disabled') return [];
		const rows = places.filter(isLeftover).map(({ shown }) => shown);
		return rows.length === 0 ? [] : [{ ...view, state: 'deleted' as const, rows }];
	});
	return { identities: everybody.map(({ view }) => view).sort(byName), deleted: deleted.sort(byName) };
}

function identityView(places: Met[]): IdentityView {
	const rows = places.map(({ row }) => row);
	const named = rows.find(({ name }) => name !== '') ?? rows[0];
	const states = places.map(({ identity }) => identity?.state ?? 'unknown');
	return {
		accountId: named?.accountId ?? '',
		name: named?.name ?? '',
		displayName: rows.find(({ displayName }) => displayName !== '')?.displayName ?? '',
		accountType: rows.find(({ accountType }) => accountType !== 'unknown')?.accountType ?? 'unknown',
		state: mergedState(states),
		stateSince:
			places.find(({ identity }) => (identity?.stateSince ?? null) !== null)?.identity?.stateSince ?? null,
		listComplete: places.every(({ identity }) => identity?.listComplete === true),
		cloudService: rows.find(({ cloudService }) => cloudService !== '')?.cloudService ?? '',
		rows: places.map(({ shown }) => shown),
	};
}

/** Whoever one list has is there; gone is only who is gone everywhere. */
function mergedState(states: DirectoryIdentity['state'][]): DirectoryIdentity['state'] {
	const listed = states.find(state => state === 'active') ?? states.find(state => state === 'disabled');
	return listed ?? (states.every(state => state === 'deleted') ? 'deleted' : 'unknown');
}

/** A deleted identity whose file may still open the cluster, or that bindings still name. */
function isLeftover({ identity, row }: Met): boolean {
	if (identity?.state !== 'deleted' || !identity.listComplete) return false;
	const mayWork = row.state === 'effective' || row.state === 'unknown';
	return mayWork || row.hasGrants !== 'no';
}

/** Key by key: of a spread with more keys behind it Node 20 makes a hidden class for each row. */
function identityRow(cluster: ClusterView, row: ClusterViewRow): IdentityRow {
	const { uid, id, name, region, type, clusterState } = cluster;
	const { state, notAfter, hasGrants, activity, deletable: answer } = row;
	return {
		uid,
		id,
		name,
		region,
		type,
		clusterState,
		state,
		notAfter,
		hasGrants,
		activity,
		deletable: answer,
	};
}

function byName(
	a: Pick<ClusterViewRow, 'name' | 'accountId'>,
	b: Pick<ClusterViewRow, 'name' | 'accountId'>,
): number {
	return byCodeUnit(a.name || a.accountId, b.name || b.accountId) || byCodeUnit(a.accountId, b.accountId);
}
