import type { AuditTrail, Ledger } from './audit.ts';

/** Seconds since 1970-01-01T00:00:00Z, an integer. */
export type EpochSeconds = number;

/** One cluster as far as it could be told apart: live, or known only from files. */
export interface Cluster {
	/** UID of the kube-system namespace, or a hash of server and CA where that could not be read. */
	uid: string;
	name: string;
	provider: 'kubernetes' | 'files' | 'alibaba';
	/** What its cloud says of it; null where no cloud was asked. */
	cloud: CloudCluster | null;
	/** URL of the API server that answered. */
	server: string;
	/** `file#context` of every kubeconfig context that reaches this cluster. */
	contexts: string[];
	/** gitVersion of the API server; empty where it was not read. */
	version: string;
	createdAt: EpochSeconds | null;
	auditing: Auditing;
	certificateAuthorities: CertificateAuthority[];
	/** Names that the config gives to contexts of this cluster; more than one: two targets are one cluster. */
	configuredNames: string[];
}

/** A cluster as its cloud lists it; the words are the cloud's own. */
export interface CloudCluster {
	accountId: string;
	/** uid that the scan itself has in the cloud: whoever deletes cannot delete their own. */
	callerUid: string;
	region: string;
	/** As `ManagedKubernetes`. */
	type: string;
	/** As `Serverless`. */
	profile: string;
	/** As `running`. */
	state: string;
	/** Log project of its audit trail; empty where there is none. */
	auditProject: string;
}

export interface Auditing {
	state: 'on' | 'off' | 'unknown';
	from: EpochSeconds | null;
	to: EpochSeconds | null;
	/** Whether events name the credential (`authentication.kubernetes.io/credential-id`). */
	credentialIds: boolean;
}

export interface CertificateAuthority {
	sha256: string;
	/** RFC 4514, as certificates name their issuer. */
	subject: string;
	notAfter: EpochSeconds;
}

/** How a cluster stands in the result. `not_assessed`: expected, but not discovered this time. */
export type ClusterStatus = 'assessed' | 'partial' | 'unreachable' | 'not_assessed';

/**
 * What a collector reads. Each is also the name that `--require` and `--allow-gap` take and that
 * policies list under `custom.needs`.
 */
export const sources = [
	'cluster',
	'bindings',
	'roles',
	'service_accounts',
	'token_secrets',
	'bootstrap_tokens',
	'certificate_requests',
	'kubeconfig',
	'authorizer',
	'identities',
	'usage',
	'cloud',
	'history',
] as const;
export type Source = (typeof sources)[number];

export type GapCode =
	| 'forbidden'
	| 'throttled'
	| 'timeout'
	| 'unreachable'
	| 'auditing_off'
	| 'partial'
	| 'not_configured';

/** Facts that could not be read. It turns "pass" into "unknown", never the other way round. */
export interface Gap {
	source: Source;
	code: GapCode;
	/** What happened and what would close the gap, in one sentence; redacted. */
	message: string;
	/** The permission that is missing, as `list secrets`; empty where that is not the reason. */
	permission: string;
	/** uid of the one credential that the gap touches; empty when it touches the whole cluster. */
	subject: string;
}

/** What one source gave, for the report's coverage table. */
export interface SourceStatus {
	source: Source;
	status: 'complete' | 'partial' | 'denied' | 'unavailable' | 'not_configured';
	/** Objects read. */
	count: number;
}

export type CredentialKind =
	| 'client_certificate'
	| 'cloud_kubeconfig'
	| 'token_secret'
	| 'bound_token'
	| 'bootstrap_token'
	| 'static_token'
	| 'basic_auth'
	| 'exec_plugin'
	| 'auth_provider';

/** The words of the provider's console; see the README's glossary. */
export type CredentialState = 'not_issued' | 'effective' | 'expired' | 'revoked' | 'deleted' | 'unknown';

/** Where the scan met a credential: a live object, a kubeconfig file, or the scan's own connection. */
export interface Location {
	/**
	 * `csr`, `secret`, `kubeconfig`, `connection` (the credential that the scan itself uses), `cloud` (a list of the
	 * provider), `ledger` (its request in an audit log, or in an earlier scan) or `audit` (its id in an audit log, and
	 * nothing else).
	 */
	origin: 'csr' | 'secret' | 'kubeconfig' | 'connection' | 'cloud' | 'ledger' | 'audit';
	/** Path of the file as given; empty for objects. */
	path: string;
	/** First line of the user, cluster or context block, from 1; 0 for objects. */
	line: number;
	namespace: string;
	/** Name of the object, or of the user block. */
	name: string;
	/** Permission bits of the file (0o600 is 384); null for objects. */
	mode: number | null;
	/** Numeric owner of the file; null for objects. */
	ownerUid: number | null;
}

/** A credential without its secret part: only names, dates, fingerprints. */
export interface Credential {
	/** Stable: `x509:<sha256>`, `secret:<uid>`, or a hash of where it stands for what has no fingerprint. */
	uid: string;
	kind: CredentialKind;
	state: CredentialState;
	/** What the API server would call its bearer; empty where only the server can tell. */
	username: string;
	/** As the credential states them: O of a certificate; never the implied system:authenticated. */
	groups: string[];
	notBefore: EpochSeconds | null;
	/** null: it has no end date, or `gaps` says that it could not be read. */
	notAfter: EpochSeconds | null;
	certificate: CertificateDetails | null;
	/** The ServiceAccount that a token stands for. */
	serviceAccount: ServiceAccountRef | null;
	/** Labels of a token Secret, as dates at 00:00 UTC (the label has day precision). */
	lastUsed: EpochSeconds | null;
	invalidSince: EpochSeconds | null;
	createdAt: EpochSeconds | null;
	/** `jti` of a bound token, which audit events name; absent where it has none. */
	tokenId?: string;
	/** How a CertificateSigningRequest came to be; null for all else. */
	issuance: Issuance | null;
	/** Command of an exec plugin or name of an auth provider; empty for all else. */
	plugin: string;
	/** How an exec plugin is called; null for all else. */
	exec: ExecCommand | null;
	/** What the cloud says of a kubeconfig that it issued; null for all else. */
	cloud: CloudState | null;
	/** Every place it was met, the first is the one that findings point at. */
	locations: Location[];
}

/** An exec plugin without the values of its arguments and variables, which may be secrets. */
export interface ExecCommand {
	/** `bare`: a name alone, looked up in PATH by whoever logs in. */
	form: 'absolute' | 'relative' | 'bare';
	/** As `client.authentication.k8s.io/v1`. */
	apiVersion: string;
	environmentNames: string[];
}

/** A kubeconfig as its cloud lists it. */
export interface CloudState {
	accountId: string;
	accountType: 'root' | 'ram_user' | 'ram_role' | 'unknown';
	accountState: 'active' | 'inactive' | 'deleted' | 'unknown';
	accountName: string;
	displayName: string;
	/** Name of the cloud service that the role belongs to; empty for people and robots. */
	cloudService: string;
	/** The cloud's own word for the certificate's state. */
	certState: string;
	/** Whether the cloud would revoke it now. */
	revokable: boolean;
	/** The cloud's own word for the cluster's state, as `running`. */
	clusterState: string;
	/** The cloud's own look at seven days of the audit log; null where it was not asked. */
	activity: ActivityRecord | null;
}

/** Three answers, as the console's: the last is never read as the first. */
export interface ActivityRecord {
	answer: 'no_record' | 'records_found' | 'failed';
	last: EpochSeconds | null;
	/** Why it failed: `auditing_off`, or the service's code. */
	reason: string;
}

/** Somebody whom a roster knows or, read to its end, lacks: under the name that the cluster's RBAC uses. */
export interface DirectoryIdentity {
	/** Username as a subject or a certificate says it. */
	username: string;
	provider: 'alibaba' | 'scim' | 'file';
	/** The roster's own id. */
	account: string;
	name: string;
	displayName: string;
	type: 'root' | 'ram_user' | 'ram_role' | 'user' | 'group';
	state: 'active' | 'disabled' | 'deleted' | 'unknown';
	/** Since when it is disabled or deleted; null where the roster does not say. */
	stateSince: EpochSeconds | null;
	human: 'yes' | 'no' | 'unknown';
	/** Every list that could name it was read to its end. */
	listComplete: boolean;
	/** Name of the cloud service that the role belongs to; empty for others. */
	cloudService: string;
}

export interface CertificateDetails {
	issuer: string;
	serialNumber: string;
	sha256: string;
	publicKeySha256: string;
	keyAlgorithm: 'RSA' | 'ECDSA' | 'Ed25519' | 'unknown';
	keyBits: number;
	signatureHash: string;
	clientAuth: boolean;
}

export interface ServiceAccountRef {
	namespace: string;
	name: string;
	/** UID that the token was made for; empty where the credential does not say. */
	uid: string;
}

export interface Issuance {
	signerName: string;
	requester: string;
	/** Credential ids (`X509SHA256=…`) of whoever requested it, from spec.extra. */
	requesterCredentialIds: string[];
	/** Who approved it, which only an audit log tells; empty where none does. */
	approver: string;
	/** Reasons of the Approved and Denied conditions. */
	decision: 'approved' | 'denied' | 'failed' | 'pending';
	/** spec.expirationSeconds; null when the request left it to the signer. */
	expirationSeconds: number | null;
}

/** A cluster block of a kubeconfig: how a connection is verified. */
export interface Connection {
	uid: string;
	/** Name of the cluster block. */
	name: string;
	server: string;
	verification: 'verified' | 'skipped' | 'plain_http' | 'system_roots';
	location: Location;
}

export interface ServiceAccount {
	uid: string;
	namespace: string;
	name: string;
}

export interface PolicyRule {
	verbs: string[];
	apiGroups: string[];
	resources: string[];
	resourceNames: string[];
	nonResourceURLs: string[];
}

export interface Role {
	uid: string;
	kind: 'Role' | 'ClusterRole';
	/** Empty for a ClusterRole. */
	namespace: string;
	name: string;
	labels: Record<string, string>;
	rules: PolicyRule[];
	/** Label selectors of aggregationRule; a ClusterRole that matches one adds its rules. Empty for most. */
	aggregates: LabelSelector[];
}

/** meta/v1 LabelSelector. */
export interface LabelSelector {
	matchLabels: Record<string, string>;
	matchExpressions: { key: string; operator: string; values: string[] }[];
}

export interface Subject {
	kind: 'User' | 'Group' | 'ServiceAccount';
	name: string;
	/** Empty for User and Group. */
	namespace: string;
}

export interface Binding {
	uid: string;
	kind: 'RoleBinding' | 'ClusterRoleBinding';
	namespace: string;
	name: string;
	resourceVersion: string;
	roleKind: 'Role' | 'ClusterRole';
	roleName: string;
	subjects: Subject[];
	createdAt: EpochSeconds | null;
	manager: Manager;
	/** Who answers for it, by the annotations `a8r.io/owner` or `kubelapse.io/owner`; empty where neither is set. */
	owner: string;
}

/** Who would put the object back: read from well-known labels and annotations. */
export type Manager = 'bootstrap' | 'helm' | 'argocd' | 'flux' | 'operator' | 'addon_manager' | 'none';

/** Everything that was read of one cluster; the file that `--save-facts` writes. */
export interface Facts {
	apiVersion: 'kubelapse/facts/v1';
	/** When collection began. */
	collectedAt: EpochSeconds;
	cluster: Cluster;
	/** False when nothing at all could be read: the cluster is `unreachable`. */
	reachable: boolean;
	credentials: Credential[];
	connections: Connection[];
	bindings: Binding[];
	roles: Role[];
	serviceAccounts: ServiceAccount[];
	/** What rosters say of the cluster's users; empty where none was asked. */
	identities: DirectoryIdentity[];
	/** How many API servers say that they run (`apiserver-*` Leases of kube-system); null where that was not read. */
	apiServers: number | null;
	/** Who used what; null where no audit log was given. */
	audit: AuditTrail | null;
	/** Certificates on record; null where no history is kept. */
	ledger: Ledger | null;
	sources: SourceStatus[];
	gaps: Gap[];
}
