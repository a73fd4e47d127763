import type { AuditPolicy } from './audit.ts';
import type { Framework } from './compliance.ts';
import type { ClusterStatus, EpochSeconds, Facts, Source } from './facts.ts';
import type { Severity } from './policy.ts';
import type { ChangedParams } from './report.ts';
import type { Waiver } from './waiver.ts';

/** One kubeconfig file and which of its contexts to scan. */
export interface KubeconfigTarget {
	path: string;
	/** Names of contexts; `current` is the file's current-context. */
	contexts: string[] | 'all' | 'current';
	/** Cluster names to show in place of `file#context`, by context. */
	names: Record<string, string>;
	/** Named contexts belong to this very file; else it is enough that one of all files has them (`--context`). */
	isExact?: boolean;
}

/** One account of Alibaba Cloud, and which of its clusters to scan. */
export interface CloudTarget {
	access: {
		/** Of the CLI's profiles; null for the default chain of credentials. */
		profile: string | null;
		/** `host:port` in place of a product's public address. */
		endpoints: Partial<Record<'cs' | 'ram' | 'ims' | 'sts' | 'sls', string>>;
		/** PEM of further CAs that those addresses may be signed by; empty for none. */
		authorities: string;
		timeoutMs: number;
	};
	/** Regions to list; all of them where none is named. */
	regions: string[];
	/** Ids or names; all where none is named. */
	clusters: string[];
	/** Which address of a cluster its kubeconfig is issued for. */
	endpointAccess: 'public' | 'private';
	/** How long an issued kubeconfig lives; null issues none. */
	kubeconfigMinutes: number | null;
	/**
	 * Whose seven-day records to ask the cloud for, a call each: nobody's, everybody's, or those of kubeconfigs
	 * that are about to be deleted or to end.
	 */
	activity: 'none' | 'candidates' | 'all';
	/** How far back the clusters' audit logs are read; null reads none. */
	audit: CloudAudit | null;
}

/** What of the audit logs that a cloud keeps is read. */
export interface CloudAudit {
	days: number;
	/** Somebody asked for them: else a permission that is missing is no gap, for nobody was told that it is needed. */
	isAsked: boolean;
}

/** Rosters of people, and how their rows are matched to users of clusters. */
export interface RosterTarget {
	/** `--identities FILE` */
	file?: string;
	/** A SCIM 2.0 service, and its token by the name of the variable that holds it. */
	scim?: { url: string; token: string | undefined; tokenName: string; requestTimeoutMs: number };
	match: {
		field?: 'userName' | 'email' | 'externalId';
		prefix?: string;
		groupPrefix?: string;
		pattern?: string;
		ignoreCase?: boolean;
	};
}

/** What is kept from run to run. */
export interface HistoryTarget {
	path: string;
	/** Names or uids of clusters that are expected no longer. */
	forget: string[];
	/** Nothing of this run is kept. */
	isReadOnly?: boolean;
}

/** The audit logs of one cluster. */
export interface AuditTarget {
	/** `file#context` of the one that reaches it; null where the run has no other cluster. */
	context: string | null;
	/** A log of each API server, which may be rotated into several files. */
	streams: { name: string; globs: string[] }[];
	/** What the declared audit policy leaves out; null where none was declared. */
	policy: AuditPolicy | null;
}

/** `SOURCE[@CLUSTER]` of `--allow-gap`; cluster is a name or uid, null for every cluster. */
export interface AllowedGap {
	source: Source;
	cluster: string | null;
}

/** What one run of `scan` is asked to do; everything that the outside world decides is in here. */
export interface ScanRequest {
	kubeconfigs: KubeconfigTarget[];
	clouds: CloudTarget[];
	/** Who is still here, for clusters of no cloud; null where nobody was asked. */
	roster: RosterTarget | null;
	/** Null keeps nothing. */
	history: HistoryTarget | null;
	audits: AuditTarget[];
	/** Addresses of those who made requests are told as they are, not as salted hashes. */
	showSources: boolean;
	sourceSalt: string;
	/** Paths and globs of kubeconfig files to read offline. */
	files: string[];
	/** Facts saved by an earlier run, in place of connecting; null to connect. */
	savedFacts: AsyncIterable<Facts> | null;
	/** Names or uids of clusters that must turn up. */
	expect: string[];
	now: EpochSeconds;
	isClockOverridden: boolean;
	version: string;
	failOn: Severity;
	/** For the report: the bundle has them applied. */
	params: ChangedParams;
	require: Source[];
	allowGaps: AllowedGap[];
	allowIncomplete: boolean;
	/** Benchmarks to say something of. */
	frameworks: Framework[];
	/** Entries of the waivers file, in its order. */
	waivers: Waiver[];
	/** No waiver ends later than so many days from now. */
	maxWaiverDays: number;
	/** Clusters at once. */
	concurrency: number;
	/** Per cluster. */
	timeoutSeconds: number;
	/** Per HTTP request. */
	requestTimeoutSeconds: number;
	/** Policy evaluation threads. */
	threads: number;
	/** Reads the Secret of each bootstrap token for its expiration; nothing else of it is kept. */
	readBootstrapTokens: boolean;
	signal: AbortSignal;
	/** Progress; never throws. */
	onEvent: (event: ScanEvent) => void;
	/** Called with each cluster's facts as soon as they are collected; null to keep none. */
	onFacts: ((facts: Facts) => Promise<void>) | null;
}

/** What the run tells while it works. */
export type ScanEvent =
	| { kind: 'targets'; count: number }
	| { kind: 'cluster_started'; cluster: string }
	| { kind: 'cluster_finished'; cluster: string; status: ClusterStatus; findings: number; gaps: number }
	| { kind: 'notice'; message: string };
