import { plural } from '../lib/text.ts';
import type { Policy } from '../model/policy.ts';
import type { ReportedCluster } from '../model/report.ts';
import type { Waiver } from '../model/waiver.ts';
import { isCredentialKind, type Selection } from './select.ts';

/** What a run looked at: a waiver without a match is unused only where nothing of its own was left out. */
export interface Examined {
	clusters: Pick<ReportedCluster, 'uid' | 'name' | 'status' | 'sources'>[];
	/** `unknownKey` of each policy and cluster with an object that could not be judged. */
	unknown: ReadonlySet<string>;
	/** Kubeconfig files were read, not only those that the scan itself logs in with. */
	hasFiles: boolean;
	isInterrupted: boolean;
}

/** One policy on one cluster. */
export function unknownKey(cluster: string, policyId: string): string {
	return JSON.stringify([cluster, policyId]);
}

/** Why a waiver's findings may be where nobody looked; empty where everything was read. */
export function whyNotExamined(
	{ selector }: Pick<Waiver, 'selector'>,
	selection: Selection,
	policies: Policy[],
	examined: Examined,
): string {
	if (examined.isInterrupted) return 'the run was interrupted';
	const judges = policies.filter(
		({ id, kind }) => selection.policy(id) && (selector.fingerprint === null || isCredentialKind(kind)),
	);
	if (judges.length === 0) return 'no policy of this run is selected by it';
	const clusters = examined.clusters.filter(selection.cluster);
	if (clusters.length === 0) return 'no cluster of this run is selected by it';
	const unread = clusters.filter(({ status }) => status !== 'assessed');
	if (unread.length > 0)
		return `${plural(unread.length, 'cluster that it selects was', 'clusters that it selects were')} not assessed whole`;
	for (const cluster of clusters) {
		for (const policy of judges) {
			const reason = whyNotJudged(policy, cluster, examined);
			if (reason !== '') return reason;
		}
	}
	return '';
}

function whyNotJudged(
	{ id, needs }: Policy,
	{ uid, sources }: Examined['clusters'][number],
	{ unknown, hasFiles }: Examined,
): string {
	const missing = needs.find(
		need =>
			(need === 'kubeconfig' && !hasFiles) ||
			!sources.some(({ source, status }) => source === need && status === 'complete'),
	);
	if (missing !== undefined) return `${id} needs ${missing}, which was not read everywhere`;
	return unknown.has(unknownKey(uid, id)) ? `${id} could not judge every object` : '';
}
