import { byCodeUnit, oneLine, plural } from '../../lib/text.ts';
import type { Report, ReportedGap } from '../../model/report.ts';
import { groupBy } from '../group-by.ts';
import { clusterNames, count, gapWords, named, statusWords } from '../words.ts';
import { type Capped, capped } from './rows.ts';

/** What could not be judged: shown before the findings, since silence there is not good news. */
export interface GapView {
	hasAny: boolean;
	sentence: string;
	unread: Capped<{ cluster: string; word: string; meaning: string }>;
	sources: Capped<GapRow>;
	unknown: Capped<UnknownRow>;
}

export interface GapRow {
	cluster: string;
	source: string;
	reason: string;
	message: string;
	permission: string;
	touches: string;
	isAllowed: boolean;
}

export interface UnknownRow {
	policyId: string;
	title: string;
	cluster: string;
	count: string;
}

const MAX_ROWS = 200;

/** Clusters not read, sources not read, and the answers that are unknown because of them. */
export function gapView(report: Report): GapView {
	const unread = report.clusters.filter(c => c.status === 'unreachable' || c.status === 'not_assessed');
	const groups = [
		...groupBy(report.gaps, gap =>
			JSON.stringify([gap.cluster.uid, gap.source, gap.code, gap.isAllowed]),
		).values(),
	].sort(
		([a], [b]) => Number(a.isAllowed) - Number(b.isAllowed) || byCodeUnit(a.cluster.name, b.cluster.name),
	);
	const unknown = unknownAnswers(report);
	return {
		hasAny: unread.length + groups.length + unknown.length > 0,
		sentence: `${counted(unread.length, 'cluster')} and ${counted(groups.length, 'source')} could not be read.`,
		unread: capped(unread, MAX_ROWS, 'clusters', cluster => ({
			cluster: named(cluster.name, 120),
			word: statusWords[cluster.status][0],
			meaning: statusWords[cluster.status][1],
		})),
		sources: capped(groups, MAX_ROWS, 'gaps', gapRow),
		unknown: capped(unknown, MAX_ROWS, 'policies', row => row),
	};
}

function gapRow([gap, ...others]: [ReportedGap, ...ReportedGap[]]): GapRow {
	return {
		cluster: named(gap.cluster.name, 120),
		source: gap.source,
		reason: gapWords[gap.code],
		message: oneLine(gap.message, 600),
		permission: oneLine(gap.permission, 120),
		touches: gap.subject === '' ? 'the whole cluster' : counted(others.length + 1, 'object'),
		isAllowed: gap.isAllowed,
	};
}

function unknownAnswers(report: Report): UnknownRow[] {
	const names = clusterNames(report);
	return report.policies.flatMap(policy =>
		policy.byCluster
			.filter(({ outcomes }) => outcomes.unknown > 0)
			.map(({ cluster, outcomes }) => ({
				policyId: oneLine(policy.id, 120),
				title: oneLine(policy.title),
				cluster: named(names.get(cluster) ?? cluster, 120),
				count: counted(outcomes.unknown, 'object'),
			})),
	);
}

function counted(number: number, one: string): string {
	return plural(number, one).replace(/^\d+/, count(number));
}
