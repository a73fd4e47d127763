import type { EpochSeconds, GapCode, Location, Source } from './facts.ts';
import type { Control, Grade, Severity } from './policy.ts';
import type { RecordKind } from './record.ts';

/** What a finding is about. */
export interface FindingSubject {
	kind: RecordKind;
	/** uid of the credential, grant, connection or cluster. */
	uid: string;
	/** What a person would call it, as `certificate of alice` or `ClusterRoleBinding ops/User alice`. */
	name: string;
	/** Username or `group:` id behind it; empty when there is none. */
	identity: string;
	/** Kubernetes kind and coordinates for paths: `Secret`, `ClusterRoleBinding`, `CertificateSigningRequest`, `kubeconfig`, `Cluster`. */
	object: { kind: string; namespace: string; name: string };
	/** Where in a file; null for objects of a cluster. */
	location: Location | null;
}

/** One policy's verdict on one record that somebody should see: a fail, or an unknown. */
export interface Finding {
	/** 16 hex characters over policy, cluster uid, subject uid and the policy's own key: the same in every run. */
	id: string;
	policyId: string;
	outcome: 'fail' | 'unknown';
	severity: Severity;
	isPrivileged: boolean;
	cluster: { uid: string; name: string };
	subject: FindingSubject;
	title: string;
	/** One or two plain sentences. */
	message: string;
	/** Values that the policy gave; numbers say their unit in the name. */
	details: Record<string, unknown>;
	/** Why an unknown is unknown; empty for a fail. */
	gaps: { source: Source | 'evaluation'; code: GapCode | 'policy_error' | 'time_limit'; message: string }[];
	/** Evidence of use behind it; `none` where the policy does not judge use. */
	grade: Grade;
	controls: Control[];
	remediation: FindingRemediation;
	status: 'new' | 'unchanged' | 'resolved' | 'incomparable';
	firstSeen: EpochSeconds;
}

/** What would end it, and whether a plan may do so. */
export interface FindingRemediation {
	/** What to do and what really ends the credential. */
	text: string;
	/** False: advice only. */
	safe: boolean;
	/** Why it is advice only; empty when it is safe. */
	why: string;
}
