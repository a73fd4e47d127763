import type { Cluster, EpochSeconds, Facts, Source, SourceStatus } from '../model/facts.ts';

/** A cluster of which nothing but its name is known. */
export function emptyCluster(uid: string, name: string, provider: Cluster['provider']): Cluster {
	return {
		uid,
		name,
		provider,
		server: '',
		contexts: [],
		version: '',
		createdAt: null,
		auditing: { state: 'unknown', from: null, to: null, credentialIds: false },
		certificateAuthorities: [],
		cloud: null,
		configuredNames: [],
	};
}

/** What only an API server can tell. */
export const LIVE_SOURCES: readonly Source[] = [
	'cluster',
	'bindings',
	'roles',
	'service_accounts',
	'token_secrets',
	'bootstrap_tokens',
	'certificate_requests',
	'authorizer',
];

/** Facts of a cluster whose API server gave nothing, or was never asked. */
export function emptyFacts(
	cluster: Cluster,
	collectedAt: EpochSeconds,
	status: 'unavailable' | 'not_configured',
): Facts {
	return {
		apiVersion: 'kubelapse/facts/v1',
		collectedAt,
		cluster,
		reachable: false,
		credentials: [],
		connections: [],
		bindings: [],
		roles: [],
		serviceAccounts: [],
		identities: [],
		apiServers: null,
		audit: null,
		ledger: null,
		sources: LIVE_SOURCES.map((source): SourceStatus => ({ source, status, count: 0 })),
		gaps: [],
	};
}
