import pLimit from 'p-limit';
import { type Probe, probe } from './collectors/probe.ts';
import type { ScanError } from './lib/scan-error.ts';
import { byCodeUnit } from './lib/text.ts';
import { sha256 } from './lib/x509.ts';
import type { ScanRequest } from './model/scan.ts';
import { toGap } from './providers/kubernetes/api-error.ts';
import { type Connected, connect } from './providers/kubernetes/connection.ts';
import { type BrokenTarget, type LiveTarget, loadTargets } from './providers/kubernetes/targets.ts';

/** One context that answered, still connected. */
export interface Way {
	target: LiveTarget;
	/** null when it could not even log in. */
	connected: Connected | null;
	probe: Probe;
	limit: TimeLimit;
}

/** One cluster with every context that reaches it, the most readable first. */
export interface LiveCluster {
	uid: string;
	name: string;
	ways: [Way, ...Way[]];
}

/** Every live target, told apart. */
export interface Discovered {
	clusters: LiveCluster[];
	broken: BrokenTarget[];
	/** What is wrong with the first broken one, for when nothing else is left. */
	error: ScanError | null;
	/** What the reader should know: contexts that are one cluster, clusters that share a UID. */
	notices: string[];
}

/** Connects to every target and finds out which contexts reach the same cluster. */
export async function discover(request: ScanRequest): Promise<Discovered> {
	const { targets, broken, error } = loadTargets(request.kubeconfigs, request.now);
	const limit = pLimit(request.concurrency);
	const ways = await Promise.all(targets.map(target => limit(() => reach(target, request))));
	const groups = [...groupWays(ways).values()];
	const clusters = groups.map(group => toCluster(group, groups)).sort((a, b) => byCodeUnit(a.name, b.name));
	return { clusters, broken, error, notices: clusters.flatMap(cluster => noticesOf(cluster, clusters)) };
}

async function reach(target: LiveTarget, request: ScanRequest): Promise<Way> {
	const limit = createTimeLimit(request);
	const options = { requestTimeoutMs: request.requestTimeoutSeconds * 1000, signal: limit.signal };
	limit.start();
	try {
		const connected = await connect(target, options);
		return { target, connected, probe: await probe(connected.api), limit };
	} catch (error) {
		const gaps = [toGap('cluster', '', error)];
		return {
			target,
			connected: null,
			probe: { uid: '', createdAt: null, version: '', isReachable: false, gaps },
			limit,
		};
	} finally {
		limit.stop();
	}
}

/** Aborts what one cluster is doing once its time is over, or when the run is interrupted. */
export interface TimeLimit {
	signal: AbortSignal;
	start(): void;
	stop(): void;
}

function createTimeLimit({ signal, timeoutSeconds }: ScanRequest): TimeLimit {
	const controller = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	const message = `the cluster's time limit of ${timeoutSeconds} s is over; --timeout allows more`;
	return {
		signal: AbortSignal.any([signal, controller.signal]),
		start: () => {
			timer = setTimeout(() => controller.abort(new Error(message)), timeoutSeconds * 1000);
		},
		stop: () => clearTimeout(timer),
	};
}

/**
 * Contexts with one UID and one CA are one cluster: cloned clusters share the UID. Those with one server
 * and CA are one as well, and lend each other the UID that only one of them may read.
 */
function groupWays(ways: Way[]): Map<string, Way[]> {
	// A context that does not verify the server knows no CA: only its server says what it belongs to.
	const caAt = new Map<string, string>();
	for (const { target } of ways) if (target.caKey !== '') caAt.set(target.cluster.server, target.caKey);
	const caOf = ({ target }: Way) => target.caKey || (caAt.get(target.cluster.server) ?? '');
	const placeOf = (way: Way) => `${way.target.cluster.server} ${caOf(way)}`;
	const uidAt = new Map<string, string>();
	for (const way of ways) if (way.probe.uid !== '') uidAt.set(placeOf(way), way.probe.uid);
	const groups = new Map<string, Way[]>();
	for (const way of ways) {
		const uid = way.probe.uid || uidAt.get(placeOf(way));
		const key = uid === undefined ? placeOf(way) : `uid ${uid} ${caOf(way)}`;
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [way]);
		else group.push(way);
	}
	return groups;
}

const endpoint = ({ cluster, caKey }: LiveTarget) => `${cluster.server} ${caKey}`;

/** Who is let in before who is not, however little he may read; then who may read most. */
function byReach(a: Way, b: Way): number {
	return (
		Number(b.probe.isReachable) - Number(a.probe.isReachable) ||
		a.probe.gaps.length - b.probe.gaps.length ||
		byCodeUnit(a.target.name, b.target.name)
	);
}

function toCluster(group: Way[], groups: Way[][]): LiveCluster {
	const ways = [...group].sort(byReach) as [Way, ...Way[]]; // a group begins with one
	const { target } = ways[0];
	const uid = uidOf(ways);
	const isShared = uid !== '' && groups.some(other => other !== group && uidOf(other) === uid);
	const own = sha256(endpoint(target));
	return {
		uid: uid === '' ? `endpoint:${own.slice(0, 32)}` : isShared ? `${uid}~${own.slice(0, 8)}` : uid,
		name: target.name,
		ways,
	};
}

function uidOf(ways: Way[]): string {
	return ways.find(({ probe }) => probe.uid !== '')?.probe.uid ?? '';
}

function noticesOf({ name, uid, ways }: LiveCluster, clusters: LiveCluster[]): string[] {
	const others = ways.slice(1).map(way => way.target.name);
	const clones = clusters.filter(
		other => other.uid !== uid && other.uid.includes('~') && other.uid.split('~')[0] === uid.split('~')[0],
	);
	return [
		...(others.length > 0
			? [`${name} and ${others.join(', ')} reach the same cluster; it is scanned once`]
			: []),
		...(clones.length > 0
			? [
					`${name} has the kube-system UID of ${clones.map(clone => clone.name).join(', ')} but not its CA: taken for a cloned cluster, scanned on its own`,
				]
			: []),
	];
}

/** Clouds whose own authorizer stands beside RBAC, told by what their API servers call themselves. */
export function foreignAuthorizer({ probe, target }: Way): string {
	if (/-gke\./.test(probe.version)) return 'GKE also authorizes by Cloud IAM';
	if (/-eks-/.test(probe.version)) return 'EKS also authorizes by access entries';
	if (new URL(target.cluster.server).hostname.endsWith('.azmk8s.io'))
		return 'AKS may also authorize by Azure RBAC';
	return '';
}
