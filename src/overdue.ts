import type { Assessment, AssessOptions } from './assess.ts';
import { toFinding } from './evaluate/finding.ts';
import type { Evaluation } from './evaluate/totals.ts';
import type { Finding } from './model/finding.ts';
import type { FindingRecord } from './model/record.ts';

/** Judges the findings themselves, by how long the history has had them; null where the run was interrupted. */
export async function judgeFindings(
	findings: Finding[],
	assessments: Assessment[],
	{ pool, catalog, now, signal }: AssessOptions,
): Promise<{ findings: Finding[]; evaluation: Evaluation } | null> {
	const policies = new Map(catalog.map(policy => [policy.id, policy]));
	const refs = new Map(assessments.map(({ ref }) => [ref.uid, ref]));
	const found: Finding[] = [];
	const judging = pool.evaluate(records(), {
		signal,
		onVerdicts: (record, verdicts) => {
			for (const verdict of verdicts) {
				const policy = policies.get(verdict.policyId);
				if (policy !== undefined) found.push(toFinding(record, verdict, policy));
			}
		},
	});
	const evaluation = await judging.catch(error => {
		if (signal.aborted) return null;
		throw error;
	});
	return evaluation === null ? null : { findings: found, evaluation };

	function* records(): Generator<FindingRecord> {
		for (const { id, policyId, severity, subject, firstSeen, outcome, cluster: at } of findings) {
			const cluster = refs.get(at.uid);
			if (cluster === undefined || outcome !== 'fail') continue;
			const finding = { id, policyId, severity, subject: subject.name, firstSeen };
			yield { kind: 'finding', now, cluster, gaps: [], finding };
		}
	}
}

/** What is accepted need not be dealt with in time. */
export function withoutAccepted(findings: Finding[], accepted: Finding[]): Finding[] {
	const ids = new Set(accepted.map(({ id }) => id));
	return findings.filter(({ subject }) => subject.kind !== 'finding' || !ids.has(subject.uid));
}
