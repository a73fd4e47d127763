import { oneLine } from '../../lib/text.ts';
import type { Compliance, ControlState, ReportedControl } from '../../model/compliance.ts';
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { controlWords, count, named, stateCounts, strengthWords } from '../words.ts';
import { type FindingSection, rowId } from './findings.ts';
import { type Capped, capped } from './rows.ts';

/** One framework: its controls, the ones not met first. */
export interface FrameworkView {
	id: string;
	title: string;
	countWords: string;
	controls: ControlRow[];
}

export interface ControlRow {
	id: string;
	title: string;
	state: string;
	tone: 'bad' | 'open' | 'good';
	reason: string;
	policies: { id: string; strength: string; counts: string }[];
	evidence: EvidenceView;
	related: EvidenceView;
	/** Empty where there is one cluster, or each says the same as the control. */
	clusters: Capped<{ cluster: string; state: string; tone: string; reason: string }>;
}

/** Findings to look at; each leads to where the page shows it. */
export interface EvidenceView {
	links: { href: string; text: string }[];
	remainder: string;
}

const TONES = { met: 'good', not_met: 'bad', undecided: 'open' } as const satisfies Record<
	ControlState,
	string
>;
const MAX_LINKS = 5;
const MAX_CLUSTERS = 50;

/** What the run says of each framework; a finding that the page leaves out has no link. */
export function frameworkViews(report: Report, sections: FindingSection[]): FrameworkView[] {
	const shown = new Set(
		sections.flatMap(({ groups }) => groups.flatMap(({ rows }) => rows.map(row => row.id))),
	);
	const known = new Map<string, Place>([
		...report.findings.map(finding => [finding.id, placeOf(finding, shown)] as const),
		...report.suppressed.map(finding => [finding.id, { finding, href: '#suppressed' }] as const),
	]);
	return report.compliance.map(each => frameworkView(each, report, known));
}

interface Place {
	finding: Finding;
	href: string;
}

function placeOf(finding: Finding, shown: Set<string>): Place {
	if (finding.outcome === 'unknown') return { finding, href: '#gaps' };
	const id = rowId(finding);
	return { finding, href: shown.has(id) ? `#${id}` : '#findings' };
}

function frameworkView(framework: Compliance, report: Report, known: Map<string, Place>): FrameworkView {
	return {
		id: oneLine(framework.id, 120),
		title: named(framework.title),
		countWords: stateCounts(framework.counts),
		controls: framework.controls.map(control => controlRow(control, report, known)),
	};
}

function controlRow(control: ReportedControl, report: Report, known: Map<string, Place>): ControlRow {
	const names = new Map(report.clusters.map(({ uid, name }) => [uid, name]));
	const isTelling =
		control.clusters.length > 1 && control.clusters.some(({ reason }) => reason !== control.reason);
	const perCluster = isTelling ? control.clusters : [];
	return {
		id: named(control.id, 60),
		title: oneLine(control.title),
		...stateOf(control.state),
		reason: oneLine(control.reason, 800),
		policies: control.policies.map(({ id, strength, outcomes }) => ({
			id: named(id, 120),
			strength: strengthWords[strength],
			counts: `${count(outcomes.fail)} fail, ${count(outcomes.unknown)} unknown, ${count(outcomes.pass)} pass`,
		})),
		evidence: evidenceView(control.evidence, known),
		related: evidenceView(control.related, known),
		clusters: capped(perCluster, MAX_CLUSTERS, 'compliance', ({ cluster, state, reason }) => ({
			cluster: named(names.get(cluster) ?? cluster, 120),
			...stateOf(state),
			reason: oneLine(reason, 800),
		})),
	};
}

function stateOf(state: ControlState): Pick<ControlRow, 'state' | 'tone'> {
	return { state: controlWords[state], tone: TONES[state] };
}

function evidenceView(
	{ findings, total }: ReportedControl['evidence'],
	known: Map<string, Place>,
): EvidenceView {
	const links = findings.slice(0, MAX_LINKS).map(id => {
		const place = known.get(id);
		if (place === undefined) return { href: '#findings', text: named(id, 60) };
		const { finding, href } = place;
		const waived = href === '#suppressed' ? ' (waived)' : finding.outcome === 'unknown' ? ' (unknown)' : '';
		return {
			href,
			text: `${named(finding.subject.name, 120)} in ${named(finding.cluster.name, 80)}${waived}`,
		};
	});
	const left = total - links.length;
	return { links, remainder: left > 0 ? `and ${count(left)} more` : '' };
}
