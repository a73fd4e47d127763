import type { ScanRequest } from '../../src/model/scan.ts';

/** What a scan is asked to do, with nothing to scan yet. */
export function scanRequest(changes: Partial<ScanRequest> = {}): ScanRequest {
	return {
		kubeconfigs: [],
		clouds: [],
		roster: null,
		history: null,
		audits: [],
		showSources: false,
		sourceSalt: 'salt',
		files: [],
		savedFacts: null,
		expect: [],
		now: 1_800_000_000,
		isClockOverridden: true,
		version: '0.0.0',
		failOn: 'high',
		params: { from: '', changed: [] },
		require: [],
		allowGaps: [],
		allowIncomplete: false,
		frameworks: [],
		waivers: [],
		maxWaiverDays: 180,
		concurrency: 4,
		timeoutSeconds: 30,
		requestTimeoutSeconds: 10,
		threads: 1,
		readBootstrapTokens: false,
		signal: new AbortController().signal,
		onEvent: () => {},
		onFacts: null,
		...changes,
	};
}
