import type {
	Auditing,
	Cluster,
	Connection,
	Credential,
	DirectoryIdentity,
	EpochSeconds,
	Gap,
	Manager,
	Source,
} from './facts.ts';
import type { Grade, Severity } from './policy.ts';

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
	/** Who answers for the binding; empty where it does not say. */
	owner: string;
}

export interface Identity {
	provider: 'kubernetes' | DirectoryIdentity['provider'];
	/** Username as the API server says it; `group:<name>` for groups. */
	id: string;
	name: string;
	displayName: string;
	type: 'service_account' | DirectoryIdentity['type'];
	/** The roster's own id, one for all names that a person goes by; empty where no roster knows. */
	account: string;
	/** Name of the cloud service that the role belongs to; empty for others. */
	cloudService: string;
	state: 'active' | 'disabled' | 'deleted' | 'unknown';
	human: 'yes' | 'no' | 'unknown';
	/** Every list that could name it was read to its end: `unknown` then means that none does. */
	listComplete: boolean;
	/** Since when it is disabled or deleted; null where nobody says. */
	stateSince: EpochSeconds | null;
}

/** What is known of the use of a credential or by an identity; null in a record where nobody was asked. */
export interface Usage {
	/** `unavailable`: no evidence either way. */
	result: 'used' | 'unused' | 'unavailable';
	/** Why it is not known, or not better known; empty where nothing is missing. */
	reason: string;
	first: EpochSeconds | null;
	last: EpochSeconds | null;
	/** Last one of its own that was let through: not a refused one, and none that an impersonator made. */
	lastAllowed: EpochSeconds | null;
	/** Requests that the API server let through, and that it refused. */
	allowed: number;
	denied: number;
	/** Those of them that somebody else made under this name, by impersonation. */
	impersonated: number;
	/** Distinct user agents, at most 20. */
	agents: string[];
	/** Distinct source addresses. */
	sources: number;
	/** What the evidence covers; incomplete where it has holes. */
	window: { from: EpochSeconds | null; to: EpochSeconds | null; complete: boolean };
	evidence: 'credential_id' | 'username' | 'cloud_activity' | 'token_label' | 'none';
	/** A: this very credential over a complete window; B: its user; C: a summary or a label; D: none. */
	grade: Exclude<Grade, 'none'>;
}

/** A younger usable client certificate of the same user on the same cluster. */
export interface NewerCredential {
	uid: string;
	sha256: string;
	notBefore: EpochSeconds;
	notAfter: EpochSeconds;
}

/** The client certificate with which another one was requested. */
export type ParentCredential = Pick<Credential, 'uid' | 'username' | 'state'>;

/** What an identity may do against what it did in the window of its usage. */
export interface PermissionUse {
	granted: number;
	/** As `delete pods`, sorted, at most 20. */
	unused: string[];
	unusedTotal: number;
}

/** What a policy sees of the cluster that a record belongs to. */
export interface ClusterRef extends Pick<Cluster, 'uid' | 'name' | 'provider' | 'version'> {
	/** Whether its API server's address is one of the open internet; a host name alone does not tell. */
	exposure: 'public' | 'private' | 'unknown';
}

/** What a policy sees of a gap: one that touches this record alone, or every record of the cluster. */
export interface GapRef extends Pick<Gap, 'source' | 'code'> {
	scope: 'record' | 'cluster';
}

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
	/** Who asked for the certificate; null where no request is known. */
	requester: Identity | null;
	/** The client certificate that it was requested with; null where no request names one that is known. */
	parent: ParentCredential | null;
	/** Of those that work now, the one issued next after this one; null when there is none. */
	newer: NewerCredential | null;
	usage: Usage | null;
	/** Since when every issued certificate of the cluster is on record; null when nobody keeps one. */
	ledgerSince: EpochSeconds | null;
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
	/** Grants that name it. */
	grantsTotal: number;
	/** When the oldest of them was made; null when no grant says. */
	grantedSince: EpochSeconds | null;
	usage: Usage | null;
	permissions: PermissionUse | null;
	/** When somebody last confirmed its access; null when there is no record of it. */
	reviewedAt: EpochSeconds | null;
}

/** A cluster block of a kubeconfig. */
export interface ConnectionRecord extends RecordBase {
	kind: 'connection';
	connection: Connection;
	/** `no` only where the cloud's whole list of clusters lacks it. */
	clusterExists: Existence;
}

export interface ClusterRecord extends RecordBase {
	kind: 'cluster';
	sources: { source: Source; status: string; count: number }[];
	/** Every gap of the cluster, with its message. */
	clusterGaps: { source: Source; code: string; permission: string }[];
	auditing: Auditing;
	certificateAuthorities: AuthorityRef[];
	configuredNames: string[];
	ledgerSince: EpochSeconds | null;
}

/** A certificate authority that the cluster's clients trust; those of one subject are one authority, renewed. */
export interface AuthorityRef {
	sha256: string;
	subject: string;
	notAfter: EpochSeconds;
	/** The latest notAfter of the working client certificates known to be of this issuer; null when none is known. */
	issuedUntil: EpochSeconds | null;
}

/** A waiver of the run's waivers file, and what it did. */
export interface WaiverRecord extends RecordBase {
	kind: 'waiver';
	waiver: {
		/** As in the file. */
		id: string;
		reason: string;
		owner: string;
		expires: EpochSeconds;
		isBroad: boolean;
		/** `file:line`. */
		location: string;
	};
	/** Findings that it suppresses, or did until it expired. */
	matches: number;
	/** Whether every cluster that it may be about was assessed whole: only then is one without matches unused. */
	isExamined: boolean;
}

/** A finding of this run that an earlier run has seen. */
export interface FindingRecord extends RecordBase {
	kind: 'finding';
	finding: { id: string; policyId: string; severity: Severity; subject: string; firstSeen: EpochSeconds };
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
	| KeyRecord
	| WaiverRecord
	| FindingRecord;
export type RecordKind = PolicyRecord['kind'];
