import { describeDetails } from '../../lib/describe-details.ts';
import { groupBy } from '../../lib/group-by.ts';
import { byCodeUnit, oneLine, plural } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import { type Policy, type Severity, severities } from '../../model/policy.ts';
import type { Report } from '../../model/report.ts';
import { controlName, count, day, gradeWords, named, severityWords } from '../words.ts';
import { type Capped, capped } from './rows.ts';

/** All findings of one severity, by policy. */
export interface FindingSection {
	severity: Severity;
	word: string;
	countWords: string;
	groups: FindingGroup[];
}

/** One policy: what, why and what ends it, told once; then the objects. */
export interface FindingGroup extends Capped<FindingRow> {
	policyId: string;
	title: string;
	description: string;
	remediation: string;
	controls: string[];
	countWords: string;
	isOpen: boolean;
}

export interface FindingRow {
	/** Where links lead. */
	id: string;
	/** What `waive` takes. */
	findingId: string;
	subject: string;
	where: string;
	cluster: string;
	message: string;
	evidence: string;
	status: string;
	since: string;
	isPrivileged: boolean;
}

/** Rows of one policy that a reader can still use; the file stays under a few megabytes. */
const MAX_ROWS = 300;

/** A group with more rows starts folded. */
const MAX_OPEN = 12;

/** Findings that a policy failed, from critical to info. */
export function findingSections(report: Report): FindingSection[] {
	const policies = new Map(report.policies.map(policy => [policy.id, policy]));
	const bySeverity = groupBy(
		report.findings.filter(finding => finding.outcome === 'fail'),
		finding => finding.severity,
	);
	return severities.flatMap(severity => {
		const findings = bySeverity.get(severity) ?? [];
		if (findings.length === 0) return [];
		const groups = [...groupBy(findings, finding => finding.policyId)].sort(([a], [b]) => byCodeUnit(a, b));
		return [
			{
				severity,
				word: severityWords[severity],
				countWords: findingsWords(findings.length),
				groups: groups.map(([id, members]) => group(policies.get(id), members)),
			},
		];
	});
}

function group(policy: Policy | undefined, findings: [Finding, ...Finding[]]): FindingGroup {
	const [first] = findings;
	const rows = [...findings].sort(
		(a, b) => byCodeUnit(a.cluster.name, b.cluster.name) || byCodeUnit(a.subject.name, b.subject.name),
	);
	return {
		policyId: oneLine(first.policyId, 120),
		title: oneLine(policy?.title ?? first.title, 200),
		description: oneLine(policy?.description ?? first.message, 1000),
		remediation: oneLine(policy?.remediation ?? first.remediation.text, 1000),
		controls: first.controls.map(controlName),
		countWords: findingsWords(findings.length),
		isOpen: findings.length <= MAX_OPEN,
		...capped(rows, MAX_ROWS, 'findings', findingRow),
	};
}

/** Fragment of a finding's row; a result that somebody else wrote may hold any id. */
export function rowId({ id }: Pick<Finding, 'id'>): string {
	return `f-${id.replace(/[^0-9a-z]/gi, '').slice(0, 64)}`;
}

function findingRow(finding: Finding): FindingRow {
	return {
		id: rowId(finding),
		findingId: oneLine(finding.id, 16),
		subject: named(finding.subject.name),
		where: whereOf(finding),
		cluster: named(finding.cluster.name, 120),
		// Subject, cluster and title stand beside it already.
		message: oneLine(describeDetails(finding.details) || finding.title, 600),
		evidence: gradeWords[finding.grade][0],
		status: finding.status,
		since: day(finding.firstSeen),
		isPrivileged: finding.isPrivileged,
	};
}

/** `fleet/us.kubeconfig:17`, or `Secret ci/deploy-token`. */
export function whereOf({ subject }: Pick<Finding, 'subject'>): string {
	const { location, object } = subject;
	if (location !== null && location.path !== '') return `${oneLine(location.path)}:${location.line}`;
	const name = [object.namespace, object.name].filter(part => part !== '').join('/');
	return oneLine(`${object.kind} ${name}`);
}

function findingsWords(number: number): string {
	return plural(number, 'finding').replace(/^\d+/, count(number));
}
