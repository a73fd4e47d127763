import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../../lib/api-error.ts';
import { type CloudFailure, classify, isTransient, toApiError } from './failure.ts';
import { createLimiter, type Limiter } from './limiter.ts';

export type Product = 'cs' | 'ram' | 'ims' | 'sts';

/** One read of the cloud. */
export interface CloudRead<T> {
	product: Product;
	region: string;
	/** As `cs:DescribeClustersV1`: the RAM action that it needs, which a gap names. */
	action: string;
	run: () => Promise<T>;
}

/** Makes calls that change nothing: paced, bounded in time, tried again where that may help. */
export interface Caller {
	/** @throws {ApiError} naming the action; a missing permission is its status 403. */
	read<T>(read: CloudRead<T>): Promise<T>;
}

export interface CallerOptions {
	/** Of one attempt. */
	timeoutMs: number;
	signal: AbortSignal;
}

/** Tries of one call, the first included; throttled ones go on for as long as throttling does. */
const MAX_ATTEMPTS = 4;
/** How long a service may throttle one call before it becomes a gap. */
const MAX_THROTTLED_MS = 90_000;

/** One caller for the whole run: its limiters are shared by every cluster. */
export function createCaller(options: CallerOptions): Caller {
	const limiters = new Map<string, Limiter>();
	// One for each call under way: hundreds of clusters are no leak.
	setMaxListeners(0, options.signal);
	return {
		read: read => {
			const key = `${read.product} ${read.region}`;
			const limiter = limiters.get(key) ?? createLimiter();
			limiters.set(key, limiter);
			return attempts(read, limiter, options);
		},
	};
}

async function attempts<T>(read: CloudRead<T>, limiter: Limiter, options: CallerOptions): Promise<T> {
	const { signal } = options;
	const startedAt = performance.now();
	for (let attempt = 1; ; ) {
		await limiter.turn(signal);
		const answer = await once(read, options);
		if ('value' in answer) {
			limiter.passed();
			return answer.value;
		}
		signal.throwIfAborted();
		const { failure } = answer;
		if (failure.kind === 'throttled') {
			limiter.throttled(failure.retryAfterMs);
			if (performance.now() - startedAt > MAX_THROTTLED_MS) throw toApiError(read.action, failure);
			continue;
		}
		if (!isTransient(failure) || attempt === MAX_ATTEMPTS) throw toApiError(read.action, failure);
		await sleep(200 * 2 ** attempt, undefined, { signal });
		attempt++;
	}
}

/** The SDK's own timers can be lost on a socket that is used again: ours ends the wait in any case. */
async function once<T>(
	{ run }: CloudRead<T>,
	{ timeoutMs, signal }: CallerOptions,
): Promise<{ value: T } | { failure: CloudFailure }> {
	let timer: NodeJS.Timeout | undefined;
	let onAbort = () => {};
	const late = new Promise<never>((_, reject) => {
		const give = (name: string) => () => reject(Object.assign(new Error(name), { name }));
		onAbort = give('AbortError');
		timer = setTimeout(give('RequestTimeoutError'), timeoutMs);
		signal.addEventListener('abort', onAbort, { once: true });
	});
	try {
		return { value: await Promise.race([run(), late]) };
	} catch (error) {
		if (error instanceof ApiError) throw error;
		return { failure: classify(error) };
	} finally {
		clearTimeout(timer);
		signal.removeEventListener('abort', onAbort);
	}
}
