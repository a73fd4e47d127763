import { collect } from './collectors/collect.ts';
import { foreignAuthorizer, type LiveCluster, type TimeLimit, type Way } from './discover.ts';
import { emptyCluster, emptyFacts } from './lib/empty-facts.ts';
import { readPem } from './lib/pem.ts';
import { byCodeUnit } from './lib/text.ts';
import { type CertificateFacts, certifiedBy, readCertificate, sha256 } from './lib/x509.ts';
import type { Cluster, Credential, EpochSeconds, Facts, Gap, SourceStatus } from './model/facts.ts';
import { attachEndpoints } from './providers/files/attach.ts';
import type { FileEndpoint, FileFacts } from './providers/files/file-facts.ts';
import type { KubernetesApi } from './providers/kubernetes/api.ts';
import { usesPlugin } from './providers/kubernetes/exec-plugin.ts';
import type { BrokenTarget, LiveTarget } from './providers/kubernetes/targets.ts';

export interface CollectOptions {
	now: EpochSeconds;
	readBootstrapTokens: boolean;
	/** Whether an audit log of the cluster is read: then it counts how many there are to be. */
	isAudited: boolean;
	/** Kubeconfig files that are about this cluster. */
	files: FileEndpoint[];
	/** Reads the file of a context, for the scan's own credential; once for all its contexts. */
	readFile: (path: string) => FileFacts;
}

/** Everything that can be read of one live cluster, with what files hold for it. */
export async function collectLive(cluster: LiveCluster, options: CollectOptions): Promise<Facts> {
	const { ways } = cluster;
	const facts = await readLive(cluster, options).finally(() => {
		for (const way of ways) {
			way.limit.stop();
			way.connected?.close();
		}
	});
	const own = ways.flatMap(way => ownEndpoint(way, options));
	const attached = attachEndpoints(facts, [...options.files, ...own]);
	const contexts = attached.cluster.contexts.filter(id => !unusedContexts(cluster).includes(id));
	return { ...attached, cluster: { ...attached.cluster, contexts } };
}

async function readLive(
	cluster: LiveCluster,
	{ now, readBootstrapTokens, isAudited }: CollectOptions,
): Promise<Facts> {
	const [best] = cluster.ways;
	const { gaps } = best.probe;
	const facts: Facts = { ...emptyFacts(toCluster(cluster), now, 'unavailable'), gaps };
	const apis: KubernetesApi[] = [];
	for (const { probe, connected, limit } of cluster.ways)
		if (probe.isReachable && connected !== null) apis.push(limited(connected.api, limit));
	if (apis.length === 0) return facts;
	const live = await collect(apis, {
		readBootstrapTokens,
		foreignAuthorizer: foreignAuthorizer(best),
		...(isAudited ? { countApiServersAt: now } : {}),
	});
	const source: SourceStatus = {
		source: 'cluster',
		status: gaps.length === 0 ? 'complete' : 'partial',
		count: 1,
	};
	return {
		...facts,
		...live,
		reachable: live.sources.some(({ status }) => status === 'complete' || status === 'partial'),
		credentials: [...live.credentials, ...cluster.ways.flatMap(pluginCertificate)],
		sources: [source, ...live.sources],
		gaps: [...gaps, ...live.gaps],
	};
}

const contextId = ({ target }: Way) => `${target.path}#${target.context.name}`;

/** Contexts that were not let in, where another one was: they do not reach the cluster, whatever files say. */
function unusedContexts({ ways }: LiveCluster): string[] {
	return ways[0].probe.isReachable ? ways.filter(({ probe }) => !probe.isReachable).map(contextId) : [];
}

/** The time of a context runs from its first question: others may have taken theirs before. */
function limited(api: KubernetesApi, limit: TimeLimit): KubernetesApi {
	const started = () => {
		limit.start();
		return api;
	};
	return {
		get: path => started().get(path),
		post: (path, body) => started().post(path, body),
		list: (path, parse, options) => started().list(path, parse, options),
	};
}

/** A context that cannot be used stays in the report, as a cluster that nobody saw. */
export function brokenFacts({ path, name, server, message }: BrokenTarget, now: EpochSeconds): Facts {
	const gap: Gap = { source: 'kubeconfig', code: 'unreachable', message, permission: '', subject: '' };
	const cluster = {
		...emptyCluster(`broken:${sha256(JSON.stringify([path, name]))}`, name, 'kubernetes'),
		server,
	};
	return { ...emptyFacts(cluster, now, 'unavailable'), gaps: [gap] };
}

function toCluster({ uid, name, ways }: LiveCluster): Cluster {
	const [{ target }] = ways;
	const authorities = ways.flatMap(way =>
		way.target.certificateAuthorities.map(({ sha256, subject, notAfter }) => ({ sha256, subject, notAfter })),
	);
	return {
		...emptyCluster(uid, name, 'kubernetes'),
		server: target.cluster.server,
		contexts: ways.map(contextId).sort(byCodeUnit),
		configuredNames: [...new Set(ways.flatMap(({ target }) => target.configuredName ?? []))].sort(byCodeUnit),
		version: ways.find(({ probe }) => probe.version !== '')?.probe.version ?? '',
		createdAt: ways.find(({ probe }) => probe.createdAt !== null)?.probe.createdAt ?? null,
		certificateAuthorities: [...new Map(authorities.map(ca => [ca.sha256, ca])).values()],
	};
}

/** The scan's own context, as a kubeconfig file is read: its cluster block and the credential it logs in with. */
function ownEndpoint({ target }: Way, { readFile }: CollectOptions): FileEndpoint[] {
	// A kubeconfig that was issued for the scan and stands in no file is nobody's to be judged.
	if (target.path === '') return [];
	const id = `${target.path}#${target.context.name}`;
	const endpoint = readFile(target.path).endpoints.find(each => each.contexts.includes(id));
	if (endpoint === undefined) return [];
	const mine = endpoint.credentials.filter(({ locations }) => locations[0]?.name === target.context.user);
	const uids = new Set([...mine, ...endpoint.connections].map(({ uid }) => uid));
	const credentials = mine.map(credential => ({
		...credential,
		locations: credential.locations.map(asConnection),
	}));
	return [{ ...endpoint, credentials, gaps: endpoint.gaps.filter(gap => uids.has(gap.subject)) }];
}

const asConnection = (location: Credential['locations'][number]): typeof location =>
	location.origin === 'kubeconfig' ? { ...location, origin: 'connection' } : location;

/** A certificate that an exec plugin handed out stands in no file. */
function pluginCertificate({ target, connected }: Way): Credential[] {
	if (connected === null || !usesPlugin(target.raw.user)) return [];
	// A plugin may add its chain; what is no certificate at all has opened no connection either.
	const facts = readPem(connected.ownCertificate).certificates.slice(0, 1).flatMap(readable);
	return facts.map(each => pluginCredential(target, each));
}

function readable(pem: string): CertificateFacts[] {
	try {
		return [readCertificate(pem)];
	} catch {
		return [];
	}
}

function pluginCredential({ path, user }: LiveTarget, facts: CertificateFacts): Credential {
	const { line, name } = user;
	return {
		...certifiedBy(facts),
		serviceAccount: null,
		lastUsed: null,
		invalidSince: null,
		createdAt: null,
		issuance: null,
		plugin: user.exec?.command ?? '',
		exec: null,
		cloud: null,
		locations: [{ origin: 'connection', path, line, namespace: '', name, mode: null, ownerUid: null }],
	};
}
