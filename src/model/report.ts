import type { Compliance } from './compliance.ts';
import type { Cluster, ClusterStatus, Credential, EpochSeconds, Gap, SourceStatus } from './facts.ts';
import type { Finding } from './finding.ts';
import type { Outcome, ParamSpec, Policy, Severity } from './policy.ts';
import type { Grant, Identity, Usage } from './record.ts';
import type { Views } from './views.ts';
import type { ReportedWaiver, Suppression } from './waiver.ts';

/** How many records each policy judged how, in one cluster. */
export interface OutcomeCounts extends Record<Outcome, number> {}

export interface ReportedCluster extends Cluster {
	status: ClusterStatus;
	collectedAt: EpochSeconds;
	sources: SourceStatus[];
	/** Since when every issued certificate is on record; null where that is not known. */
	ledgerSince: EpochSeconds | null;
	/** Records of each kind that were judged. */
	records: Record<string, number>;
	findings: Record<Severity, number>;
	unknown: number;
}

/** A threshold with the value that the run judged by. */
export interface ReportedParam extends ParamSpec {
	value: ParamSpec['default'];
}

/** A threshold that is not at its default. */
export interface ChangedParam {
	/** Id of the policy, or `lib/<name>` for what several policies share. */
	policy: string;
	key: string;
	value: ParamSpec['default'];
	default: ParamSpec['default'];
}

/** What `--params` changed. */
export interface ChangedParams {
	/** The file, as it was named; empty where none was. */
	from: string;
	changed: ChangedParam[];
}

export interface ReportedPolicy extends Policy {
	params: Record<string, ReportedParam>;
	outcomes: OutcomeCounts;
	byCluster: { cluster: string; outcomes: OutcomeCounts }[];
}

export interface ReportedGap extends Gap {
	cluster: { uid: string; name: string };
	/** Named by `--allow-gap`: it does not count for exit code 3. */
	isAllowed: boolean;
}

export type ReportedCredential = Omit<Credential, 'tokenId'> & {
	cluster: string;
	isPrivileged: boolean;
	usage: Usage | null;
};
export type ReportedGrant = Grant & { cluster: string };
export type ReportedIdentity = Identity & { cluster: string; findings: number; usage: Usage | null };

/** A finding that a waiver excuses: it does not count, and stays visible. */
export interface SuppressedFinding extends Finding {
	suppression: Suppression;
}

/** Why a run ends with its exit code. */
export interface Verdict {
	exitCode: number;
	/** Plain sentences, the deciding one first. */
	reasons: string[];
}

/** `result.json`: the one document that every reporter renders. */
export interface Report {
	apiVersion: 'kubelapse/v1';
	run: {
		/** When the run began, or `--now`. */
		now: EpochSeconds;
		/** True when `--now` was given: such a result is never planned from. */
		isClockOverridden: boolean;
		version: string;
		/** SHA-256 over the compiled policies and the params in force. */
		policyDigest: string;
		/** Thresholds that the run did not leave at their defaults. */
		params: ChangedParams;
		failOn: Severity;
		interrupted: boolean;
		verdict: Verdict;
	};
	clusters: ReportedCluster[];
	summary: {
		clusters: Record<ClusterStatus, number>;
		credentials: number;
		identities: number;
		grants: number;
		findings: Record<Severity, number>;
		unknown: number;
		gaps: number;
	};
	policies: ReportedPolicy[];
	findings: Finding[];
	credentials: ReportedCredential[];
	identities: ReportedIdentity[];
	grants: ReportedGrant[];
	gaps: ReportedGap[];
	suppressed: SuppressedFinding[];
	/** Every entry of the waivers file, in its order. */
	waivers: ReportedWaiver[];
	/** The kubeconfigs that a cloud issued, as its console shows them. */
	views: Views;
	/** One for each framework that was asked for. */
	compliance: Compliance[];
}
