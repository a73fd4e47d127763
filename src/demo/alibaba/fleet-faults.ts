import type { Fault } from './faults.ts';
import type { CloudState } from './state.ts';

/** More often than anybody asks. */
const ALWAYS = Number.MAX_SAFE_INTEGER;

/** What goes wrong while the demo scans: each trouble with one cluster of its own, so that none hides another. */
export function demoFaults({ clusters }: Pick<CloudState, 'clusters'>): Fault[] {
	const healthy = clusters.filter(({ state, kubeconfigs }) => state === 'running' && kubeconfigs.length > 0);
	// Of a few clusters most are to be as they should be.
	if (healthy.length < 3 * TROUBLES.length) return [];
	const last = healthy.slice(-TROUBLES.length).reverse();
	return last.flatMap(({ id: match }, index) => {
		const [action, kind] = TROUBLES[index] ?? [];
		return action === undefined || kind === undefined ? [] : [{ action, match, times: ALWAYS, kind }];
	});
}

const TROUBLES: [string, Fault['kind']][] = [
	['ListClusterKubeconfigStates', { is: 'rewrite', rewrite: 'number_uids' }],
	['GetClusterAuditProject', { is: 'html', status: 502 }],
	['ListClusterKubeconfigStates', { is: 'rewrite', rewrite: 'unknown_words' }],
	['*', { is: 'error', status: 404, code: 'ErrorClusterNotFound', message: 'cluster not found' }],
];
