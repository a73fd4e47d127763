import { acceptedWords } from '../lib/accepted-words.ts';
import { groupBy } from '../lib/group-by.ts';
import { oneLine, plural } from '../lib/text.ts';
import { severities } from '../model/policy.ts';
import type { Report, ReportedCluster } from '../model/report.ts';
import type { ViewName } from '../model/views.ts';
import { type ReportedWaiver, waiverStates } from '../model/waiver.ts';
import { type Ink, ink, table, wrap } from './terminal.ts';
import { viewLines } from './views.ts';
import {
	changedWords,
	count,
	gapWords,
	named,
	paramWords,
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
	/** Path of `report.html`; empty where none is written. */
	page: string;
	/** The command that says which permission is missing; empty where nothing was live. */
	doctor: string;
}

const MAX_CLUSTERS = 10;
const MAX_FINDINGS = 5;
const MAX_WAIVERS = 8;
const MAX_GAPS = 8;
const MAX_THRESHOLDS = 5;

/** What a person reads in the terminal after a scan; ends with a newline. */
export function summary(report: Report, { color, width, view = null, ...places }: SummaryOptions): string {
	const columns = Math.max(40, Math.min(width, 80));
	const colors = ink(color);
	const blocks = [
		headline(report, colors),
		clusters(report, columns, colors),
		view === null ? findings(report, columns, colors) : viewLines(report, view, columns, colors),
		waivers(report, columns, colors),
		thresholds(report, columns, colors),
		frameworks(report, columns, colors),
		gaps(report, columns, colors),
		ending(report, columns, colors, places),
	];
	return `${blocks
		.filter(lines => lines.length > 0)
		.map(lines => lines.join('\n'))
		.join('\n\n')}\n`;
}

function headline(report: Report, colors: Ink): string[] {
	const { headline: words, tone } = verdictWords(report);
	const s = report.summary;
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
				`  ${colors[finding.severity](finding.severity.padEnd(8))}  ${oneLine(finding.policyId, columns - 22)}  ${colors.quiet(oneLine(finding.id, 16).slice(0, 8))}`,
				...wrap(where, columns - 12).map(line => `            ${line}`),
			];
		}),
		...(left > 0 ? [colors.quiet(`  and ${count(left)} more in the reports`)] : []),
	];
}

/** So that nobody forgets what does not count, nor what no longer works. */
function waivers({ suppressed, waivers: all }: Report, columns: number, colors: Ink): string[] {
	const parts = waiverStates.flatMap(state => {
		const number = all.filter(waiver => waiver.state === state).length;
		return state === 'active' || number === 0
			? []
			: [`${plural(number, 'waiver')} ${waiverWords[state][0].toLowerCase()}`];
	});
	const text = [acceptedWords(suppressed), ...parts].filter(part => part !== '').join('; ');
	if (text === '') return [];
	const open = all.filter(({ state }) => state !== 'active');
	const left = open.length - MAX_WAIVERS;
	return [
		...wrap(text, columns - 9).map(
			(line, index) => `${index === 0 ? colors.bold('Waivers') : '       '}  ${line}`,
		),
		...open.slice(0, MAX_WAIVERS).flatMap(waiver => waiverLines(waiver, columns)),
		...(left > 0 ? [colors.quiet(`  and ${count(left)} more in the reports`)] : []),
	];
}

/** One that is not simply active: which, where it stands in the file, and why or what to write. */
function waiverLines({ state, id, location, note }: ReportedWaiver, columns: number): string[] {
	const [word, meaning] = waiverWords[state];
	const head = wrap(`${oneLine(id, 100)}  ${oneLine(location, 200)}`, columns - 16);
	return [
		...head.map((line, index) => `  ${(index === 0 ? word.toLowerCase() : '').padEnd(12)}  ${line}`),
		...wrap(oneLine(note || meaning, 500), columns - 16).map(line => `                ${line}`),
	];
}

/** What was judged by other numbers than the shipped ones: the same cluster may look better or worse for it. */
function thresholds({ run }: Report, columns: number, colors: Ink): string[] {
	const { from, changed } = run.params;
	if (changed.length === 0) return [];
	const left = changed.length - MAX_THRESHOLDS;
	const head = `${changedWords(run.params)}${from === '' ? '' : `, by ${oneLine(from, 120)}`}`;
	return [
		...wrap(head, columns).map(line => colors.bold(line)),
		...changed.slice(0, MAX_THRESHOLDS).flatMap(param => {
			const value = paramWords(param.key, param.value);
			const words = `${oneLine(`${param.policy}/${param.key}`)}: ${value}, not ${paramWords(param.key, param.default)}`;
			return wrap(words, columns - 4).map((line, index) => `${index === 0 ? '  ' : '    '}${line}`);
		}),
		...(left > 0 ? [colors.quiet(`  and ${count(left)} more in the reports`)] : []),
	];
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
	const shown = ofMostClusters(open, MAX_GAPS).map(([gap]) => ({
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

/** So many of them, in their order: one cluster's many gaps must not hide the others'. */
function ofMostClusters<T extends Report['gaps']>(groups: T[], count: number): T[] {
	const seen = new Map<string, number>();
	const ranked = groups.map((group, at) => {
		const uid = group[0]?.cluster.uid ?? '';
		const before = seen.get(uid) ?? 0;
		seen.set(uid, before + 1);
		return { group, at, rank: group[0]?.isAllowed === true ? Number.POSITIVE_INFINITY : before };
	});
	const chosen = ranked.sort((a, b) => (a.rank === b.rank ? a.at - b.at : a.rank - b.rank)).slice(0, count);
	return chosen.sort((a, b) => a.at - b.at).map(({ group }) => group);
}

type Places = Pick<SummaryOptions, 'outDir' | 'page' | 'doctor'>;

function ending(report: Report, columns: number, colors: Ink, places: Places): string[] {
	const { exitCode, reasons } = report.run.verdict;
	const rows: [string, string][] = [
		['Reports', oneLine(places.outDir, 400)],
		['Exit', `${exitCode}: ${reasons.map(reason => oneLine(reason, 300)).join('; ')}`],
		...next(report, places).map((text, index): [string, string] => [index === 0 ? 'Next' : '', text]),
	];
	return rows.flatMap(([label, text]) => {
		const [head, ...rest] = wrap(text, columns - 9);
		return [`${colors.bold(label.padEnd(9))}${head ?? ''}`, ...rest.map(line => `         ${line}`)];
	});
}

/** First the page where there is something to read, then how to see what was not read. */
function next(report: Report, { page, doctor }: Places): string[] {
	const offline = new Set(report.clusters.filter(c => c.provider === 'files').map(({ uid }) => uid));
	const isUnread = report.gaps.some(
		({ code, isAllowed, cluster }) => code !== 'not_configured' && !isAllowed && !offline.has(cluster.uid),
	);
	const [worst] = report.findings.filter(finding => finding.outcome === 'fail').sort(worstFirst);
	const steps = [
		...(worst === undefined
			? []
			: [
					page === ''
						? `kubelapse policy explain ${oneLine(worst.policyId, 60)}`
						: `open ${oneLine(page, 400)}`,
				]),
		...(isUnread && doctor !== '' ? [oneLine(doctor, 600)] : []),
	];
	return steps.length === 0 ? ['kubelapse policy list'] : steps;
}
