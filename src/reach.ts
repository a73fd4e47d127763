import type { CloudCluster } from './cloud.ts';
import { discover, type Way } from './discover.ts';
import type { ScanRequest } from './model/scan.ts';
import type { Directory } from './providers/alibaba/directory.ts';
import type { CloudHands, Hands } from './remediation/hands.ts';

/** What a remediation can lay hands on. */
export interface Reached {
	hands: ReadonlyMap<string, Hands>;
	/** Why a cluster is not reached, or only its cloud. */
	problems: ReadonlyMap<string, string>;
	close(): void;
}

/**
 * Connects to clusters by the targets of a scan, by the uid that the scan gives them.
 * @throws {ScanError} for what makes every target impossible.
 */
export async function reachClusters(request: ScanRequest, uids: ReadonlySet<string>): Promise<Reached> {
	const hands = new Map<string, Hands>();
	const problems = new Map<string, string>();
	const ways: Way[] = [];
	const discovered = await discover(request);
	ways.push(...discovered.clusters.flatMap(cluster => cluster.ways));
	const cloud = request.clouds.length === 0 ? [] : await cloudClusters(request, discovered.clusters);
	for (const { uid, name, ways: own } of discovered.clusters) {
		if (!uids.has(uid) || cloud.some(each => each.own?.uid === uid)) continue;
		const [best] = own;
		if (best.connected !== null && best.probe.isReachable)
			hands.set(uid, { cluster: { uid, name }, kubernetes: best.connected.api, cloud: null });
		else problems.set(uid, best.probe.gaps[0]?.message ?? 'no answer');
	}
	const directories: Directories = new Map();
	await Promise.all(
		cloud.map(async cluster => {
			const { uid, name } = cluster;
			if (!uids.has(uid)) return;
			const way = await cluster.open();
			if ('source' in way) problems.set(uid, way.message);
			else {
				ways.push(way);
				if (!way.probe.isReachable) problems.set(uid, way.probe.gaps[0]?.message ?? 'no answer');
			}
			const kubernetes = 'source' in way || !way.probe.isReachable ? null : (way.connected?.api ?? null);
			hands.set(uid, { cluster: { uid, name }, kubernetes, cloud: await cloudHands(cluster, directories) });
		}),
	);
	return {
		hands,
		problems,
		close: () => {
			for (const { connected, limit } of ways) {
				limit.stop();
				connected?.close();
			}
		},
	};
}

/** The SDKs of a cloud are loaded only where one is asked. */
async function cloudClusters(
	request: ScanRequest,
	live: Awaited<ReturnType<typeof discover>>['clusters'],
): Promise<CloudCluster[]> {
	return (await (await import('./cloud.ts')).discoverCloud(request, live)).clusters;
}

/** The lists of an account are read once for all of its clusters, and only where somebody asks. */
type Directories = Map<CloudCluster['account'], Promise<Directory>>;

async function cloudHands({ account, row }: CloudCluster, directories: Directories): Promise<CloudHands> {
	const [calls, { readCaller }, { readDirectory }] = await Promise.all([
		import('./providers/alibaba/permissions.ts'),
		import('./providers/alibaba/account.ts'),
		import('./providers/alibaba/directory.ts'),
	]);
	const directory = () => {
		const accountId = () => readCaller(account, row.region).then(caller => caller.accountId);
		const known = directories.get(account) ?? readDirectory(account, accountId());
		directories.set(account, known);
		return known;
	};
	return {
		isGone: async uid => {
			const { state, listComplete } = (await directory()).find(uid);
			if (state === 'active' || state === 'disabled') return false;
			return state === 'deleted' && listComplete ? true : null;
		},
		caller: async () => (await readCaller(account, row.region)).uid,
		clusterState: () => calls.readClusterState(account, row),
		kubeconfig: async uid => {
			const state = await calls.readState(account, row, uid);
			if (state === null) return null;
			const { accountType, accountState, certState, revokable } = state;
			return { account: uid, accountType, accountState, certState, revokable };
		},
		clean: (uid, force) => calls.cleanCluster(account, row, uid, force),
		cleanMany: (uid, clusters, force) => calls.cleanClusters(account, uid, clusters, force),
		task: id => calls.readTask(account, id),
		revokeOwn: () => calls.revokeOwn(account, row),
	};
}

/** Why a cluster cannot be acted upon, in words. */
export function unreachedWhy({ problems }: Pick<Reached, 'problems'>, uid: string): string {
	return problems.get(uid) ?? 'none of the targets leads to it';
}
