import { emptyCluster, emptyFacts } from '../../lib/empty-facts.ts';
import { redact } from '../../lib/redact.ts';
import { byCodeUnit } from '../../lib/text.ts';
import { sha256 } from '../../lib/x509.ts';
import type { EpochSeconds, Facts, Gap, SourceStatus } from '../../model/facts.ts';
import type { FileEndpoint, FileFacts } from './file-facts.ts';
import { withLiveSecrets } from './live-secret.ts';

/** The facts of a live cluster with what files hold for it. */
export function attachEndpoints(facts: Facts, endpoints: FileEndpoint[]): Facts {
	if (endpoints.length === 0) return facts;
	const { contexts, credentials, connections, gaps } = merge(endpoints);
	return {
		...facts,
		cluster: { ...facts.cluster, contexts: sorted([...facts.cluster.contexts, ...contexts]) },
		credentials: [...facts.credentials, ...withLiveSecrets(credentials, facts)],
		connections: [...facts.connections, ...connections],
		sources: [...facts.sources.filter(s => s.source !== 'kubeconfig'), kubeconfigStatus(endpoints)],
		gaps: [...facts.gaps, ...gaps],
	};
}

/** One `Facts` for each cluster known only from files, and one, unreachable, for each file that could not be read. */
export function offlineFacts(
	endpoints: FileEndpoint[],
	files: FileFacts[],
	collectedAt: EpochSeconds,
): Facts[] {
	const groups = new Map<string, FileEndpoint[]>();
	for (const endpoint of endpoints) {
		const group = groups.get(endpoint.uid);
		if (group === undefined) groups.set(endpoint.uid, [endpoint]);
		else group.push(endpoint);
	}
	return [
		...[...groups].map(([uid, group]) => clusterFacts(uid, group, collectedAt)),
		...files.flatMap(({ path, error }) => (error === null ? [] : unreadableFacts(path, error, collectedAt))),
	];
}

function clusterFacts(uid: string, group: FileEndpoint[], collectedAt: EpochSeconds): Facts {
	const { contexts, certificateAuthorities, ...found } = merge(group);
	const facts = bareFacts(uid, group[0]?.name ?? uid, collectedAt);
	const server = group[0]?.server ?? '';
	return {
		...facts,
		...found,
		cluster: { ...facts.cluster, server, contexts: sorted(contexts), certificateAuthorities },
		reachable: true,
		sources: [...facts.sources, kubeconfigStatus(group)],
	};
}

function unreadableFacts(
	path: string,
	{ message, hint }: { message: string; hint: string },
	collectedAt: EpochSeconds,
): Facts {
	const gap: Gap = {
		source: 'kubeconfig',
		code: 'unreachable',
		message: redact([message, hint].filter(text => text !== '').join('; ')),
		permission: '',
		subject: '',
	};
	const facts = bareFacts(`file:${sha256(JSON.stringify([path]))}`, path, collectedAt);
	const source: SourceStatus = { source: 'kubeconfig', status: 'unavailable', count: 0 };
	return { ...facts, sources: [...facts.sources, source], gaps: [gap] };
}

function bareFacts(uid: string, name: string, collectedAt: EpochSeconds): Facts {
	return emptyFacts(emptyCluster(uid, name, 'files'), collectedAt, 'not_configured');
}

function kubeconfigStatus(endpoints: FileEndpoint[]): SourceStatus {
	const { credentials, connections, gaps } = merge(endpoints);
	const isPartial = gaps.some(gap => gap.source === 'kubeconfig');
	return {
		source: 'kubeconfig',
		status: isPartial ? 'partial' : 'complete',
		count: credentials.length + connections.length,
	};
}

/** One user with two contexts is met once for each address of the cluster. */
function merge(endpoints: FileEndpoint[]) {
	return {
		contexts: endpoints.flatMap(e => e.contexts),
		certificateAuthorities: unique(endpoints.flatMap(e => e.certificateAuthorities)),
		credentials: unique(endpoints.flatMap(e => e.credentials)),
		connections: unique(endpoints.flatMap(e => e.connections)),
		gaps: unique(endpoints.flatMap(e => e.gaps)),
	};
}

function unique<T>(items: T[]): T[] {
	return [...new Map(items.map(item => [JSON.stringify(item), item])).values()];
}

function sorted(names: string[]): string[] {
	return [...new Set(names)].sort(byCodeUnit);
}
