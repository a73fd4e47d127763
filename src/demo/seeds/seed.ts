import { DAY } from '../../lib/epoch.ts';
import type { EpochSeconds } from '../../model/facts.ts';

/** Days from the fleet's `now`; negative is the past. */
export type Days = number;

/** Everything that one cluster of the demo holds, before keys are made. */
export interface ClusterSeed {
	name: string;
	gitVersion: string;
	/** Date of the kube-system namespace and of every object that states none. */
	created: Days;
	/** Most objects of one page, whatever `limit` asks for: a server may answer fewer, and so real paging shows. */
	pageSize: number;
	/** `rbac+webhook`: somebody else may allow more than RBAC says. */
	authorizer: 'rbac' | 'rbac+webhook';
	hiccups: Hiccup[];
	/** Who the scanner is here, what it may read stands in the bindings like for everyone else. */
	scanner: Login;
	/** `namespace/name`. */
	serviceAccounts: string[];
	secrets: SecretSeed[];
	roles: RoleSeed[];
	bindings: BindingSeed[];
	/** Certificates that came through a CertificateSigningRequest. */
	requests: RequestSeed[];
}

/** A request that goes wrong once, and well when it is tried again. */
export type Hiccup = ListHiccup | WriteHiccup;

/** One of a list. */
export interface ListHiccup {
	/** Plural, or `*` for whichever list is asked for first. */
	resource: string;
	/** `next_page` is the first request with a continue token. */
	on: 'first_page' | 'next_page';
	answer: 'too_many_requests' | 'etcd_timeout' | 'expired';
}

/** One of a write that would have been stored: those that are refused, and dry runs, use none up. */
export interface WriteHiccup {
	/** Plural, or `*` for whichever is written first. */
	resource: string;
	on: 'write';
	/** `reset` cuts the connection; what ends in `_stored` was done all the same, and `slow` is. */
	answer: 'too_many_requests' | 'etcd_timeout' | 'etcd_timeout_stored' | 'reset' | 'reset_stored' | 'slow';
	/** How slow; a second where it is not said. */
	ms?: number;
}

/** A client certificate. */
export interface CertificateSeed {
	user: string;
	groups: string[];
	from: Days;
	until: Days;
	/** Certificates that name the same key share it, over the whole fleet; otherwise each has its own. */
	sharedKey?: string;
	/** Makes an RSA key of that size, else it is P-256. */
	rsaBits?: number;
}

/** A CertificateSigningRequest and what became of it. */
export interface RequestSeed {
	name: string;
	certificate: CertificateSeed;
	requester: string;
	/** Name of the request whose certificate asked for this one: shown in spec.extra. */
	askedWith?: string;
	decision: 'approved' | 'denied' | 'pending';
	reason: string;
}

/** A Secret; of its data only a fake stands there. */
export interface SecretSeed {
	/** `namespace/name`. */
	name: string;
	type: string;
	created: Days;
	/** Name of the ServiceAccount that a token stands for, in the Secret's namespace. */
	serviceAccount?: string;
	/** The account was deleted and made again: the Secret still names the UID of the first. */
	isOwnerRecreated?: boolean;
	/** Day of the label `kubernetes.io/legacy-token-last-used`. */
	lastUsed?: Days;
	/** Day of the label `kubernetes.io/legacy-token-invalid-since`: quarantined. */
	invalidSince?: Days;
	/** End of a bootstrap token, which stands in its data alone. */
	expires?: Days;
	/** Whether `kubectl apply` left a copy of the data in an annotation, as it does. */
	isApplied?: boolean;
}

/** rbac.authorization.k8s.io/v1 PolicyRule, as it stands on the wire. */
export interface RuleSeed {
	verbs: string[];
	apiGroups?: string[];
	resources?: string[];
	resourceNames?: string[];
	nonResourceURLs?: string[];
}

/** A Role or, without namespace, a ClusterRole. */
export interface RoleSeed {
	name: string;
	namespace?: string;
	rules: RuleSeed[];
	labels?: Record<string, string>;
	/** Labels that aggregationRule selects by; their rules are listed in `rules` too, as the controller writes them. */
	aggregates?: Record<string, string>;
	isBootstrap?: boolean;
}

/** A RoleBinding or, without namespace, a ClusterRoleBinding. */
export interface BindingSeed {
	name: string;
	namespace?: string;
	/** `ClusterRole cluster-admin` or `Role reader`. */
	role: string;
	/** `User dana`, `Group ops`, `ServiceAccount namespace/name`. */
	subjects: string[];
	created?: Days;
	labels?: Record<string, string>;
	isBootstrap?: boolean;
}

/** A kubeconfig file as somebody keeps it. */
export interface PersonSeed {
	file: string;
	/** Permission bits. */
	mode: number;
	/** Name of the user block. */
	user: string;
	/** In a cluster of the fleet, or in one that no longer answers. */
	access:
		| { kind: 'fleet'; cluster: string; verification: 'ca' | 'skipped'; login: Login }
		| { kind: 'gone'; name: string; server: string; login: StandingLogin };
}

/** What a user block holds that no cluster had to issue. */
export type StandingLogin =
	| { kind: 'static_token' }
	| { kind: 'basic_auth' }
	| { kind: 'exec'; command: string; args: string[] }
	| { kind: 'auth_provider'; name: string };

/** What a user block holds. */
export type Login =
	| StandingLogin
	| { kind: 'certificate'; certificate: CertificateSeed }
	/** The certificate and key of a CertificateSigningRequest of that cluster. */
	| { kind: 'request'; name: string }
	| { kind: 'bound_token'; serviceAccount: string; from: Days; until: Days };

/** `now` plus days. */
export function atDay(now: EpochSeconds, days: Days): EpochSeconds {
	return now + days * DAY;
}

/** Rules on resources; each argument is a list of words, `core` stands for the empty API group. */
export function allow(verbs: string, groups: string, resources: string, resourceNames = ''): RuleSeed {
	return {
		verbs: words(verbs),
		apiGroups: words(groups).map(group => (group === 'core' ? '' : group)),
		resources: words(resources),
		...(resourceNames === '' ? {} : { resourceNames: words(resourceNames) }),
	};
}

/** Rules on paths that are no resources. */
export function allowPaths(verbs: string, paths: string): RuleSeed {
	return { verbs: words(verbs), nonResourceURLs: words(paths) };
}

function words(text: string): string[] {
	return text.split(' ');
}
