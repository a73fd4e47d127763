import type { ActivityRecord, CloudState, CredentialState, EpochSeconds } from './facts.ts';
import type { Existence, Identity } from './record.ts';

/** By cluster, by identity, and what deleted identities left. */
export const viewNames = ['cluster', 'identity', 'deleted'] as const;
export type ViewName = (typeof viewNames)[number];

/** Why nobody may delete a kubeconfig; the empty word where it may be deleted. */
export type DeletionBar =
	| ''
	/** It is the scan's own, and whoever scans deletes. */
	| 'own'
	/** Nobody knows who the scan is. */
	| 'caller_unknown'
	| 'root_account'
	/** It may be the root account's. */
	| 'account_type_unknown'
	/** The cluster is being deleted, is gone, or has failed. */
	| 'cluster_state'
	/** It was never issued, is revoked already, or nobody knows. */
	| 'kubeconfig_state'
	/** The cloud itself would refuse. */
	| 'refused';

/** What whoever deletes it has to see first; no bar. */
export type DeletionWarning = '' | 'used_lately' | 'check_failed' | 'not_checked';

/** Whether a kubeconfig may be deleted, by the rules of its cloud. */
export interface Deletable {
	may: boolean;
	reason: DeletionBar;
	/** What the seven-day record says against it; empty where it may not be deleted. */
	warning: DeletionWarning;
}

/** The seven-day record as a view shows it: the cloud's three answers, or that it was not asked. */
export interface ShownActivity {
	answer: ActivityRecord['answer'] | 'not_asked';
	last: EpochSeconds | null;
	/** Of a check that failed: `auditing_off`, or the service's code. */
	reason: string;
}

/** What both views say of one identity's kubeconfig on one cluster. */
export interface KubeconfigCell {
	state: CredentialState;
	notAfter: EpochSeconds | null;
	/** Whether bindings of the cluster name the identity. */
	hasGrants: Existence;
	activity: ShownActivity;
	deletable: Deletable;
}

/** An identity that holds, or held, a kubeconfig of one cluster, or that its bindings name. */
export interface ClusterViewRow extends KubeconfigCell {
	accountId: string;
	/** Empty where nobody knows it any more. */
	name: string;
	displayName: string;
	accountType: CloudState['accountType'];
	accountState: CloudState['accountState'];
	/** Name of the cloud service that the role belongs to; empty for people and robots. */
	cloudService: string;
}

/** A cluster of the cloud, as a view names it. */
export interface ViewedCluster {
	uid: string;
	/** The cloud's id. */
	id: string;
	name: string;
	region: string;
	type: string;
	/** The cloud's word, as `running`. */
	clusterState: string;
}

export interface ClusterView extends ViewedCluster {
	/** Its kubeconfigs and its bindings were both read to the end: else rows may be missing. */
	isWhole: boolean;
	rows: ClusterViewRow[];
}

/** An identity over all clusters; where they disagree about it, the least certain word. */
export interface IdentityView {
	accountId: string;
	name: string;
	displayName: string;
	accountType: CloudState['accountType'];
	state: Identity['state'];
	stateSince: EpochSeconds | null;
	/** Every list that could name it was read to its end, for every one of its clusters. */
	listComplete: boolean;
	cloudService: string;
	rows: (ViewedCluster & KubeconfigCell)[];
}

/** The console's three views of the kubeconfigs that a cloud issued; empty without clusters of a cloud. */
export interface Views {
	clusters: ClusterView[];
	identities: IdentityView[];
	/** Deleted identities whose kubeconfig or bindings are still in force, with those clusters alone. */
	deleted: IdentityView[];
}
