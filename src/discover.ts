import pLimit from 'p-limit';
import { type Probe, probe } from './collectors/probe.ts';
import { toGap } from './lib/api-error.ts';
import type { ScanError } from './lib/scan-error.ts';
import { byCodeUnit } from './lib/text.ts';
import { sha256 } from './lib/x509.ts';
import type { ScanRequest } from './model/scan.ts';
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
	const groups = groupWays(ways);
	const clusters = groups.map(group => toCluster(group, groups)).sort((a, b) => byCodeUnit(a.name, b.name));
	return { clusters, broken, error, notices: clusters.flatMap(cluster => noticesOf(cluster, clusters)) };
}

/** Connects to one target and asks who it is. @param isNext its lists are read at once, by the same sockets. */
export async function reach(
	target: LiveTarget,
	request: ScanRequest,
	{ isNext = false, maxSockets }: { isNext?: boolean; maxSockets?: number } = {},
): Promise<Way> {
	const limit = createTimeLimit(request);
	const options = {
		requestTimeoutMs: request.requestTimeoutSeconds * 1000,
		signal: limit.signal,
		...(maxSockets === undefined ? {} : { maxSockets }),
	};
	limit.start();
	try {
		const connected = await connect(target, options);
		const answer = await probe(connected.api);
		// Hundreds of targets wait for their turn: none holds a socket meanwhile.
		if (!isNext) connected.rest();
		return { target, connected, probe: answer, limit };
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
	/** Time runs from here, unless it runs already. */
	start(): void;
	/** What is left is kept for the next start. */
	stop(): void;
}

/** A limit that is not running yet. */
export function createTimeLimit({ signal, timeoutSeconds }: ScanRequest): TimeLimit {
	const controller = new AbortController();
	let timer: NodeJS.Timeout | null = null;
	let startedAt = 0;
	let leftMs = timeoutSeconds * 1000;
	const message = `the cluster's time limit of ${timeoutSeconds} s is over; --timeout allows more`;
	return {
		signal: AbortSignal.any([signal, controller.signal]),
		start: () => {
			if (timer !== null) return;
			startedAt = performance.now();
			timer = setTimeout(() => controller.abort(new Error(message)), Math.max(leftMs, 0));
		},
		stop: () => {
			if (timer === null) return;
			clearTimeout(timer);
			timer = null;
			leftMs -= performance.now() - startedAt;
		},
	};
}

/**
 * Contexts with one UID and a CA in common are one cluster: cloned clusters share the UID. One that knows
 * no CA, or may not read the UID, belongs to whatever is at its server.
 */
function groupWays(ways: Way[]): Way[][] {
	const rank = ({ probe, target }: Way) => (probe.uid === '' ? 2 : 0) + (target.caKey === '' ? 1 : 0);
	let groups: Way[][] = [];
	for (const way of [...ways].sort((a, b) => rank(a) - rank(b))) {
		const same = groups.filter(group => group.some(other => isSame(way, other)));
		// Old and new CA are joined by a context that knows both; who knows none joins no two others.
		const joined = rank(way) === 0 ? same : same.slice(0, 1);
		groups = [...groups.filter(group => !joined.includes(group)), [...joined.flat(), way]];
	}
	return groups;
}

function isSame(a: Way, b: Way): boolean {
	const [one, other] = [a.target, b.target];
	const areUidsKnown = a.probe.uid !== '' && b.probe.uid !== '';
	if (areUidsKnown && a.probe.uid !== b.probe.uid) return false;
	const isSameServer = one.cluster.server === other.cluster.server;
	if (one.caKey === '' || other.caKey === '') return isSameServer;
	const known = new Set(one.certificateAuthorities.map(ca => ca.sha256));
	if (!other.certificateAuthorities.some(ca => known.has(ca.sha256))) return false;
	// Clusters behind one proxy share its CA and differ in the path.
	return isSameServer || (areUidsKnown && pathOf(one) === pathOf(other));
}

const pathOf = ({ cluster }: LiveTarget) =>
	URL.canParse(cluster.server) ? new URL(cluster.server).pathname : '';

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
	const others = ways.slice(1).flatMap(way => (way.probe.isReachable ? [way.target.name] : []));
	const clones = clusters.filter(
		other => other.uid !== uid && other.uid.includes('~') && other.uid.split('~')[0] === uid.split('~')[0],
	);
	return [
		...unusedNotices(ways),
		...(others.length > 0
			? [`${name} and ${others.join(', ')} reach the same cluster; it is scanned once`]
			: []),
		...(clones.length > 0
			? [
					`${name} has the kube-system UID of ${clones.map(clone => clone.name).join(', ')} but another CA or address: taken for a cloned cluster, scanned on its own under a UID with a suffix`,
				]
			: []),
	];
}

/** The cluster was read all the same, so this is no gap; who relies on the context wants to know. */
function unusedNotices([best, ...others]: LiveCluster['ways']): string[] {
	if (!best.probe.isReachable) return [];
	return others
		.filter(({ probe }) => !probe.isReachable)
		.map(
			({ target, probe }) =>
				`${target.name} could not be used: ${probe.gaps[0]?.message ?? 'no answer'}; its cluster is scanned through ${best.target.name}`,
		);
}

/** Clouds whose own authorizer stands beside RBAC, told by what their API servers call themselves. */
export function foreignAuthorizer({ probe, target }: Way): string {
	if (/-gke\./.test(probe.version)) return 'GKE also authorizes by Cloud IAM';
	if (/-eks-/.test(probe.version)) return 'EKS also authorizes by access entries';
	if (new URL(target.cluster.server).hostname.endsWith('.azmk8s.io'))
		return 'AKS may also authorize by Azure RBAC';
	return '';
}
