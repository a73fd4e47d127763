import { Worker } from 'node:worker_threads';
import { ScanError } from '../lib/scan-error.ts';
import type { Job, Judged, Reply, WorkerSetup } from './job.ts';

/** How a job ended; after `late` and `crashed` its worker is gone and the next job gets a fresh one. */
export type Ran =
	| { kind: 'done'; judged: Judged; inputs: ArrayBuffer }
	| { kind: 'late' }
	| { kind: 'crashed'; message: string };

/** A fixed number of places at which one worker thread each does one job at a time. */
export interface Seats {
	/**
	 * Waits for a free seat, then for the job's end.
	 * @throws the signal's reason, promptly: a busy worker is ended.
	 * @throws {ScanError} POLICY_LOAD_FAILED when no worker can be started with these policies.
	 */
	run(job: Job, limitMs: number, signal: AbortSignal): Promise<Ran>;
	/** Starts every worker, so that the first jobs need not wait; one that fails is started again by its first job. */
	warmUp(signal: AbortSignal): void;
	/** Waits for what is running (abort it first), then ends every worker. */
	close(): Promise<void>;
}

interface Seat {
	worker: Worker | null;
}

/** Makes `count` seats; a worker is started by `warmUp` or when a job first needs it. */
export function createSeats(count: number, entry: URL, setup: WorkerSetup): Seats {
	const seats: Seat[] = Array.from({ length: count }, () => ({ worker: null }));
	const free = [...seats];
	const running = new Set<Promise<unknown>>();
	const waiting: ((seat: Seat) => void)[] = [];

	const take = async () => free.pop() ?? new Promise<Seat>(resolve => waiting.push(resolve));
	const give = (seat: Seat) => {
		const next = waiting.shift();
		if (next) next(seat);
		else free.push(seat);
	};

	return {
		run(job, limitMs, signal) {
			const ran = take().then(seat => runAt(seat, job, limitMs, signal).finally(() => give(seat)));
			running.add(ran);
			return ran.finally(() => running.delete(ran));
		},
		warmUp(signal) {
			for (const seat of free.splice(0)) {
				const started = startAt(seat, signal)
					.catch(() => {})
					.finally(() => give(seat));
				running.add(started);
				void started.finally(() => running.delete(started));
			}
		},
		async close() {
			await Promise.allSettled(running);
			await Promise.all(seats.map(vacate));
		},
	};

	async function startAt(seat: Seat, signal: AbortSignal): Promise<Worker> {
		seat.worker ??= await startWorker(entry, setup, signal);
		return seat.worker;
	}

	async function runAt(seat: Seat, job: Job, limitMs: number, signal: AbortSignal): Promise<Ran> {
		try {
			signal.throwIfAborted();
			const heard = await converse(await startAt(seat, signal), job, limitMs, signal);
			if (heard.kind === 'broken') throw loadFailed(heard.message);
			if (heard.kind === 'done') return heard;
			await vacate(seat);
			return heard.kind === 'late' ? heard : { kind: 'crashed', message: 'the evaluation thread ended' };
		} catch (error) {
			await vacate(seat);
			throw error;
		}
	}
}

async function vacate(seat: Seat): Promise<void> {
	const { worker } = seat;
	seat.worker = null;
	// Referenced, or a process with nothing else to do would end before this promise does.
	worker?.ref();
	await worker?.terminate();
}

async function startWorker(entry: URL, setup: WorkerSetup, signal: AbortSignal): Promise<Worker> {
	// The parent's flags (`--import tsx` under test) are not the worker's.
	const worker = new Worker(entry, { workerData: setup, execArgv: [] });
	// One that dies between jobs is noticed by the next job; unheard, the event would end the process.
	worker.on('error', () => {});
	const heard = await converse(worker, null, START_LIMIT_MS, signal).catch(async error => {
		await worker.terminate();
		throw error;
	});
	if (heard.kind === 'ready') return worker;
	await worker.terminate();
	throw loadFailed('message' in heard ? heard.message : 'the evaluation thread did not start in time');
}

/** A worker is ready within 0.1 s; this ends a wait that would have no end. */
const START_LIMIT_MS = 60_000;

function loadFailed(message: string): ScanError {
	return new ScanError('POLICY_LOAD_FAILED', `cannot evaluate the compiled policies: ${message}`);
}

type Heard = Reply | { kind: 'late' } | { kind: 'crashed'; message: string };

/** Posts a job (null: nothing) and waits for the worker's next word, its end, the limit or the abort. */
function converse(worker: Worker, job: Job | null, limitMs: number, signal: AbortSignal): Promise<Heard> {
	return new Promise((resolve, reject) => {
		// A main thread that was busy past the limit finds the timer first: let a waiting reply in.
		const timer = setTimeout(() => setImmediate(() => settle({ kind: 'late' })), limitMs);
		const onMessage = (reply: Reply) => settle(reply);
		const onError = (error: unknown) => settle({ kind: 'crashed', message: String(error) });
		const onExit = () => settle({ kind: 'crashed', message: 'the evaluation thread ended' });
		const onAbort = () => settle(null);
		let isSettled = false;
		const settle = (heard: Heard | null) => {
			if (isSettled) return;
			isSettled = true;
			clearTimeout(timer);
			worker.off('message', onMessage).off('error', onError).off('exit', onExit).unref();
			signal.removeEventListener('abort', onAbort);
			if (heard === null) reject(signal.reason);
			else resolve(heard);
		};
		worker.on('message', onMessage).on('error', onError).on('exit', onExit).ref();
		signal.addEventListener('abort', onAbort);
		if (signal.aborted) onAbort();
		else if (job) worker.postMessage(job, [job.inputs]);
	});
}
