import { BlockList, isIP } from 'node:net';
import type { Cluster, Connection } from '../model/facts.ts';
import type { ClusterRef } from '../model/record.ts';

/** What policies see of a cluster, whose API server may have more addresses than the one that the scan took. */
export function clusterRef(
	{ uid, name, provider, version, server }: Cluster,
	connections: Pick<Connection, 'server'>[],
): ClusterRef {
	const exposures = new Set([server, ...connections.map(each => each.server)].map(exposureOf));
	const worst = (['public', 'unknown'] as const).find(exposure => exposures.has(exposure));
	return { uid, name, provider, version, exposure: worst ?? 'private' };
}

/** A host name may lead anywhere; an address says where it belongs. */
function exposureOf(server: string): ClusterRef['exposure'] {
	if (!URL.canParse(server)) return 'unknown';
	const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
	const version = isIP(host);
	if (version === 0) return 'unknown';
	return PRIVATE.check(host, version === 4 ? 'ipv4' : 'ipv6') ? 'private' : 'public';
}

/** Addresses that the open internet does not route; those of IPv4 hold inside IPv6 (`::ffff:10.0.0.1`) as well. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
	['0.0.0.0', 8], // RFC 1122 §3.2.1.3
	['10.0.0.0', 8], // RFC 1918
	['172.16.0.0', 12],
	['192.168.0.0', 16],
	['100.64.0.0', 10], // RFC 6598
	['127.0.0.0', 8], // RFC 1122
	['169.254.0.0', 16], // RFC 3927
] as const)
	PRIVATE.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
	['::', 127], // RFC 4291: no address, and loopback
	['fc00::', 7], // RFC 4193
	['fe80::', 10], // RFC 4291
] as const)
	PRIVATE.addSubnet(network, prefix, 'ipv6');
