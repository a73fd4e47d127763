import { HOUR, parseRfc3339 } from '../lib/epoch.ts';
import type { EpochSeconds } from '../model/facts.ts';
import type { Collector } from './collector.ts';
import { asObject, asText, readMetadata } from './object.ts';
import { readList } from './read.ts';

const PERMISSION = 'list leases.coordination.k8s.io in namespace kube-system';

/**
 * How many API servers run, each of which writes an audit log: by the Leases that they renew every few
 * seconds. One that is gone leaves its Lease for an hour.
 * @see https://kubernetes.io/docs/concepts/architecture/leases/#api-server-identity
 */
export const apiServers: Collector = {
	source: 'usage',
	permissions: [PERMISSION],
	collect: async (api, { countApiServersAt = null }) => {
		const what = {
			source: 'usage',
			permission: PERMISSION,
			path: '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases',
		} as const;
		const { items, gaps } = await readList(api, what, object =>
			isServer(object, countApiServersAt) ? object : null,
		);
		// Before 1.26 none has a Lease, and still one answered.
		const count = items.length;
		return { ...(gaps.length > 0 || count === 0 ? {} : { apiServers: count }), count, gaps };
	},
};

function isServer(object: unknown, now: EpochSeconds | null): boolean {
	const { name, labels } = readMetadata(object);
	if (labels['apiserver.kubernetes.io/identity'] !== 'kube-apiserver' && !name.startsWith('apiserver-'))
		return false;
	const renewed = parseRfc3339(asText(asObject(asObject(object).spec).renewTime));
	// One that says no time may be alive.
	return now === null || renewed === null || renewed >= now - HOUR;
}
