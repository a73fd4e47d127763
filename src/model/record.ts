import type { Cluster, Connection, Credential, EpochSeconds, Gap, Manager, Source } from './facts.ts';

/** What a grant lets its subject do that matters for credentials. */
export type Power =
	| 'cluster_admin'
	| 'wildcard'
	| 'read_secrets'
	| 'escalate'
	| 'bind'
	| 'impersonate'
	| 'approve_csr'
	| 'sign_csr'
	| 'create_token'
	| 'exec_pods'
	| 'create_pods'
	| 'nodes_proxy'
	| 'write_rbac';

/** `unknown`: the list that would tell could not be read. */
export type Existence = 'yes' | 'no' | 'unknown';

/** One subject of one binding, joined with the role that it names. */
export interface Grant {
	/** `<binding uid>/<kind>/<namespace>/<name>`. */
	uid: string;
	bindingUid: string;
	bindingKind: 'RoleBinding' | 'ClusterRoleBinding';
	/** Empty: cluster-wide. */
	namespace: string;
	bindingName: string;
	resourceVersion: string;
	roleKind: 'Role' | 'ClusterRole';
	roleName: string;
	roleExists: Existence;
	subject: { kind: 'User' | 'Group' | 'ServiceAccount'; name: string; namespace: string };
	/** For a ServiceAccount subject (a User named `system:serviceaccount:…` too); `yes` for others. */
	subjectExists: Existence;
	otherSubjects: number;
	powers: Power[];
	manager: Manager;
	/** The binding is one of the API server's own and so is this subject of it. */
	isBootstrapDefault: boolean;
	createdAt: EpochSeconds | null;
}

export interface Identity {
	provider: 'kubernetes';
	/** Username as the API server says it; `group:<name>` for groups. */
	id: string;
	name: string;
	displayName: string;
	type: 'user' | 'group' | 'service_account';
	state: 'active' | 'disabled' | 'deleted' | 'unknown';
	human: 'yes' | 'no' | 'unknown';
	listComplete: boolean;
}

/** What a policy sees of the cluster that a record belongs to. */
export type ClusterRef = Pick<Cluster, 'uid' | 'name' | 'provider' | 'version'>;

/** What a policy sees of a gap. */
export type GapRef = Pick<Gap, 'source' | 'code'>;

/** A grant as it is shown beside the credential that reaches it. */
export type GrantRef = Pick<
	Grant,
	'uid' | 'bindingKind' | 'namespace' | 'bindingName' | 'roleKind' | 'roleName' | 'powers'
>;

/** Another credential with the same public key. */
export interface Sibling {
	cluster: ClusterRef;
	uid: string;
	username: string;
	sha256: string;
	/** Numeric owner of the file that it stands in; null for objects. */
	ownerUid: number | null;
	location: string;
}

interface RecordBase {
	now: EpochSeconds;
	cluster: ClusterRef;
	/** Gaps that touch this record. */
	gaps: GapRef[];
}

export interface CredentialRecord extends RecordBase {
	kind: 'credential';
	credential: Credential;
	identity: Identity;
	/** The most powerful grants that the username, its groups and implied groups reach; at most 20. */
	grants: GrantRef[];
	/** How many there are in all. */
	grantsTotal: number;
	/** Union over all of them, cluster-wide ones only. */
	powers: Power[];
	/** system:masters, or a cluster-wide power that leads to every credential. */
	isPrivileged: boolean;
	serviceAccountExists: Existence;
}

export interface GrantRecord extends RecordBase {
	kind: 'grant';
	grant: Grant;
	identity: Identity;
	isPrivileged: boolean;
}

export interface IdentityRecord extends RecordBase {
	kind: 'identity';
	identity: Identity;
	isPrivileged: boolean;
}

/** A cluster block of a kubeconfig. */
export interface ConnectionRecord extends RecordBase {
	kind: 'connection';
	connection: Connection;
}

export interface ClusterRecord extends RecordBase {
	kind: 'cluster';
	sources: { source: Source; status: string; count: number }[];
	/** Every gap of the cluster, with its message. */
	clusterGaps: { source: Source; code: string; permission: string }[];
}

/** A credential and the others that share its public key, over the whole fleet. */
export interface KeyRecord extends RecordBase {
	kind: 'key';
	credential: Sibling;
	/** At most 20. */
	siblings: Sibling[];
	siblingsTotal: number;
}

/** The `input` of one policy evaluation. */
export type PolicyRecord =
	| CredentialRecord
	| GrantRecord
	| IdentityRecord
	| ConnectionRecord
	| ClusterRecord
	| KeyRecord;
export type RecordKind = PolicyRecord['kind'];
