import type { CloudState, Credential, CredentialState, EpochSeconds } from '../../model/facts.ts';
import type { ClusterRow, StateRow } from '../../providers/alibaba/container-service.ts';

/** The service's words for a kubeconfig, as the model's; a word that is not known is `unknown`. */
const STATES: Record<string, CredentialState> = {
	Unissued: 'not_issued',
	Unexpired: 'effective',
	Expired: 'expired',
	Removed: 'revoked',
	Unknown: 'unknown',
};

const ACCOUNT_TYPES: Record<string, CloudState['accountType']> = {
	RootAccount: 'root',
	RamUser: 'ram_user',
	RamRole: 'ram_role',
};

const ACCOUNT_STATES: Record<string, CloudState['accountState']> = {
	Active: 'active',
	InActive: 'inactive',
	Deleted: 'deleted',
};

/** What the service says of one kubeconfig, as a credential of its cluster. */
export function toCredential(cluster: ClusterRow, row: StateRow): Credential {
	return {
		...kubeconfigOf(cluster, row.accountId, row.notAfter),
		state: own(STATES, row.certState) ?? 'unknown',
		cloud: {
			accountId: row.accountId,
			accountType: own(ACCOUNT_TYPES, row.accountType) ?? 'unknown',
			accountState: own(ACCOUNT_STATES, row.accountState) ?? 'unknown',
			accountName: row.accountName,
			displayName: row.displayName,
			cloudService: row.cloudService,
			certState: row.certState,
			revokable: row.revokable,
			clusterState: cluster.state,
			activity: null,
		},
	};
}

/**
 * Of an identity that bindings name and the cluster's list does not: its file was deleted and its RBAC kept,
 * or none was ever issued.
 * @param certState of that identity's own list; null where it could not be read.
 */
export function boundWithoutState(
	cluster: ClusterRow,
	accountId: string,
	certState: string | null,
): Credential {
	const state = certState === null ? 'unknown' : (own(STATES, certState) ?? 'unknown');
	return {
		...kubeconfigOf(cluster, accountId, null),
		state: state === 'revoked' ? 'deleted' : state,
		cloud: {
			accountId,
			accountType: 'unknown',
			accountState: 'unknown',
			accountName: '',
			displayName: '',
			cloudService: '',
			certState: certState ?? '',
			revokable: false,
			clusterState: cluster.state,
			activity: null,
		},
	};
}

/** An enum of the service may grow a member that is also a method's name. */
function own<T>(words: Record<string, T>, word: string): T | undefined {
	return Object.hasOwn(words, word) ? words[word] : undefined;
}

function kubeconfigOf(cluster: ClusterRow, accountId: string, notAfter: EpochSeconds | null): Credential {
	return {
		uid: `kubeconfig:${cluster.id}/${accountId}`,
		kind: 'cloud_kubeconfig',
		state: 'unknown',
		username: accountId,
		// What ACK and ACS write into the certificates that they issue.
		groups: ['system:users'],
		notBefore: null,
		notAfter,
		certificate: null,
		serviceAccount: null,
		lastUsed: null,
		invalidSince: null,
		createdAt: null,
		issuance: null,
		plugin: '',
		exec: null,
		cloud: null,
		locations: [
			{ origin: 'cloud', path: '', line: 0, namespace: '', name: accountId, mode: null, ownerUid: null },
		],
	};
}
