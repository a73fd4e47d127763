import { plural } from '../lib/text.ts';
import type { PolicyRecord } from '../model/record.ts';
import type { Job, Judged } from './job.ts';
import type { Ran } from './seats.ts';
import { addTally, count, countsFor } from './tally.ts';
import { type PolicyRef, unevaluated } from './verdict.ts';

/** Limits of one pool, and which policies it has given up. */
export interface Patience {
	/** For a job of many records. */
	batchLimitMs: number;
	/** For a job of one record. */
	recordLimitMs: number;
	/** How often a policy may miss its limit before it is not evaluated any more. */
	maxMisses: number;
	misses: Map<string, number>;
	/** Policy ids given up, and why. */
	skipped: Map<string, string>;
}

/** Judges records within a limit, by the policies named or by all. */
export type RunJob = (records: PolicyRecord[], only: Job['only'], limitMs: number) => Promise<Ran>;

/**
 * Judges a batch. If its worker misses the limit or dies, its records are judged one by one, and the
 * record that does it again policy by policy, each time by a fresh worker: so one endless policy is
 * unknown by name on one record, and everything else keeps its verdict.
 */
export async function judgeBatch(
	run: RunJob,
	policies: PolicyRef[],
	records: PolicyRecord[],
	patience: Patience,
): Promise<Judged> {
	const ran = await run(records, null, patience.batchLimitMs);
	if (ran.kind === 'done') return ran.judged;
	const judged: Judged = { verdicts: [], tally: new Map() };
	for (const [at, record] of records.entries()) {
		const alone = await run([record], null, patience.recordLimitMs);
		const part = alone.kind === 'done' ? alone.judged : await judgeByPolicy(run, policies, record, patience);
		addTally(judged.tally, part.tally);
		const verdicts = part.verdicts.flatMap(one => one.verdicts);
		if (verdicts.length > 0) judged.verdicts.push({ at, verdicts });
	}
	return judged;
}

async function judgeByPolicy(
	run: RunJob,
	policies: PolicyRef[],
	record: PolicyRecord,
	patience: Patience,
): Promise<Judged> {
	const judged: Judged = { verdicts: [], tally: new Map() };
	for (const [row, { id, kind }] of policies.entries()) {
		if (kind !== record.kind) continue;
		const ran = await run([record], [id], patience.recordLimitMs);
		if (ran.kind === 'done') {
			judged.verdicts.push(...ran.judged.verdicts);
			addTally(judged.tally, ran.judged.tally);
		} else {
			const { outcome, verdicts } = giveUp(id, ran, patience);
			judged.verdicts.push({ at: 0, verdicts });
			count(countsFor(judged.tally, record.cluster.uid, policies.length), row, outcome);
		}
	}
	return judged;
}

function giveUp(policyId: string, ran: Exclude<Ran, { kind: 'done' }>, patience: Patience) {
	const { misses, maxMisses, recordLimitMs, skipped } = patience;
	const missed = (misses.get(policyId) ?? 0) + 1;
	misses.set(policyId, missed);
	if (missed >= maxMisses) {
		skipped.set(policyId, `not evaluated any more after it was ended ${plural(maxMisses, 'time')}`);
	}
	return ran.kind === 'late'
		? unevaluated(policyId, 'time_limit', `ended after ${recordLimitMs / 1000} s on one record`)
		: unevaluated(policyId, 'policy_error', ran.message);
}
