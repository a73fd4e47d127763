import { byCodeUnit, oneLine } from '../../lib/text.ts';
import type { Severity } from '../../model/policy.ts';
import type { OutcomeCounts, Report, ReportedCluster, ReportedPolicy } from '../../model/report.ts';
import { count, named, severityWords } from '../words.ts';
import { type Capped, capped } from './rows.ts';

export interface PolicyRow extends CountCells {
	id: string;
	title: string;
	severity: Severity;
	word: string;
	kind: string;
	answer: string;
	tone: Tone;
	/** Where a policy that is not shipped comes from; empty for a shipped one. */
	origin: string;
	/** Which sources nobody configured, where that is why it judged little; empty elsewhere. */
	note: string;
	clusters: Capped<PolicyClusterRow>;
}

export interface PolicyClusterRow extends CountCells {
	cluster: string;
	note: string;
}

interface CountCells {
	cells: { word: string; count: string; isZero: boolean }[];
}

type Tone = 'bad' | 'open' | 'good' | 'quiet';

/** Every policy with its four counts, in all and by cluster, the ones that failed first. */
export function policyRows(report: Report): PolicyRow[] {
	return report.policies
		.map(policy => policyRow(policy, report))
		.sort((a, b) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone) || byCodeUnit(a.id, b.id));
}

const TONES = ['bad', 'open', 'good', 'quiet'];
const MAX_CLUSTERS = 50;

function policyRow(policy: ReportedPolicy, { clusters }: Report): PolicyRow {
	const byCluster = new Map(policy.byCluster.map(({ cluster, outcomes }) => [cluster, outcomes]));
	const perCluster = clusters.map(cluster => {
		const outcomes = byCluster.get(cluster.uid) ?? { pass: 0, fail: 0, unknown: 0, not_applicable: 0 };
		return { cluster, outcomes, note: noteOf(outcomes, missing(policy, cluster)) };
	});
	const everywhere = policy.needs.filter(
		source => clusters.length > 0 && clusters.every(cluster => missing(policy, cluster).includes(source)),
	);
	return {
		id: oneLine(policy.id, 120),
		title: oneLine(policy.title),
		severity: policy.severity,
		word: severityWords[policy.severity],
		kind: policy.kind,
		...answer(policy),
		cells: cellsOf(policy.outcomes),
		origin: originWords(policy),
		note: noteOf(policy.outcomes, everywhere),
		clusters: capped(perCluster, MAX_CLUSTERS, 'policies', ({ cluster, outcomes, note }) => ({
			cluster: named(cluster.name, 120),
			cells: cellsOf(outcomes),
			note,
		})),
	};
}

/** Unknown outweighs pass, and nothing judged is no pass. */
function answer({ outcomes }: ReportedPolicy): Pick<PolicyRow, 'answer' | 'tone'> {
	if (outcomes.fail > 0) return { answer: 'Fail', tone: 'bad' };
	if (outcomes.unknown > 0) return { answer: 'Unknown', tone: 'open' };
	if (outcomes.pass > 0) return { answer: 'Pass', tone: 'good' };
	return { answer: 'Nothing to judge', tone: 'quiet' };
}

function cellsOf({ fail, unknown, pass, not_applicable }: OutcomeCounts): CountCells['cells'] {
	return Object.entries({ Fail: fail, Unknown: unknown, Pass: pass, 'Not applicable': not_applicable }).map(
		([word, number]) => ({ word, count: count(number), isZero: number === 0 }),
	);
}

function missing({ needs }: ReportedPolicy, { sources }: ReportedCluster): string[] {
	return needs.filter(source =>
		sources.some(each => each.source === source && each.status === 'not_configured'),
	);
}

/** A source that nobody configured explains what was not judged, and nothing else. */
function noteOf({ fail, pass, unknown, not_applicable }: OutcomeCounts, sources: string[]): string {
	const isOpen = unknown > 0 || fail + pass + not_applicable === 0;
	if (sources.length === 0 || !isOpen) return '';
	const verb = sources.length === 1 ? 'is' : 'are';
	const words = fail + pass === 0 ? 'not judged' : 'judged in part';
	return `${words}: ${sources.join(', ')} ${verb} not configured`;
}

function originWords({ origin }: ReportedPolicy): string {
	if (origin === null) return '';
	const place = origin.replaces ? ', in place of the shipped policy' : '';
	return `from ${oneLine(origin.folder)}${place}${origin.isTrusted ? '' : ', advice only'}`;
}
