import type { Facts, Gap, Source, SourceStatus } from '../model/facts.ts';
import type { KubernetesApi } from '../providers/kubernetes/api.ts';
import type { Collected, Collector, CollectorOptions } from './collector.ts';
import { collectors } from './index.ts';

/** Facts of the sources that the API server has. */
export type LiveFacts = Pick<
	Facts,
	'credentials' | 'bindings' | 'roles' | 'serviceAccounts' | 'sources' | 'gaps'
>;

/**
 * Reads every source of one cluster. What the first way in may not read is tried through the others.
 * @param ways the contexts that reach the cluster, best first.
 */
export async function collect(ways: KubernetesApi[], options: CollectorOptions): Promise<LiveFacts> {
	const results = await Promise.all(collectors.map(collector => collectSource(collector, ways, options)));
	return {
		credentials: results.flatMap(({ collected }) => collected.credentials ?? []),
		bindings: results.flatMap(({ collected }) => collected.bindings ?? []),
		roles: results.flatMap(({ collected }) => collected.roles ?? []),
		serviceAccounts: results.flatMap(({ collected }) => collected.serviceAccounts ?? []),
		sources: results.map(({ source, collected }) => toStatus(source, collected)),
		gaps: results.flatMap(({ collected }) => collected.gaps),
	};
}

async function collectSource(
	collector: Collector,
	ways: KubernetesApi[],
	options: CollectorOptions,
): Promise<{ source: Source; collected: Collected }> {
	let best: Collected | null = null;
	for (const way of ways) {
		const collected = await collector.collect(way, options);
		if (best === null || severity(collected) < severity(best)) best = collected;
		if (severity(best) === 0) break;
	}
	return { source: collector.source, collected: best ?? { count: 0, gaps: [] } };
}

/** Gaps of the whole source; those of single objects are the same through every context. */
function severity({ gaps }: Collected): number {
	return gaps.filter(isWide).length;
}

function isWide(gap: Gap): boolean {
	return gap.subject === '' && gap.code !== 'not_configured';
}

/** How a source went, by its gaps and by whether anything came. */
export function toStatus(source: Source, { count, gaps }: Pick<Collected, 'count' | 'gaps'>): SourceStatus {
	const wide = gaps.filter(isWide);
	if (wide.length === 0)
		return {
			source,
			status: gaps.some(gap => gap.code !== 'not_configured') ? 'partial' : 'complete',
			count,
		};
	if (count > 0) return { source, status: 'partial', count };
	return { source, status: wide.some(gap => gap.code === 'forbidden') ? 'denied' : 'unavailable', count };
}
