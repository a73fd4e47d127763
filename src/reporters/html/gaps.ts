import { groupBy } from '../../lib/group-by.ts';
import { byCodeUnit, oneLine, plural } from '../../lib/text.ts';
import type { Report, ReportedGap } from '../../model/report.ts';
import { clusterNames, count, gapWords, named, statusWords } from '../words.ts';
import { type Capped, capped } from './rows.ts';

/** What was not read: shown before the findings, since silence there is not good news. */
export interface GapView {
	hasAny: boolean;
	sentence: string;
	unread: Capped<{ cluster: string; word: string; meaning: string }>;
	sources: Capped<GapRow>;
	/** Never asked for: no gap, and nothing known all the same. */
	unasked: Capped<GapRow>;
}

/** What could not be judged, by policy. */
export interface UnknownView extends Capped<UnknownRow> {
	sentence: string;
	countWords: string;
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
	/** Each with its number of records. */
	clusters: string[];
	count: string;
}

const MAX_ROWS = 200;
const MAX_CLUSTERS = 12;

/** Whether something was asked for and not got; these are the gaps that the summary counts. */
export function isCounted({ code }: Pick<ReportedGap, 'code'>): boolean {
	return code !== 'not_configured';
}

/** Clusters not read, sources not read, and sources not asked for. */
export function gapView(report: Report): GapView {
	const unread = report.clusters.filter(
		cluster => cluster.status !== 'assessed' && !isLiveAndPartial(cluster),
	);
	const counted = report.gaps.filter(isCounted);
	const unasked = report.gaps.filter(gap => !isCounted(gap));
	return {
		hasAny: unread.length + report.gaps.length > 0,
		sentence: `${numbered(counted.length, 'gap')}, and ${numbered(unread.length, 'cluster')} not read.`,
		unread: capped(unread, MAX_ROWS, 'clusters', ({ name, status }) => {
			const [word, meaning] = status === 'partial' ? FILES_ONLY : statusWords[status];
			return { cluster: named(name, 120), word, meaning };
		}),
		sources: capped(grouped(counted), MAX_ROWS, 'gaps', gapRow),
		unasked: capped(grouped(unasked), MAX_ROWS, 'gaps', gapRow),
	};
}

const FILES_ONLY = ['Files only', 'Its server was not asked: what it alone can tell is unknown.'] as const;

function isLiveAndPartial({ status, provider }: Report['clusters'][number]): boolean {
	return status === 'partial' && provider !== 'files';
}

function grouped(gaps: ReportedGap[]): [ReportedGap, ...ReportedGap[]][] {
	const groups = groupBy(gaps, gap => JSON.stringify([gap.cluster.uid, gap.source, gap.code, gap.isAllowed]));
	return [...groups.values()].sort(
		([a], [b]) => Number(a.isAllowed) - Number(b.isAllowed) || byCodeUnit(a.cluster.name, b.cluster.name),
	);
}

function gapRow([gap, ...others]: [ReportedGap, ...ReportedGap[]]): GapRow {
	return {
		cluster: named(gap.cluster.name, 120),
		source: gap.source,
		reason: gapWords[gap.code],
		message: oneLine(gap.message, 600),
		permission: oneLine(gap.permission, 120),
		touches: gap.subject === '' ? 'the whole cluster' : numbered(others.length + 1, 'object'),
		isAllowed: gap.isAllowed,
	};
}

/** The records that policies could not judge: one row a policy, its clusters together. */
export function unknownView(report: Report): UnknownView {
	const names = clusterNames(report);
	const policies = report.policies.filter(({ outcomes }) => outcomes.unknown > 0);
	const records = policies.reduce((sum, { outcomes }) => sum + outcomes.unknown, 0);
	const findings = numbered(report.summary.unknown, 'unknown finding');
	return {
		sentence: `${findings} in result.json; ${numbered(records, 'record')} that a policy could not judge, also where a source is not set up, which makes no finding. Neither ever counts as passed.`,
		countWords: numbered(records, 'record'),
		...capped(policies, MAX_ROWS, 'policies', policy => {
			const open = policy.byCluster.filter(({ outcomes }) => outcomes.unknown > 0);
			const left = open.length - MAX_CLUSTERS;
			return {
				policyId: oneLine(policy.id, 120),
				title: oneLine(policy.title),
				clusters: [
					...open
						.slice(0, MAX_CLUSTERS)
						.map(
							({ cluster, outcomes }) =>
								`${named(names.get(cluster) ?? cluster, 120)}: ${count(outcomes.unknown)}`,
						),
					...(left > 0 ? [`and ${count(left)} more in result.json`] : []),
				],
				count: count(policy.outcomes.unknown),
			};
		}),
	};
}

function numbered(number: number, one: string): string {
	return plural(number, one).replace(/^\d+/, count(number));
}
