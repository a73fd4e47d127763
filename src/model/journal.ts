import type { EpochSeconds, Subject } from './facts.ts';
import type { Step } from './plan.ts';

/** A line of a journal: what is said, chained to the line before and signed. */
export interface Sealed {
	/** From 0. */
	seq: number;
	/** `hash` of the line before; of the first, 64 zeros. */
	prev: string;
	at: EpochSeconds;
	entry: JournalEntry;
	/** SHA-256 over everything before. */
	hash: string;
	/** Ed25519 over the hash, base64. */
	signature: string;
}

export type JournalEntry =
	| {
			kind: 'open';
			apiVersion: 'kubelapse/journal/v1';
			command: 'apply' | 'restore';
			/** Digest of the plan, or for a restore the hash of the journal's last line. */
			of: string;
			/** Ed25519 public key (SPKI, base64) that signs this journal. */
			key: string;
			/** How many steps there are to do. */
			steps: number;
			/** The run, as the caps know it. */
			run?: string;
	  }
	/** An earlier run has ended, or was cut short; from here another one goes on. */
	| { kind: 'resume'; run?: string }
	/** It is about to be done: what there was is on record before anything changes. */
	| { kind: 'begin'; step: Step; by: string; before: BeforeImage }
	| {
			kind: 'end';
			step: string;
			outcome: StepOutcome;
			reason: string;
			after: AfterImage | null;
			access: AccessAnswer[];
	  }
	/** The run has come to its end: every step has ended, or was left since its cluster was stopped. */
	| { kind: 'close'; outcomes: Record<StepOutcome, number>; left: number };

/**
 * `done`; `skipped`: something moved, nothing was changed; `unconfirmed`: asked for, and a fresh look does not show it;
 * `failed`; `advised`: for people.
 */
export type StepOutcome = 'done' | 'skipped' | 'unconfirmed' | 'failed' | 'advised';

/** What a later restore puts back; never the data of a Secret. */
export type BeforeImage =
	/** `roleDigest`: SHA-256 over what the role allows; null where it is missing, empty where it may not be read. */
	| { kind: 'binding'; binding: BindingImage; roleDigest: string | null }
	| {
			kind: 'secret';
			namespace: string;
			name: string;
			uid: string;
			resourceVersion: string;
			hasLabels: boolean;
			/** Day of the quarantine label; null for none. */
			invalidSince: string | null;
			/** Day that a quarantine sets; null for a deletion. */
			sets: string | null;
	  }
	| {
			kind: 'kubeconfig';
			cluster: string;
			account: string;
			/** The cloud's own word for its state; empty where its list lacks it. */
			certState: string;
			/** Bindings that the cloud removes itself, each with the digest of its role's rules. */
			bindings: { binding: BindingImage; roleDigest: string | null }[];
	  }
	| { kind: 'kubeconfigs'; clusters: Extract<BeforeImage, { kind: 'kubeconfig' }>[] };

/** A binding as it is made again. */
export interface BindingImage {
	bindingKind: 'RoleBinding' | 'ClusterRoleBinding';
	uid: string;
	resourceVersion: string;
	namespace: string;
	name: string;
	labels: Record<string, string>;
	annotations: Record<string, string>;
	roleRef: { apiGroup: string; kind: string; name: string };
	/** As written, duplicates included. */
	subjects: RawSubject[];
}

/** rbac.authorization.k8s.io/v1 Subject, on the wire. */
export interface RawSubject {
	kind: string;
	name: string;
	apiGroup?: string;
	namespace?: string;
}

/** What a restore has to find unchanged; null where the object is gone. */
export interface AfterImage {
	uid: string;
	resourceVersion: string;
}

/** What the API server says of somebody's access afterwards. */
export interface AccessAnswer {
	subject: Subject;
	/** As `list secrets in shop`. */
	asked: string;
	allowed: boolean | null;
	/** The server's own words, or why it could not be asked. */
	reason: string;
}
