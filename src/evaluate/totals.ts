import { byCodeUnit } from '../lib/text.ts';
import { outcomes } from '../model/policy.ts';
import type { PolicyRecord } from '../model/record.ts';
import type { OutcomeCounts } from '../model/report.ts';
import type { Judged } from './job.ts';
import { addTally, countsOf, type Tally } from './tally.ts';
import type { PolicyRef, Verdict } from './verdict.ts';

/** What one evaluation came to. */
export interface Evaluation {
	records: number;
	/** One row for each cluster and policy that judged a record of it; sorted. */
	outcomes: { cluster: string; policyId: string; outcomes: OutcomeCounts }[];
	/** Policies that could not be evaluated on some record: a run with any ends with exit code 2. Sorted. */
	policyErrors: PolicyError[];
}

/** One way in which one policy failed; each verdict of it is an `unknown` with the source `evaluation`. */
export interface PolicyError {
	policyId: string;
	code: 'policy_error' | 'time_limit';
	message: string;
	/** uid of the first record, in input order, that it failed on. */
	recordUid: string;
	/** Records that it failed on. */
	count: number;
}

/** Called with each record that some policy fails or cannot judge. */
export type OnVerdicts = (record: PolicyRecord, verdicts: Verdict[]) => void;

/** Adds up the batches of one evaluation, which come in input order. */
export function createTotals(policies: PolicyRef[], onVerdicts: OnVerdicts) {
	const tally: Tally = new Map();
	const errors = new Map<string, PolicyError>();
	let records = 0;
	return {
		add(batch: PolicyRecord[], judged: Judged): void {
			records += batch.length;
			addTally(tally, judged.tally);
			for (const { at, verdicts } of judged.verdicts) {
				const record = batch[at];
				if (!record) continue;
				for (const verdict of verdicts) noteErrors(errors, record, verdict);
				onVerdicts(record, verdicts);
			}
		},
		end(): Evaluation {
			const policyErrors = [...errors.values()].sort(
				(a, b) => byCodeUnit(a.policyId, b.policyId) || byCodeUnit(a.message, b.message),
			);
			return { records, outcomes: rows(tally, policies), policyErrors };
		},
	};
}

function noteErrors(errors: Map<string, PolicyError>, record: PolicyRecord, verdict: Verdict): void {
	for (const { source, code, message } of verdict.gaps) {
		if (source !== 'evaluation' || (code !== 'policy_error' && code !== 'time_limit')) continue;
		const key = JSON.stringify([verdict.policyId, code, message]);
		const known = errors.get(key);
		if (known) known.count++;
		else {
			const { policyId } = verdict;
			errors.set(key, { policyId, code, message, recordUid: uidOf(record), count: 1 });
		}
	}
}

function rows(tally: Tally, policies: PolicyRef[]): Evaluation['outcomes'] {
	const clusters = [...tally].sort(([a], [b]) => byCodeUnit(a, b));
	return clusters.flatMap(([cluster, counts]) =>
		policies.flatMap(({ id: policyId }, row) => {
			const counted = countsOf(counts, row);
			const isJudged = outcomes.some(outcome => counted[outcome] > 0);
			return isJudged ? [{ cluster, policyId, outcomes: counted }] : [];
		}),
	);
}

/** uid of what a record is about: a finding's subject. */
export function uidOf(record: PolicyRecord): string {
	switch (record.kind) {
		case 'credential':
		case 'key':
			return record.credential.uid;
		case 'grant':
			return record.grant.uid;
		case 'identity':
			return record.identity.id;
		case 'connection':
			return record.connection.uid;
		case 'waiver':
			return record.waiver.id;
		case 'finding':
			return record.finding.id;
		case 'cluster':
			return record.cluster.uid;
		default:
			return record satisfies never;
	}
}
