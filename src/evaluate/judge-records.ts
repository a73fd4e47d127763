import { readPackage, readTuples } from './answer.ts';
import { inputOf, type Job, type Judged } from './job.ts';
import type { Asked, PolicyInstance } from './policy-instance.ts';
import { count, countsFor } from './tally.ts';
import {
	type Answer,
	type Judgement,
	judge,
	type PolicyRef,
	type RecordRef,
	unevaluated,
	type Verdict,
} from './verdict.ts';

/** The policies that a job asks about and could be evaluated, and the entrypoint that has them all. */
interface Panel {
	main: string;
	policies: { policy: PolicyRef; row: number }[];
	ids: Set<string>;
	/** False when some of the kind are left out: then `main/<kind>`, which evaluates all, will not do. */
	isWhole: boolean;
}

/**
 * Judges a job's records one after the other. A policy that aborts on a record costs that record
 * nothing but its own verdict: the others are then asked one by one.
 * @throws {Error} when `main` answers for a policy that the catalogue does not list under its kind.
 */
export async function judgeRecords(
	instance: PolicyInstance,
	policies: PolicyRef[],
	job: Job,
): Promise<Judged> {
	const panels = new Map<string, Panel>();
	const judged: Judged = { verdicts: [], tally: new Map() };
	for (const [at, record] of job.records.entries()) {
		const panel = panels.get(record.kind) ?? panelOf(record.kind, policies, job);
		panels.set(record.kind, panel);
		if (panel.policies.length === 0) continue;
		const judgements = await judgeRecord(instance, panel, record, inputOf(job, at), job.skipped);
		const counts = countsFor(judged.tally, record.cluster, policies.length);
		const verdicts: Verdict[] = [];
		for (const { row, judgement } of judgements) {
			count(counts, row, judgement.outcome);
			verdicts.push(...judgement.verdicts);
		}
		if (verdicts.length > 0) judged.verdicts.push({ at, verdicts });
	}
	return judged;
}

function panelOf(kind: string, policies: PolicyRef[], job: Job): Panel {
	const ofKind = policies
		.map((policy, row) => ({ policy, row }))
		.filter(({ policy }) => policy.kind === kind);
	const asked = ofKind.filter(({ policy }) => job.only === null || job.only.includes(policy.id));
	const ids = new Set(asked.map(({ policy }) => policy.id));
	const isWhole = asked.length === ofKind.length && !asked.some(({ policy }) => job.skipped.has(policy.id));
	return { main: `main/${kind}`, policies: asked, ids, isWhole: isWhole && job.only === null };
}

async function judgeRecord(
	instance: PolicyInstance,
	panel: Panel,
	record: RecordRef,
	input: ArrayBuffer,
	skipped: Job['skipped'],
): Promise<{ row: number; judgement: Judgement }[]> {
	if (panel.isWhole) {
		const answers = readMain(panel, await instance.ask(panel.main, input));
		if (answers) {
			return panel.policies.map(({ policy, row }) => {
				return { row, judgement: judge(policy, record, answers.get(policy.id)) };
			});
		}
	}
	const judgements: { row: number; judgement: Judgement }[] = [];
	for (const { policy, row } of panel.policies) {
		const reason = skipped.get(policy.id);
		const judgement =
			reason === undefined
				? await judgeAlone(instance, policy, record, input)
				: unevaluated(policy.id, 'time_limit', reason);
		judgements.push({ row, judgement });
	}
	return judgements;
}

/** The answers of all policies of a kind, or null where they have to be asked one by one. */
function readMain(panel: Panel, asked: Asked): Map<string, Answer> | null {
	if (asked.kind === 'aborted') return null;
	const answers = readTuples(asked.value);
	if (!(answers instanceof Map)) return null;
	for (const id of answers.keys()) {
		if (panel.ids.has(id)) continue;
		throw new Error(`${panel.main} answered for ${id}, which is not a policy of that record kind`);
	}
	return answers;
}

async function judgeAlone(
	instance: PolicyInstance,
	policy: PolicyRef,
	record: RecordRef,
	input: ArrayBuffer,
): Promise<Judgement> {
	const asked = await instance.ask(`policies/${policy.id}`, input);
	if (asked.kind === 'aborted') return unevaluated(policy.id, 'policy_error', asked.message);
	const answer = readPackage(asked.value);
	return typeof answer === 'string'
		? unevaluated(policy.id, 'policy_error', answer)
		: judge(policy, record, answer);
}
