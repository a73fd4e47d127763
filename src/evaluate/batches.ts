import type { PolicyRecord } from '../model/record.ts';

/** Where records come from: in memory, or as they are made. */
export type Records = Iterable<PolicyRecord> | AsyncIterable<PolicyRecord>;

/**
 * Groups records by `size`. Throws the signal's reason promptly, even while the source keeps it waiting.
 * @throws {TypeError} for a value that is no record: opa-wasm would take it for "no input" and find nothing.
 */
export async function* batches(
	records: Records,
	size: number,
	signal: AbortSignal,
): AsyncGenerator<PolicyRecord[]> {
	const iterator =
		Symbol.asyncIterator in records ? records[Symbol.asyncIterator]() : records[Symbol.iterator]();
	let batch: PolicyRecord[] = [];
	try {
		for (;;) {
			const next = iterator.next();
			const { done, value } = next instanceof Promise ? await orAborted(next, signal) : next;
			if (done) break;
			if (!isRecord(value)) throw new TypeError('only records can be evaluated');
			batch.push(value);
			if (batch.length < size) continue;
			yield batch;
			batch = [];
		}
		if (batch.length > 0) yield batch;
	} finally {
		// Not awaited: a source that hangs would hang here too.
		Promise.resolve(iterator.return?.()).catch(() => {});
	}
}

function isRecord(value: Partial<PolicyRecord> | null | undefined): boolean {
	return (
		typeof value?.kind === 'string' && Array.isArray(value.gaps) && typeof value.cluster?.uid === 'string'
	);
}

function orAborted<T>(next: Promise<T>, signal: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		const onAbort = () => reject(signal.reason);
		if (signal.aborted) onAbort();
		// A Promise.race against one promise of the abort would keep every record until the end.
		signal.addEventListener('abort', onAbort);
		next.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
	});
}
