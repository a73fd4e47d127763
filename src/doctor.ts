import pLimit from 'p-limit';
import { apiServers } from './collectors/api-servers.ts';
import { toStatus } from './collectors/collect.ts';
import { collectors } from './collectors/index.ts';
import { PROBE_PERMISSIONS } from './collectors/probe.ts';
import { discover, foreignAuthorizer, type LiveCluster, type Way } from './discover.ts';
import type { Gap, SourceStatus } from './model/facts.ts';
import type { ScanRequest } from './model/scan.ts';

/** What one source of one context may be read for. */
export interface Examination extends SourceStatus {
	/** Every permission that the source takes. */
	permissions: string[];
	gaps: Gap[];
}

/** One context, and what a scan through it would see. */
export interface Diagnosis {
	cluster: string;
	uid: string;
	context: string;
	server: string;
	version: string;
	reachable: boolean;
	sources: Examination[];
	/** Doubts about the kubeconfig, or why the context cannot be used. */
	notes: string[];
}

/**
 * Tries every source through every context, as a scan would, and keeps nothing but how that went.
 * @throws {ScanError} when no context can be used.
 */
export async function doctor(request: ScanRequest): Promise<Diagnosis[]> {
	const { clusters, broken, error } = await discover(request);
	if (clusters.length === 0 && error !== null) throw error;
	const limit = pLimit(request.concurrency);
	const ways = clusters.flatMap(cluster => cluster.ways.map(way => ({ cluster, way })));
	const examined = await Promise.all(
		ways.map(({ cluster, way }) => limit(() => examine(cluster, way, request))),
	);
	const unusable = broken.map(({ name, path, server, message }) => ({
		cluster: name,
		uid: '',
		context: path,
		server,
		version: '',
		reachable: false,
		sources: [],
		notes: [message],
	}));
	return [...examined, ...unusable];
}

async function examine(
	{ uid, name }: LiveCluster,
	way: Way,
	{ readBootstrapTokens, audits, now }: ScanRequest,
): Promise<Diagnosis> {
	const { target, probe, connected, limit } = way;
	const diagnosis: Diagnosis = {
		cluster: name,
		uid,
		context: `${target.path}#${target.context.name}`,
		server: target.cluster.server,
		version: probe.version,
		reachable: probe.isReachable && connected !== null,
		sources: [
			{
				...toStatus('cluster', { count: probe.uid === '' ? 0 : 1, gaps: probe.gaps }),
				permissions: Object.values(PROBE_PERMISSIONS),
				gaps: probe.gaps,
			},
		],
		notes: target.notes,
	};
	if (connected === null || !probe.isReachable) return diagnosis;
	limit.start();
	const options = { readBootstrapTokens, foreignAuthorizer: foreignAuthorizer(way), countApiServersAt: now };
	const asked = audits.length === 0 ? collectors : [...collectors, apiServers];
	try {
		const sources = await Promise.all(
			asked.map(async collector => {
				const collected = await collector.collect(connected.api, options);
				const { source, permissions } = collector;
				return { ...toStatus(source, collected), permissions, gaps: collected.gaps };
			}),
		);
		return { ...diagnosis, sources: [...diagnosis.sources, ...sources] };
	} finally {
		limit.stop();
		connected.close();
	}
}
