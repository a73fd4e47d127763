import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { byCodeUnit } from '../lib/text.ts';
import type { Catalog } from '../model/policy.ts';
import type { PolicyRecord } from '../model/record.ts';
import { batches, type Records } from './batches.ts';
import { judgeBatch, type Patience, type RunJob } from './isolate.ts';
import { type Judged, packJob } from './job.ts';
import { compilePolicies } from './policy-instance.ts';
import { createSeats } from './seats.ts';
import { createTotals, type Evaluation, type OnVerdicts } from './totals.ts';
import { workerEntry } from './worker-entry.ts';

/** Compiled policies and what they read beside their input. */
export interface PolicyCode {
	wasm: Uint8Array;
	catalog: Catalog;
	params: object;
	kinds: object;
}

export interface PoolOptions {
	/** Worker threads; default: one for each core. */
	threads?: number;
	/** Records handed to a worker at once. */
	batchSize?: number;
	/** Longest that a batch may take; a record that is judged alone gets a fifth of it. */
	timeLimitMs?: number;
	/** Most memory of one WASM instance, in pages of 64 KiB. */
	maximumPages?: number;
}

export interface EvaluateOptions {
	/**
	 * Called in input order, with each record that some policy fails or cannot judge; verdicts are
	 * sorted by policy id, then details.
	 */
	onVerdicts: OnVerdicts;
	signal?: AbortSignal;
}

/** Worker threads that have the policies loaded. Several evaluations may share them at the same time. */
export interface PolicyPool {
	/**
	 * Judges each record by the policies of its kind. Reads no more than a few batches ahead of what
	 * it has delivered.
	 * @throws the signal's reason, promptly.
	 * @throws {ScanError} POLICY_LOAD_FAILED when the workers cannot run these policies.
	 */
	evaluate(records: Records, options: EvaluateOptions): Promise<Evaluation>;
	/** Ends what is running and every thread. */
	close(): Promise<void>;
}

/** Compiles the policies once and starts the threads, which get ready while records are still being read. */
export async function createPool(code: PolicyCode, options: PoolOptions = {}): Promise<PolicyPool> {
	const { batchSize = 500, timeLimitMs = 10_000, maximumPages = 1024 } = options;
	const threads = options.threads ?? availableParallelism();
	const policies = code.catalog
		.map(({ id, kind, needs }) => ({ id, kind, needs }))
		.sort((a, b) => byCodeUnit(a.id, b.id));
	const seats = createSeats(threads, workerEntry(), {
		module: await compilePolicies(code.wasm),
		data: { params: code.params, kinds: code.kinds },
		policies,
		maximumPages,
	});
	const patience: Patience = {
		batchLimitMs: timeLimitMs,
		recordLimitMs: timeLimitMs / 5,
		maxMisses: 3,
		misses: new Map(),
		skipped: new Map(),
	};
	const closing = new AbortController();
	seats.warmUp(closing.signal);
	const spares: ArrayBuffer[] = [];
	const runWith =
		(stop: AbortSignal): RunJob =>
		async (records, only, limitMs) => {
			const job = packJob(records, { only, skipped: patience.skipped }, spares.pop());
			const ran = await seats.run(job, limitMs, stop);
			if (ran.kind === 'done') spares.push(ran.inputs);
			return ran;
		};
	return {
		async evaluate(records, { onVerdicts, signal }) {
			const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
			// Each thread listens, and there may be more of them than the ten at which Node warns.
			setMaxListeners(0, stop);
			const run = runWith(stop);
			const total = createTotals(policies, onVerdicts);
			const window: { batch: PolicyRecord[]; judged: Promise<Judged> }[] = [];
			const deliver = async () => {
				const next = window.shift();
				if (next) total.add(next.batch, await next.judged);
			};
			stop.throwIfAborted();
			for await (const batch of batches(records, batchSize, stop)) {
				const judged = judgeBatch(run, policies, batch, patience);
				// Its failure is met when its turn comes, or hidden by that of a batch before it.
				judged.catch(() => {});
				window.push({ batch, judged });
				// One batch at work and one waiting for each thread.
				if (window.length >= threads * 2) await deliver();
			}
			while (window.length > 0) await deliver();
			return total.end();
		},
		async close() {
			closing.abort(new Error('the policy pool was closed'));
			await seats.close();
		},
	};
}
