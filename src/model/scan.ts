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

/** `SOURCE[@CLUSTER]` of `--allow-gap`; cluster is a name or uid, null for every cluster. */
export interface AllowedGap {
	source: Source;
	cluster: string | null;
}

/** What one run of `scan` is asked to do; everything that the outside world decides is in here. */
export interface ScanRequest {
	kubeconfigs: KubeconfigTarget[];
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
