import type { PolicyRecord } from '../model/record.ts';
import { writeInputs } from './input.ts';
import type { CompiledPolicies } from './policy-instance.ts';
import type { Tally } from './tally.ts';
import type { PolicyRef, RecordRef, Verdict } from './verdict.ts';

/** What a worker is started with. */
export interface WorkerSetup {
	module: CompiledPolicies;
	/** `data` of the policies: params and kinds. */
	data: object;
	/** Of the whole catalogue, sorted by id. */
	policies: PolicyRef[];
	maximumPages: number;
}

/** Records to judge. */
export interface Job {
	records: RecordRef[];
	/** The records as JSON, one after the other. Moved to the worker and back: cloning the objects costs more. */
	inputs: ArrayBuffer;
	/** Where each record's JSON ends. */
	ends: number[];
	/** Judge by these policies alone, each through its own entrypoint; null: all, through `main/<kind>`. */
	only: string[] | null;
	/** Policies that are not evaluated any more, and why. */
	skipped: Map<string, string>;
}

/** Verdicts of a job's records, `at` being the record's index in the job; records without any are left out. */
export interface Judged {
	verdicts: { at: number; verdicts: Verdict[] }[];
	tally: Tally;
}

/** What a worker says: it is ready, a job is done, or it cannot go on. */
export type Reply =
	| { kind: 'ready' }
	| { kind: 'done'; judged: Judged; inputs: ArrayBuffer }
	| { kind: 'broken'; message: string };

/**
 * Packs records for a worker.
 * @param spare a buffer that an earlier job came back with: new memory costs more than writing to it.
 */
export function packJob(
	records: PolicyRecord[],
	{ only, skipped }: Pick<Job, 'only' | 'skipped'>,
	spare: ArrayBuffer = new ArrayBuffer(0),
): Job {
	const ends: number[] = [];
	const inputs = writeInputs(records, spare, ends);
	return { records: refsOf(records), inputs, ends, only, skipped };
}

/** Records of a kind mostly share their cluster and gaps: one object for all of them is cloned once. */
function refsOf(records: PolicyRecord[]): RecordRef[] {
	const last = new Map<PolicyRecord['kind'], RecordRef>();
	return records.map(({ kind, gaps, cluster }) => {
		const known = last.get(kind);
		if (known?.gaps === gaps && known.cluster === cluster.uid) return known;
		const ref = { kind, gaps, cluster: cluster.uid };
		last.set(kind, ref);
		return ref;
	});
}

/** The exact JSON of one record of a job: opa-wasm takes a buffer with anything more for "no input". */
export function inputOf(job: Job, at: number): ArrayBuffer {
	return job.inputs.slice(job.ends[at - 1] ?? 0, job.ends[at]);
}
