import { isLoopback } from '../../lib/server-url.ts';
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
}

/** Finds the live cluster of each endpoint: the one that its server URL names, else the only one that its CA names. */
export function assignEndpoints(endpoints: FileEndpoint[], clusters: LiveCluster[]): Assigned {
	const assigned: Assigned = { live: new Map(), offline: [] };
	for (const endpoint of endpoints) {
		const uid = clusterOf(endpoint, clusters)?.uid;
		const others = uid === undefined ? assigned.offline : assigned.live.get(uid);
		if (others === undefined) assigned.live.set(uid ?? '', [endpoint]);
		else others.push(endpoint);
	}
	return assigned;
}

function clusterOf(endpoint: FileEndpoint, clusters: LiveCluster[]): LiveCluster | undefined {
	if (endpoint.server === '') return undefined;
	const byServer = clusters.find(cluster => isSameServer(endpoint, cluster));
	if (byServer !== undefined) return byServer;
	const [only, ...others] = clusters.filter(cluster => isSameAuthority(endpoint, cluster));
	// A CA that signs for several clusters names none.
	return others.length === 0 ? only : undefined;
}

function isSameServer(endpoint: FileEndpoint, cluster: LiveCluster): boolean {
	if (!cluster.servers.includes(endpoint.server)) return false;
	// 127.0.0.1:6443 is another cluster on every laptop, so there the CA must not speak against it.
	return !isLoopback(endpoint.server) || !haveDifferentAuthorities(endpoint, cluster);
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
