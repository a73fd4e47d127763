import type { CloudState, CredentialState } from '../model/facts.ts';
import type { Existence } from '../model/record.ts';
import type { Deletable, DeletionBar, ShownActivity } from '../model/views.ts';

/** What has to be known of a kubeconfig before anybody deletes it. */
export interface DeletionCase
	extends Pick<CloudState, 'accountId' | 'accountType' | 'certState' | 'revokable'> {
	/** Empty where nobody knows who would delete it. */
	callerUid: string;
	clusterState: string;
	state: CredentialState;
	hasGrants: Existence;
	activity: ShownActivity['answer'];
}

/** States in which the service deletes no kubeconfig; the console says Deletion Failed, Deleting, Deleted, Failed. */
const CLUSTER_BARS = ['delete_failed', 'deleting', 'deleted', 'failed', ''];

/** The words of a cluster's own list, which alone say whether the service would revoke it. */
const LISTED = ['Unexpired', 'Expired', 'Unknown'];

/** In order: the first that holds is the one that is told. */
const BARS: [DeletionBar, (one: DeletionCase) => boolean][] = [
	['own', ({ accountId, callerUid }) => accountId === callerUid],
	['caller_unknown', ({ callerUid }) => callerUid === ''],
	['root_account', ({ accountType }) => accountType === 'root'],
	['account_type_unknown', ({ accountType }) => accountType === 'unknown'],
	['cluster_state', ({ clusterState }) => CLUSTER_BARS.includes(clusterState.toLowerCase())],
	['kubeconfig_state', isOver],
	['refused', ({ certState, revokable }) => LISTED.includes(certState) && !revokable],
];

const WARNINGS = {
	no_record: '',
	records_found: 'used_lately',
	failed: 'check_failed',
	not_asked: 'not_checked',
} as const;

/**
 * Whether a kubeconfig may be deleted. The service's own word is one guard of several, since it may change
 * its mind between this and the deletion. Use within seven days, or a check that failed, bars nothing: the
 * service calls its record a reference, and whoever deletes has to know better.
 */
export function deletable(one: DeletionCase): Deletable {
	const bar = BARS.find(([, holds]) => holds(one))?.[0] ?? '';
	return { may: bar === '', reason: bar, warning: bar === '' ? WARNINGS[one.activity] : '' };
}

/** Of a file that is deleted already, bindings may be left, and deleting removes them. */
function isOver({ state, hasGrants }: DeletionCase): boolean {
	if (state === 'deleted') return hasGrants === 'no';
	return state === 'not_issued' || state === 'revoked' || state === 'unknown';
}
