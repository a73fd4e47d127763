import { isIP } from 'node:net';
import type { Cluster } from '../model/facts.ts';
import type { ClusterRef } from '../model/record.ts';

/** What policies see of a cluster. */
export function clusterRef({ uid, name, provider, version, server }: Cluster): ClusterRef {
	return { uid, name, provider, version, exposure: exposureOf(server) };
}

/** A host name may lead anywhere; an address says where it belongs. */
function exposureOf(server: string): ClusterRef['exposure'] {
	if (!URL.canParse(server)) return 'unknown';
	const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
	if (isIP(host) === 0) return 'unknown';
	return PRIVATE.some(range => range.test(host)) ? 'private' : 'public';
}

/** RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 and loopback, as WHATWG URLs write addresses. */
const PRIVATE = [
	/^(10|127|0)\./,
	/^192\.168\./,
	/^172\.(1[6-9]|2\d|3[01])\./,
	/^169\.254\./,
	/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
	/^::1?$/,
	/^f[cd]/,
	/^fe[89ab]/,
	/^::ffff:/,
];
