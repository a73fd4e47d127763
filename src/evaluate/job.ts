import type { PolicyRecord } from '../model/record.ts';
import { encodeInput } from './input.ts';
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
	/** The records as JSON, one after the other. Moved to the worker: cloning the objects costs more. */
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
	| { kind: 'done'; judged: Judged }
	| { kind: 'broken'; message: string };

/** Packs records for a worker. */
export function packJob(records: PolicyRecord[], only: Job['only'], skipped: Job['skipped']): Job {
	const parts = records.map(encodeInput);
	const inputs = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
	const ends: number[] = [];
	let end = 0;
	for (const part of parts) {
		inputs.set(part, end);
		end += part.byteLength;
		ends.push(end);
	}
	const refs = records.map(({ kind, gaps, cluster }) => ({ kind, gaps, cluster: cluster.uid }));
	return { records: refs, inputs: inputs.buffer, ends, only, skipped };
}

/** The exact JSON of one record of a job: opa-wasm takes a buffer with anything more for "no input". */
export function inputOf(job: Job, at: number): ArrayBuffer {
	return job.inputs.slice(job.ends[at - 1] ?? 0, job.ends[at]);
}
