import { isLoopback, isPrivate } from '../../lib/server-url.ts';
import type { Cluster } from '../../model/facts.ts';
import type { FileEndpoint } from './file-facts.ts';

/** What a live cluster is known by. */
export interface LiveCluster extends Pick<Cluster, 'uid' | 'certificateAuthorities'> {
	/** Normalised URLs of every context that reaches it. */
	servers: string[];
}

/** Endpoints of files by the uid of the live cluster that they lead to; the rest is offline. */
export interface Assigned {
	live: Map<string, FileEndpoint[]>;
	offline: FileEndpoint[];
	/** Those of the rest whose address several clusters have, and nothing else tells which it is. */
	ambiguous: FileEndpoint[];
}

/**
 * Finds the live cluster of each endpoint: the one that its server URL names, else the only one that its CA names.
 * Where several have that URL, the CA or the cluster's id has to name one of them.
 */
export function assignEndpoints(endpoints: FileEndpoint[], clusters: LiveCluster[]): Assigned {
	const assigned: Assigned = { live: new Map(), offline: [], ambiguous: [] };
	for (const endpoint of endpoints) {
		const there = endpoint.server === '' ? [] : clusters.filter(cluster => isSameServer(endpoint, cluster));
		const uid = clusterOf(endpoint, there, clusters)?.uid;
		const others = uid === undefined ? assigned.offline : assigned.live.get(uid);
		if (others === undefined) assigned.live.set(uid ?? '', [endpoint]);
		else others.push(endpoint);
		if (uid === undefined && there.length > 1) assigned.ambiguous.push(endpoint);
	}
	return assigned;
}

function clusterOf(
	endpoint: FileEndpoint,
	there: LiveCluster[],
	clusters: LiveCluster[],
): LiveCluster | undefined {
	if (endpoint.server === '') return undefined;
	const named = there.filter(cluster => namesCluster(endpoint, cluster));
	const byServer =
		there.length < 2
			? there
			: named.length > 0
				? named
				: there.filter(each => shareAuthority(endpoint, each));
	if (byServer.length === 1) return byServer[0];
	const [only, ...others] = clusters.filter(cluster => isSameAuthority(endpoint, cluster));
	// A CA that signs for several clusters names none.
	return others.length === 0 ? only : undefined;
}

function isSameServer(endpoint: FileEndpoint, cluster: LiveCluster): boolean {
	const { server } = endpoint;
	if (!cluster.servers.includes(server)) return false;
	// 127.0.0.1:6443 is another cluster on every laptop, 10.0.0.1 in every network: the CA must not speak against it.
	return !(isLoopback(server) || isPrivate(server)) || !haveDifferentAuthorities(endpoint, cluster);
}

/** Whether a context is named as ACK names them, `<uid>-<cluster id>`. */
function namesCluster({ contexts }: FileEndpoint, { uid }: LiveCluster): boolean {
	return /^c[0-9a-f]{32}$/.test(uid) && contexts.some(context => context.endsWith(`-${uid}`));
}

function isSameAuthority(endpoint: FileEndpoint, cluster: LiveCluster): boolean {
	// Clusters behind one proxy share its CA and differ in the path of the URL.
	const path = pathOf(endpoint.server);
	return cluster.servers.some(server => pathOf(server) === path) && shareAuthority(endpoint, cluster);
}

function haveDifferentAuthorities(endpoint: FileEndpoint, cluster: LiveCluster): boolean {
	const areKnown = endpoint.certificateAuthorities.length > 0 && cluster.certificateAuthorities.length > 0;
	return areKnown && !shareAuthority(endpoint, cluster);
}

function shareAuthority(endpoint: FileEndpoint, cluster: LiveCluster): boolean {
	const known = new Set(cluster.certificateAuthorities.map(ca => ca.sha256));
	return endpoint.certificateAuthorities.some(ca => known.has(ca.sha256));
}

function pathOf(server: string): string {
	return URL.canParse(server) ? new URL(server).pathname : '';
}
