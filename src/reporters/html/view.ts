import { formatRfc3339 } from '../../lib/epoch.ts';
import { oneLine, plural } from '../../lib/text.ts';
import { type Severity, severities } from '../../model/policy.ts';
import type { Report } from '../../model/report.ts';
import {
	count,
	gradeWords,
	outcomeWords,
	severityWords,
	stateWords,
	statusWords,
	verdictWords,
} from '../words.ts';
import { type ClusterRow, clusterRows } from './clusters.ts';
import { type FrameworkView, frameworkViews } from './compliance.ts';
import { type FindingSection, findingSections } from './findings.ts';
import { type GapView, gapView, type UnknownView, unknownView } from './gaps.ts';
import { type IdentityRow, identityRows } from './identities.ts';
import { type CredentialRow, credentialRows } from './inventory.ts';
import { type KubeconfigViews, kubeconfigViews } from './kubeconfigs.ts';
import { type PolicyRow, policyRows } from './policies.ts';
import type { Capped } from './rows.ts';
import { type ThresholdView, thresholdView } from './thresholds.ts';
import { type SuppressedRow, suppressedRows, type WaiverRow, waiverRows } from './waivers.ts';

/** Everything that the page shows, worded, sorted and cut: templates only lay it out. */
export interface View {
	title: string;
	scannedAt: string;
	version: string;
	policyDigest: string;
	isClockOverridden: boolean;
	verdict: { headline: string; tone: string; exitCode: number; reasons: string[] };
	severities: { name: string; word: string; count: string; isZero: boolean }[];
	bar: { name: string; x: number; width: number }[];
	barLabel: string;
	totals: { label: string; count: string; note: string; href: string }[];
	gaps: GapView;
	unknown: UnknownView;
	thresholds: ThresholdView;
	sections: FindingSection[];
	hasFindings: boolean;
	frameworks: FrameworkView[];
	clusters: Capped<ClusterRow>;
	kubeconfigs: KubeconfigViews;
	identities: Capped<IdentityRow>;
	policies: PolicyRow[];
	credentials: Capped<CredentialRow>;
	waivers: Capped<WaiverRow>;
	suppressed: Capped<SuppressedRow>;
	glossary: { name: string; entries: { term: string; meaning: string }[] }[];
}

/** Makes the view of a report; never judges, never leaves anything out without saying how much. */
export function toView(report: Report): View {
	const { run } = report;
	const words = verdictWords(report);
	const sections = findingSections(report);
	return {
		title: `kubelapse: ${words.headline}`,
		scannedAt: formatRfc3339(run.now).replace('T', ' ').replace('Z', ' UTC'),
		version: oneLine(run.version, 60),
		policyDigest: oneLine(run.policyDigest, 80).slice(0, 12),
		isClockOverridden: run.isClockOverridden,
		verdict: {
			...words,
			exitCode: run.verdict.exitCode,
			reasons: run.verdict.reasons.map(reason => oneLine(reason, 400)),
		},
		...severityView(report.summary.findings),
		totals: totals(report),
		gaps: gapView(report),
		unknown: unknownView(report),
		thresholds: thresholdView(report),
		sections,
		hasFindings: sections.length > 0,
		frameworks: frameworkViews(report, sections),
		clusters: clusterRows(report),
		kubeconfigs: kubeconfigViews(report),
		identities: identityRows(report),
		policies: policyRows(report),
		credentials: credentialRows(report),
		waivers: waiverRows(report),
		suppressed: suppressedRows(report),
		glossary: GLOSSARY,
	};
}

/** Length of the bar; the view box of the drawing. */
const BAR = 1000;

function severityView(counts: Record<Severity, number>): Pick<View, 'severities' | 'bar' | 'barLabel'> {
	const total = severities.reduce((sum, severity) => sum + counts[severity], 0);
	let x = 0;
	const bar = severities
		.filter(severity => counts[severity] > 0)
		.map(name => {
			// A few findings among thousands stay visible.
			const width = Math.max(8, Math.round((counts[name] / total) * BAR));
			x += width;
			return { name, x: x - width, width };
		});
	const rows = severities.map(name => ({
		name,
		word: severityWords[name],
		count: count(counts[name]),
		isZero: counts[name] === 0,
	}));
	return { severities: rows, bar, barLabel: rows.map(row => `${row.count} ${row.name}`).join(', ') };
}

function totals({ summary, clusters }: Report): View['totals'] {
	const unread = summary.clusters.unreachable + summary.clusters.not_assessed;
	const notes = [
		...(summary.clusters.partial > 0 ? [`${count(summary.clusters.partial)} read in part`] : []),
		...(unread > 0 ? [`${count(unread)} not read`] : []),
	];
	const inAll = (note: string) => (notes.length === 0 ? note : notes.join(', '));
	return [
		{
			label: noun(clusters.length, 'cluster'),
			count: count(clusters.length),
			note: inAll('all read'),
			href: '#clusters',
		},
		{ label: noun(summary.gaps, 'gap'), count: count(summary.gaps), note: 'facts not read', href: '#gaps' },
		{
			label: noun(summary.unknown, 'unknown finding'),
			count: count(summary.unknown),
			note: 'could not be judged',
			href: '#unknown',
		},
		{
			label: noun(summary.credentials, 'credential'),
			count: count(summary.credentials),
			note: 'seen',
			href: '#credentials',
		},
		{
			label: noun(summary.identities, 'identity', 'identities'),
			count: count(summary.identities),
			note: 'joined',
			href: '#identities',
		},
		{ label: noun(summary.grants, 'grant'), count: count(summary.grants), note: 'judged', href: '#policies' },
	];
}

function noun(number: number, one: string, many?: string): string {
	return plural(number, one, many).replace(/^\d+ /, '');
}

const GLOSSARY = [
	{ name: 'What a policy answers', entries: entries(outcomeWords) },
	{ name: 'How a cluster stands', entries: entries(statusWords) },
	{ name: 'State of a credential', entries: entries(stateWords) },
	{ name: 'Grade of evidence of use', entries: entries(gradeWords) },
];

function entries(words: Record<string, readonly [string, string]>): { term: string; meaning: string }[] {
	return Object.values(words).map(([term, meaning]) => ({ term, meaning }));
}
