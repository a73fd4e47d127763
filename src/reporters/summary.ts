import { oneLine, plural } from '../lib/text.ts';
import { severities } from '../model/policy.ts';
import type { Report, ReportedCluster } from '../model/report.ts';
import type { ViewName } from '../model/views.ts';
import { waiverStates } from '../model/waiver.ts';
import { groupBy } from './group-by.ts';
import { type Ink, ink, table, wrap } from './terminal.ts';
import { viewLines } from './views.ts';
import {
	count,
	gapWords,
	named,
	severityWords,
	stateCounts,
	statusWords,
	verdictWords,
	waiverWords,
} from './words.ts';
import { worstFirst } from './worst-first.ts';

/** How the summary is shown and where the reports are. */
export interface SummaryOptions {
	color: boolean;
	/** Columns of the terminal; more than 80 are not used, since long lines read badly. */
	width: number;
	outDir: string;
	/** The view to show in place of the findings. */
	view?: ViewName | null;
}

const MAX_CLUSTERS = 10;
const MAX_FINDINGS = 5;
const MAX_GAPS = 8;

/** What a person reads in the terminal after a scan; ends with a newline. */
export function summary(report: Report, { color, width, outDir, view = null }: SummaryOptions): string {
	const columns = Math.max(40, Math.min(width, 80));
	const colors = ink(color);
	const blocks = [
		headline(report, colors),
		clusters(report, columns, colors),
		view === null ? findings(report, columns, colors) : viewLines(report, view, columns, colors),
		waivers(report, columns, colors),
		frameworks(report, columns, colors),
		gaps(report, columns, colors),
		ending(report, columns, colors, outDir),
	];
	return `${blocks
		.filter(lines => lines.length > 0)
		.map(lines => lines.join('\n'))
		.join('\n\n')}\n`;
}

function headline({ run, summary: s }: Report, colors: Ink): string[] {
	const { headline: words, tone } = verdictWords(run);
	const examined = [
		plural(
			Object.values(s.clusters).reduce((a, b) => a + b, 0),
			'cluster',
		),
		plural(s.credentials, 'credential'),
		plural(s.identities, 'identity', 'identities'),
		plural(s.grants, 'grant'),
	].join(', ');
	return [colors.bold(colors[tone](words)), colors.quiet(`Examined ${examined}`)];
}

function clusters(report: Report, columns: number, colors: Ink): string[] {
	const left = report.clusters.length - MAX_CLUSTERS;
	const rows = [...report.clusters].sort(worstCluster).slice(0, MAX_CLUSTERS).map(clusterRow);
	if (rows.length === 0) return [];
	const isNarrow = columns < 72;
	const heads = ['Cluster', 'Status', ...severities.map(s => severityWords[s]), 'Unknown'].map(
		(head, index) => (isNarrow && index > 1 ? head.slice(0, 4) : head),
	);
	const lines = table([heads, ...rows], columns, 2);
	return [
		...lines.map((line, index) => (index === 0 ? colors.quiet(line) : line)),
		...(left > 0 ? [colors.quiet(`and ${plural(left, 'more cluster')} in the reports`)] : []),
	];
}

/** Clusters that were not read come first: they must not hide below the last line. */
function worstCluster(a: ReportedCluster, b: ReportedCluster): number {
	if (isUnread(a) !== isUnread(b)) return isUnread(a) ? -1 : 1;
	const decisive = severities.find(severity => a.findings[severity] !== b.findings[severity]);
	if (decisive !== undefined) return b.findings[decisive] - a.findings[decisive];
	return a.name < b.name ? -1 : 1;
}

function isUnread(cluster: ReportedCluster): boolean {
	return cluster.status === 'unreachable' || cluster.status === 'not_assessed';
}

function clusterRow(cluster: ReportedCluster): string[] {
	// A dash, not a zero: nothing was looked at.
	const number = (value: number) => (isUnread(cluster) && value === 0 ? '-' : count(value));
	return [
		named(cluster.name, 60),
		statusWords[cluster.status][0].toLowerCase(),
		...severities.map(severity => number(cluster.findings[severity])),
		number(cluster.unknown),
	];
}

function findings(report: Report, columns: number, colors: Ink): string[] {
	const failed = report.findings.filter(finding => finding.outcome === 'fail').sort(worstFirst);
	if (failed.length === 0) return [];
	const counts = severities
		.filter(severity => report.summary.findings[severity] > 0)
		.map(severity => `${count(report.summary.findings[severity])} ${severity}`)
		.join(', ');
	const left = failed.length - MAX_FINDINGS;
	return [
		`${colors.bold('Findings')}  ${counts}`,
		...failed.slice(0, MAX_FINDINGS).flatMap(finding => {
			const where = `${named(finding.cluster.name, 40)}: ${named(finding.subject.name, 90)}`;
			return [
				`  ${colors[finding.severity](finding.severity.padEnd(8))}  ${oneLine(finding.policyId, 60)}`,
				...wrap(where, columns - 12).map(line => `            ${line}`),
			];
		}),
		...(left > 0 ? [colors.quiet(`  and ${count(left)} more in the reports`)] : []),
	];
}

/** One line, so that nobody forgets what does not count, nor what no longer works. */
function waivers({ suppressed, waivers: all }: Report, columns: number, colors: Ink): string[] {
	const parts = waiverStates.flatMap(state => {
		const number = all.filter(waiver => waiver.state === state).length;
		const isQuiet = state === 'active' || state === 'not_examined' || number === 0;
		return isQuiet ? [] : [`${plural(number, 'waiver')} ${waiverWords[state][0].toLowerCase()}`];
	});
	const excused = suppressed.length === 0 ? [] : [`${count(suppressed.length)} suppressed by waivers`];
	const text = [...excused, ...parts].join('; ');
	return text === ''
		? []
		: wrap(text, columns - 9).map(
				(line, index) => `${index === 0 ? colors.bold('Waivers') : '       '}  ${line}`,
			);
}

function frameworks({ compliance }: Report, columns: number, colors: Ink): string[] {
	if (compliance.length === 0) return [];
	return [
		`${colors.bold('Frameworks')}  undecided is never met`,
		...compliance.flatMap(({ framework, version, counts }) => {
			const name = oneLine(`${framework} ${version}`, 120);
			return wrap(`${name}: ${stateCounts(counts)}`, columns - 2).map(line => `  ${line}`);
		}),
	];
}

function gaps(report: Report, columns: number, colors: Ink): string[] {
	const groups = [
		...groupBy(report.gaps, gap =>
			JSON.stringify([gap.cluster.uid, gap.source, gap.code, gap.permission]),
		).values(),
	];
	const open = groups.sort(([a], [b]) => Number(a.isAllowed) - Number(b.isAllowed));
	if (open.length === 0) return [];
	const left = open.length - MAX_GAPS;
	const shown = open.slice(0, MAX_GAPS).map(([gap]) => ({
		name: named(gap.cluster.name, 30),
		source: gap.source,
		why: `${gapWords[gap.code]}${gap.permission === '' ? '' : `: needs ${oneLine(gap.permission, 120)}`}${gap.isAllowed ? ' (allowed)' : ''}`,
	}));
	const nameWidth = Math.max(...shown.map(({ name }) => name.length));
	const sourceWidth = Math.max(...shown.map(({ source }) => source.length));
	return [
		`${colors.bold('Gaps')}  what needs these is unknown, not passed`,
		...shown
			.flatMap(({ name, source, why }) => {
				const line = `  ${name.padEnd(nameWidth)}  ${source.padEnd(sourceWidth)}  ${why}`;
				// What is missing is what the reader came for: it is never cut.
				if (line.length <= columns) return [line];
				return [
					`  ${name.padEnd(nameWidth)}  ${source}`,
					...wrap(why, columns - 6).map(part => `      ${part}`),
				];
			})
			.map(line => colors.open(line)),
		...(left > 0 ? [colors.quiet(`  and ${count(left)} more in the reports`)] : []),
	];
}

function ending(report: Report, columns: number, colors: Ink, outDir: string): string[] {
	const { exitCode, reasons } = report.run.verdict;
	const rows: [string, string][] = [
		['Reports', oneLine(outDir, 400)],
		['Exit', `${exitCode}: ${reasons.map(reason => oneLine(reason, 300)).join('; ')}`],
		['Next', next(report)],
	];
	return rows.flatMap(([label, text]) => {
		const [head, ...rest] = wrap(text, columns - 9);
		return [`${colors.bold(label.padEnd(9))}${head ?? ''}`, ...rest.map(line => `         ${line}`)];
	});
}

/** The one command that helps most: first see what was not read, then why the worst finding matters. */
function next(report: Report): string {
	const isUnread = (code: string) => code !== 'not_configured';
	if (report.gaps.some(gap => isUnread(gap.code) && !gap.isAllowed)) return 'kubelapse doctor';
	const [worst] = report.findings.filter(finding => finding.outcome === 'fail').sort(worstFirst);
	return worst === undefined
		? 'kubelapse policy list'
		: `kubelapse policy explain ${oneLine(worst.policyId, 60)}`;
}
