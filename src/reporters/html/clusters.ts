import { byCodeUnit, oneLine } from '../../lib/text.ts';
import { type Severity, severities } from '../../model/policy.ts';
import type { Report, ReportedCluster } from '../../model/report.ts';
import { count, named, severityWords, statusWords } from '../words.ts';
import { isCounted } from './gaps.ts';
import { type Capped, capped } from './rows.ts';

export interface ClusterRow {
	name: string;
	server: string;
	version: string;
	status: string;
	isRead: boolean;
	isWhole: boolean;
	counts: SeverityCell[];
	unknown: string;
	gaps: string;
	contexts: string[];
	sources: { source: string; status: string; count: string }[];
	records: string;
}

export interface SeverityCell {
	severity: Severity;
	word: string;
	count: string;
	isZero: boolean;
}

const MAX_ROWS = 500;
const MAX_CONTEXTS = 8;

/** Every cluster with how it was read and what was found, by name. */
export function clusterRows(report: Report): Capped<ClusterRow> {
	const gaps = new Map<string, number>();
	for (const { cluster } of report.gaps.filter(isCounted))
		gaps.set(cluster.uid, (gaps.get(cluster.uid) ?? 0) + 1);
	const sorted = [...report.clusters].sort((a, b) => byCodeUnit(a.name, b.name) || byCodeUnit(a.uid, b.uid));
	return capped(sorted, MAX_ROWS, 'clusters', cluster => clusterRow(cluster, gaps.get(cluster.uid) ?? 0));
}

function clusterRow(cluster: ReportedCluster, gaps: number): ClusterRow {
	const left = cluster.contexts.length - MAX_CONTEXTS;
	const isRead = cluster.status === 'assessed' || cluster.status === 'partial';
	return {
		name: named(cluster.name, 120),
		server: oneLine(cluster.server),
		version: oneLine(cluster.version, 60),
		status: statusWords[cluster.status][0],
		isRead,
		isWhole: cluster.status === 'assessed',
		counts: severityCells(cluster.findings),
		unknown: isRead || cluster.unknown > 0 ? count(cluster.unknown) : '–',
		gaps: count(gaps),
		contexts: [
			...cluster.contexts.slice(0, MAX_CONTEXTS).map(context => oneLine(context)),
			...(left > 0 ? [`and ${count(left)} more in result.json`] : []),
		],
		sources: cluster.sources.map(s => ({
			source: s.source,
			status: s.status.replaceAll('_', ' '),
			count: count(s.count),
		})),
		records: Object.entries(cluster.records)
			.sort(([a], [b]) => byCodeUnit(a, b))
			.map(([kind, number]) => `${count(number)} ${kind}`)
			.join(', '),
	};
}

/** One cell for each severity, zeros too: columns stay aligned. */
export function severityCells(counts: Record<Severity, number>): SeverityCell[] {
	return severities.map(severity => ({
		severity,
		word: severityWords[severity],
		count: count(counts[severity]),
		isZero: counts[severity] === 0,
	}));
}
