import type { EpochSeconds, Subject } from './facts.ts';
import type { Grade } from './policy.ts';
import type { Usage } from './record.ts';

/** What a step does; in the order in which the steps of one cluster are carried out. */
export const actionNames = [
	/** Looks whether something still depends on what the next steps end. */
	'check_use',
	/** Advice: what no API ends, or what somebody would put back. */
	'advise',
	/** Advice: a ValidatingAdmissionPolicy that denies writes by one credential; generated, never applied. */
	'deny_pack',
	'quarantine_token_secret',
	'delete_token_secret',
	'delete_bootstrap_token',
	/** One call for one identity over several clusters of an account. */
	'clean_user_permissions',
	'clean_permissions',
	'remove_subjects',
	'delete_binding',
	/** Last: it may end the very login that the others are done with. */
	'revoke_kubeconfig',
	/** Advice: all that the identity had here is ended. */
	'delete_identity',
] as const;
export type ActionName = (typeof actionNames)[number];

/** Actions that tell people something, and change nothing. */
export const advice = ['check_use', 'advise', 'deny_pack', 'delete_identity'] as const satisfies ActionName[];
export type Advice = (typeof advice)[number];
/** Actions that change something. */
export type Deed = Exclude<ActionName, Advice>;

/** An object that a step is about, by its uid. */
export type Target =
	| BindingTarget
	| {
			kind: 'secret';
			uid: string;
			namespace: string;
			name: string;
			type: 'kubernetes.io/service-account-token' | 'bootstrap.kubernetes.io/token';
			/** Day of the quarantine label as it was planned on; null for none. */
			invalidSince: EpochSeconds | null;
			/** Whom its token stands for. */
			username: string;
	  }
	| {
			kind: 'kubeconfig';
			/** `kubeconfig:<cluster>/<account>`. */
			uid: string;
			/** uid of the RAM user or role. */
			account: string;
			region: string;
			/** Skips the service's own look at seven days of the audit log. */
			force: boolean;
			/** Bindings that the service removes with it. */
			bindings: number;
	  }
	| {
			kind: 'kubeconfigs';
			/** `kubeconfigs:<account>`. */
			uid: string;
			account: string;
			force: boolean;
			/** By their ids, sorted; an empty list would mean all. */
			clusters: { uid: string; name: string; region: string; bindings: number }[];
	  }
	| { kind: 'credential'; uid: string; username: string; notAfter: EpochSeconds | null }
	| { kind: 'identity'; uid: string; name: string };

/** One binding, and what of it goes. */
export interface BindingTarget {
	kind: 'binding';
	uid: string;
	bindingKind: 'RoleBinding' | 'ClusterRoleBinding';
	/** Empty: cluster-wide. */
	namespace: string;
	name: string;
	role: { kind: 'Role' | 'ClusterRole'; name: string };
	/** Every subject as it was planned on, sorted, each once. */
	subjects: Subject[];
	/** Those that go; equal forms of one subject go together. */
	remove: Subject[];
}

/** What has to hold, by a fresh look, right before a step: what cannot be looked at has failed. */
export type Precondition =
	/** The object is the one that was planned on, with the same role, subjects or label. */
	| { is: 'object'; uid: string }
	/** A fresh scan judges it alike: its findings still fail, on evidence no worse, and nothing bars the step. */
	| { is: 'findings'; ids: string[] }
	/** The identity is still in the state that it was planned on. */
	| { is: 'identity'; name: string; state: string }
	/** No use was seen since. */
	| { is: 'unused'; since: EpochSeconds | null }
	/** The cloud's word for the cluster's state allows it. */
	| { is: 'cluster_state'; state: string }
	/** Whoever carries it out is the same as when the run began. */
	| { is: 'caller' };

/** A right that a step takes: of RBAC as `patch clusterrolebindings.rbac.authorization.k8s.io/ops`, or a RAM action. */
export interface Permission {
	/** As it is told to people. */
	name: string;
	/** Attributes of a SelfSubjectAccessReview; null for a RAM action, which nobody can be asked about. */
	attributes: {
		verb: string;
		group: string;
		resource: string;
		subresource?: string;
		namespace: string;
		name: string;
	} | null;
}

/** Whether whoever plans may do it: `unknown` where nobody could be asked. */
export interface PermissionAnswer {
	needs: string[];
	allowed: 'yes' | 'no' | 'unknown';
	/** What is missing. */
	missing: string[];
}

/** One thing to do, or to tell. */
export interface Step {
	/** 12 hex digits over action, cluster and target: the same in every plan of the same thing. */
	id: string;
	action: ActionName;
	target: Target;
	cluster: { uid: string; name: string };
	/** Ids of findings behind it; empty where a person was asked for. */
	findings: string[];
	evidence: Evidence;
	/** What no longer works afterwards, in plain sentences. */
	ends: string[];
	/** What works on, and until when. */
	remains: string[];
	preconditions: Precondition[];
	/** How it is undone, in one sentence. */
	undo: string;
	permission: { step: PermissionAnswer; undo: PermissionAnswer };
	/** What to do, exactly, for advice; empty for deeds. */
	instructions: string[];
}

/** Why a step is justified. */
export interface Evidence {
	/** Of use; `none` where the policies behind it do not judge use. */
	grade: Grade;
	result: Usage['result'] | 'not_judged';
	last: EpochSeconds | null;
	/** Why, as `orphan/identity_deleted: …`. */
	reasons: string[];
}

/** Why something is not planned. */
export const refusalReasons = [
	'outcome_unknown',
	'policy_not_trusted',
	'grade_too_low',
	'source_gap',
	'cluster_not_read',
	'facts_too_old',
	'facts_from_the_future',
	'root_account',
	'account_type_unknown',
	'own_identity',
	'caller_unknown',
	'node_or_control_plane',
	'system_user',
	'system_group',
	'bootstrap_default',
	'break_glass',
	'cluster_state',
	'kubeconfig_state',
	'service_refuses',
	'no_restore',
	'quarantine_running',
	'attempted_since',
	'attempt_unknown',
	'grace',
	'used_otherwise',
	'waived',
	'server_too_old',
	'object_unknown',
	'empty_cluster_list',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** A target that is not planned, and why. */
export interface Refusal {
	target: string;
	cluster: { uid: string; name: string };
	code: RefusalReason;
	/** One plain sentence. */
	reason: string;
	findings: string[];
}

/** What was asked for; the same questions are asked again before the plan is carried out. */
export interface PlanOptions {
	/** Names of actions, or ids of steps; empty for all. */
	only: string[];
	exclude: string[];
	/** Ids or globs of policies. */
	policies: string[];
	/** Names or uids. */
	clusters: string[];
	/** Usernames, uids or names of accounts. */
	identities: string[];
	force: boolean;
	noRestore: boolean;
	revokeOwn: boolean;
	/** One call per identity over several clusters of an account. */
	bulk: boolean;
	/** Days that a token has to be quarantined without an attempt before it is deleted. */
	quarantineDays: number;
	/** Whom to end wherever it is, whatever policies say; null plans from findings. */
	offboard: string | null;
	/** Writes a pack for each certificate that only advice is given for. */
	denyPack: boolean;
}

/** `plan.json`. */
export interface Plan {
	apiVersion: 'kubelapse/plan/v1';
	/** SHA-256 over everything else: a plan that was changed by hand is another one. */
	digest: string;
	createdAt: EpochSeconds;
	/** What it was made from. */
	result: {
		/** When the scan began. */
		now: EpochSeconds;
		version: string;
		policyDigest: string;
		clusters: {
			uid: string;
			name: string;
			collectedAt: EpochSeconds;
			/** URL of its API server. */
			server: string;
			/** SHA-256 of the certificate authorities of its clients, sorted: a copy with the same uid has others. */
			authorities: string[];
		}[];
	};
	options: PlanOptions;
	steps: Step[];
	refused: Refusal[];
}
