import type { Facts, Gap, Source, SourceStatus } from '../model/facts.ts';
import type { KubernetesApi } from '../providers/kubernetes/api.ts';
import { apiServers } from './api-servers.ts';
import type { Collected, CollectorOptions } from './collector.ts';
import { collectors } from './index.ts';

/** Facts of the sources that the API server has. */
export type LiveFacts = Pick<
	Facts,
	'credentials' | 'bindings' | 'roles' | 'serviceAccounts' | 'apiServers' | 'sources' | 'gaps'
>;

/**
 * Reads every source of one cluster. A list that the first way in may not read is tried through the others.
 * @param ways the contexts that reach the cluster, best first; at least one.
 */
export async function collect(ways: KubernetesApi[], options: CollectorOptions): Promise<LiveFacts> {
	const api = throughAny(ways);
	const [results, servers] = await Promise.all([
		Promise.all(
			collectors.map(async ({ source, collect: read }) => ({ source, collected: await read(api, options) })),
		),
		options.countApiServersAt === undefined ? null : apiServers.collect(api, options),
	]);
	return {
		credentials: results.flatMap(({ collected }) => collected.credentials ?? []),
		bindings: results.flatMap(({ collected }) => collected.bindings ?? []),
		roles: results.flatMap(({ collected }) => collected.roles ?? []),
		serviceAccounts: results.flatMap(({ collected }) => collected.serviceAccounts ?? []),
		apiServers: servers?.apiServers ?? null,
		sources: results.map(({ source, collected }) => toStatus(source, collected)),
		gaps: [...results.flatMap(({ collected }) => collected.gaps), ...(servers?.gaps ?? [])],
	};
}

/** Each question goes to one way after the other until one answers; if none does, the best one's error counts. */
function throughAny(ways: KubernetesApi[]): KubernetesApi {
	const ask = async <T>(question: (api: KubernetesApi) => Promise<T>): Promise<T> => {
		const errors: unknown[] = [];
		for (const way of ways) {
			try {
				return await question(way);
			} catch (error) {
				errors.push(error);
			}
		}
		throw errors[0];
	};
	return {
		get: path => ask(way => way.get(path)),
		post: (path, body) => ask(way => way.post(path, body)),
		list: (path, parse, options) => ask(way => way.list(path, parse, options)),
	};
}

/** A gap of the whole source; those of single objects leave the rest of it readable. */
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
