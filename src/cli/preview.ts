import { byCodeUnit } from '../lib/text.ts';
import type { Finding } from '../model/finding.ts';
import { type Outcome, type Severity, severities } from '../model/policy.ts';

/** A finding as far as two judgements of the same facts may differ in it. */
export interface PreviewedFinding {
	id: string;
	policyId: string;
	outcome: Outcome;
	severity: Severity;
	cluster: string;
	subject: string;
	message: string;
}

/** What other policies would make of the same facts. */
export interface Difference {
	appears: PreviewedFinding[];
	vanishes: PreviewedFinding[];
	/** The same finding with another severity or outcome. */
	changes: { before: PreviewedFinding; after: PreviewedFinding }[];
	stays: number;
}

/** Compares the findings of two judgements of the same facts, worst first. */
export function compareFindings(before: readonly Finding[], after: readonly Finding[]): Difference {
	const [old, young] = [byId(before), byId(after)];
	const difference: Difference = { appears: [], vanishes: [], changes: [], stays: 0 };
	for (const [id, finding] of young) {
		const known = old.get(id);
		if (known === undefined) difference.appears.push(finding);
		else if (known.severity === finding.severity && known.outcome === finding.outcome) difference.stays++;
		else difference.changes.push({ before: known, after: finding });
	}
	for (const [id, finding] of old) if (!young.has(id)) difference.vanishes.push(finding);
	difference.appears.sort(worstFirst);
	difference.vanishes.sort(worstFirst);
	difference.changes.sort((a, b) => worstFirst(a.after, b.after));
	return difference;
}

function byId(findings: readonly Finding[]): Map<string, PreviewedFinding> {
	const all = findings.map(({ id, policyId, outcome, severity, cluster, subject, message }) => ({
		id,
		policyId,
		outcome,
		severity,
		cluster: cluster.name,
		subject: subject.name,
		message,
	}));
	return new Map(all.map(finding => [finding.id, finding]));
}

function worstFirst(a: PreviewedFinding, b: PreviewedFinding): number {
	return (
		severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
		byCodeUnit(a.policyId, b.policyId) ||
		byCodeUnit(a.cluster, b.cluster) ||
		byCodeUnit(a.subject, b.subject) ||
		byCodeUnit(a.id, b.id)
	);
}
