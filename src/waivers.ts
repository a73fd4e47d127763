import type { Assessment, AssessOptions } from './assess.ts';
import { toFinding } from './evaluate/finding.ts';
import type { Evaluation, OnVerdicts } from './evaluate/totals.ts';
import type { Finding } from './model/finding.ts';
import type { WaiverRecord } from './model/record.ts';
import type { ReportedCluster } from './model/report.ts';
import type { ScanRequest } from './model/scan.ts';
import { statusOf } from './report.ts';
import { type Examined, unknownKey } from './suppress/examined.ts';
import { type Suppressed, suppress } from './suppress/suppress.ts';

/** What a run came to before anything is excused. */
export interface Judged {
	assessments: Assessment[];
	notAssessed: ReportedCluster[];
	findings: Finding[];
	outcomes: Evaluation['outcomes'];
}

/**
 * Takes out what waivers excuse, and judges the waivers themselves last of all: what policies find there is
 * added to the findings. `evaluation` is null where there is no waiver, or the run was interrupted.
 */
export async function applyWaivers(
	judged: Judged,
	{ waivers, maxWaiverDays, files, onEvent }: ScanRequest,
	options: AssessOptions,
): Promise<Suppressed & { evaluation: Evaluation | null }> {
	const { catalog: policies, now, signal } = options;
	const rules = { policies, now, maxDays: maxWaiverDays };
	const result = suppress(waivers, judged.findings, rules, examined(judged, files, signal));
	for (const { id, state, location, note } of result.waivers) {
		if (state !== 'invalid') continue;
		onEvent({ kind: 'notice', message: `waiver ${id} (${location}) suppresses nothing: ${note}` });
	}
	if (waivers.length === 0) return { ...result, evaluation: null };
	const { findings, evaluation } = await judgeWaivers(result.records, options);
	return { ...result, findings: [...result.findings, ...findings], evaluation };
}

async function judgeWaivers(
	records: WaiverRecord[],
	{ pool, catalog, signal }: AssessOptions,
): Promise<{ findings: Finding[]; evaluation: Evaluation | null }> {
	const policies = new Map(catalog.map(policy => [policy.id, policy]));
	const findings: Finding[] = [];
	const onVerdicts: OnVerdicts = (record, verdicts) => {
		for (const verdict of verdicts) {
			const policy = policies.get(verdict.policyId);
			if (policy !== undefined) findings.push(toFinding(record, verdict, policy));
		}
	};
	const evaluation = await pool.evaluate(records, { signal, onVerdicts }).catch(error => {
		if (signal.aborted) return null;
		throw error;
	});
	return { findings, evaluation };
}

function examined(
	{ assessments, notAssessed, outcomes }: Judged,
	files: string[],
	signal: AbortSignal,
): Examined {
	return {
		clusters: [
			...assessments.map(({ facts }) => ({
				...facts.cluster,
				status: statusOf(facts),
				sources: facts.sources,
			})),
			...notAssessed,
		],
		unknown: new Set(
			outcomes
				.filter(row => row.outcomes.unknown > 0)
				.map(({ cluster, policyId }) => unknownKey(cluster, policyId)),
		),
		// Saved facts do not say how they were asked for, but what came from files says so itself.
		hasFiles: files.length > 0 || assessments.some(readFiles),
		isInterrupted: signal.aborted,
	};
}

function readFiles({ credentials }: Assessment): boolean {
	return credentials.some(({ locations }) => locations.some(({ origin }) => origin === 'kubeconfig'));
}
