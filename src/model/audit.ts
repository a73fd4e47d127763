import type { Credential, EpochSeconds } from './facts.ts';

/**
 * What the audit log of one cluster says (audit.k8s.io/v1), folded: events themselves are never kept. Whether it is
 * whole, and whether it is this cluster's at all, is judged against the cluster's other facts (src/join).
 */
export interface AuditTrail {
	/** `files`: logs of API servers; `sls`: the log store of Alibaba Cloud. */
	origin: 'files' | 'sls';
	/** One for each log that an API server writes: a `--audit-log` each. */
	streams: AuditStream[];
	/** What the audit policy is known to leave out; null where nobody declared it. */
	policy: AuditPolicy | null;
	actors: AuditActor[];
	/** What each username asked for, to hold against what it is granted. */
	requests: AuditRequest[];
	/** Certificates whose request the log shows whole, with who asked and who approved; their location is `ledger`. */
	issued: Credential[];
	/** CSR events that name neither request nor certificate, since the audit policy logs only their metadata. */
	opaqueRequests: number;
}

/** Half-open: `to` is the last second that was seen. */
export interface Span {
	from: EpochSeconds;
	to: EpochSeconds;
}

export interface AuditStream {
	/** As given: a glob, or `project/logstore`. */
	name: string;
	files: number;
	/** Events of any kind and stage. */
	events: number;
	/** Lines, or entries of a list, that are no event. */
	malformed: number;
	/** Events that two of its files hold, counted once. */
	duplicates: number;
	/** From the first to the last event of any kind; null where there is none. */
	window: Span | null;
	/** Spans of over an hour without any event, longest first, at most 50. */
	holes: Span[];
	holesTotal: number;
	/** What could not be read, in one sentence each; redacted. */
	problems: string[];
}

/** What rules of `level: None` and omitted stages leave out. */
export interface AuditPolicy {
	/** Requests of anybody may be missing. */
	dropsRequests: boolean;
	/** Users and groups some of whose requests are missing. */
	users: string[];
	groups: string[];
	/** Plural names, of whatever API group, of what requests are missing for, whoever made them: `events`. */
	resources: string[];
}

/** One login as the log names it. */
export interface AuditActor {
	/** `authentication.kubernetes.io/credential-id`, as `X509SHA256=<hex>` or `JTI=<uuid>`; empty where events name none. */
	credentialId: string;
	/** Its events do name a credential, but one that no inventory knows (a bound token's `JTI`), which is not kept. */
	hasOtherId: boolean;
	username: string;
	/** `user.uid`, which service accounts have; empty for others. */
	userUid: string;
	/** `namespace/name` of the Secret that held the token (`authentication.k8s.io/legacy-token-manual-secret`); else empty. */
	tokenSecret: string;
	/** Who acted under this username by impersonation; empty where the login was its own. */
	impersonator: string;
	first: EpochSeconds;
	last: EpochSeconds;
	/** Last request that was let through; null where none was. */
	lastAllowed: EpochSeconds | null;
	/** Requests, a watch once; the API server let them through, or refused (401, 403). */
	allowed: number;
	denied: number;
	/** Distinct user agents, sorted, at most 20. */
	agents: string[];
	/** Distinct source addresses as salted hashes (16 hex digits), or as addresses where the run shows them; sorted, at most 50. */
	sources: string[];
	sourcesTotal: number;
}

/** Requests of one username for one kind of thing, with its own login or by impersonation. */
export interface AuditRequest {
	username: string;
	verb: string;
	/** Empty for the core group and for paths. */
	apiGroup: string;
	/** With its subresource, as `pods/log`; empty for paths. */
	resource: string;
	/** Empty: cluster-wide. */
	namespace: string;
	/** As `/healthz`; empty for resources. */
	path: string;
	allowed: number;
	denied: number;
	/** Distinct object names, sorted; null where there are more than 20 or a request named none. */
	names: string[] | null;
}

/** What one subject did in one hour, of one kind, from the same login. */
export interface TimelineEntry {
	/** Start of the hour. */
	at: EpochSeconds;
	/** Whatever id the events name, also that of a bound token. */
	credentialId: string;
	/** As in AuditActor. */
	tokenSecret: string;
	username: string;
	/** Who acted under this username; empty where the login was its own. */
	impersonator: string;
	verb: string;
	apiGroup: string;
	/** With its subresource, as `pods/log`. */
	resource: string;
	namespace: string;
	path: string;
	allowed: number;
	denied: number;
	/** As in AuditActor. */
	agents: string[];
	sources: string[];
}

/** Every certificate known to have been issued: by audit logs and by scans, over nights. */
export interface Ledger {
	/** Since when nothing was missed; null where that is not known. */
	since: EpochSeconds | null;
	credentials: Credential[];
}
