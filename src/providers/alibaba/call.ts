import { setMaxListeners } from 'node:events';
import { ApiError } from '../../lib/api-error.ts';
import { type CloudFailure, classify, isTransient, toApiError } from './failure.ts';
import { type Clock, createLimiter, type Limiter, realClock } from './limiter.ts';

export type Product = 'cs' | 'ram' | 'ims' | 'sts' | 'sls';

/** One read of the cloud. */
export interface CloudRead<T> {
	product: Product;
	region: string;
	/** As `cs:DescribeClustersV1`: the RAM action that it needs, which a gap names. */
	action: string;
	run: () => Promise<T>;
	/** Of one attempt, for what takes longer than other calls. */
	timeoutMs?: number;
}

/** Makes calls: paced, bounded in time, tried again where that may help. */
export interface Caller {
	/** Of what changes nothing. @throws {ApiError} naming the action; a missing permission is its status 403. */
	read<T>(read: CloudRead<T>): Promise<T>;
	/** Tried again only where the service refused to look at it (throttling): whether it was done is looked up. */
	write<T>(write: CloudRead<T>): Promise<T>;
	/** The same, in the same lines, for calls that end with another signal. */
	within(signal: AbortSignal): Caller;
}

export interface CallerOptions {
	/** Of one attempt. */
	timeoutMs: number;
	signal: AbortSignal;
	/** Products whose regions all have one address, and its limit. */
	atOneAddress?: string[];
	/** Of pauses; the time limit of an attempt is the machine's. */
	clock?: Clock;
}

/** Tries of one call, the first included; throttled ones go on for as long as throttling does. */
const MAX_ATTEMPTS = 4;
/** Of a call that got no answer in time: each took the whole time limit. */
const MAX_TIMEOUTS = 2;
/** How long a service may throttle one call before it becomes a gap. */
const MAX_THROTTLED_MS = 90_000;
/** So many calls in a row without an answer, and what a region is asked after is not tried again. */
const MAX_SILENT = 3;

/** What is known of one product in one region, for all calls. */
interface Line {
	limiter: Limiter;
	/** Calls in a row that got no answer at all. */
	silent: number;
}

/** One caller for the whole run: what it learns of a product's limits holds for every cluster. */
export function createCaller(options: CallerOptions): Caller {
	const lines = new Map<string, Line>();
	const lineOf = ({ product, region }: Pick<CloudRead<unknown>, 'product' | 'region'>) => {
		const key = `${product} ${options.atOneAddress?.includes(product) === true ? '' : region}`;
		const line = lines.get(key) ?? { limiter: createLimiter(options.clock), silent: 0 };
		lines.set(key, line);
		return line;
	};
	const within = (signal: AbortSignal): Caller => {
		// One for each call under way: hundreds of clusters are no leak.
		setMaxListeners(0, signal);
		const own = { ...options, signal };
		return {
			read: read => attempts(read, lineOf(read), own),
			write: write => attempts({ ...write, isWrite: true }, lineOf(write), own),
			within,
		};
	};
	return within(options.signal);
}

async function attempts<T>(
	read: CloudRead<T> & { isWrite?: boolean },
	line: Line,
	options: CallerOptions,
): Promise<T> {
	const { signal, clock = realClock } = options;
	const { limiter } = line;
	let throttledSince: number | null = null;
	for (let attempt = 1; ; ) {
		await limiter.turn(signal, throttledSince === null ? 'last' : 'first');
		const answer = await once(read, options);
		if ('value' in answer) {
			line.silent = 0;
			limiter.passed();
			return answer.value;
		}
		signal.throwIfAborted();
		const { failure } = answer;
		if (failure.kind === 'throttled') {
			limiter.throttled(failure.retryAfterMs);
			throttledSince ??= clock.now();
			if (clock.now() - throttledSince > MAX_THROTTLED_MS) throw toApiError(read.action, failure);
			continue;
		}
		const isSilent = failure.kind === 'timeout' || failure.kind === 'network';
		const isLast = attempt >= (failure.kind === 'timeout' ? MAX_TIMEOUTS : MAX_ATTEMPTS);
		if (!isTransient(failure) || read.isWrite === true || isLast || (isSilent && line.silent >= MAX_SILENT)) {
			line.silent = isSilent ? line.silent + 1 : 0;
			throw toApiError(read.action, failure);
		}
		await pause(100 * 2 ** attempt, signal, clock);
		attempt++;
	}
}

function pause(ms: number, signal: AbortSignal, { after }: Clock): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) return reject(signal.reason);
		const stop = () => {
			cancel();
			reject(signal.reason);
		};
		const cancel = after(ms, () => {
			signal.removeEventListener('abort', stop);
			resolve();
		});
		signal.addEventListener('abort', stop, { once: true });
	});
}

/** The SDK's own timers can be lost on a socket that is used again: ours ends the wait in any case. */
async function once<T>(
	{ run, timeoutMs }: CloudRead<T>,
	{ timeoutMs: usualMs, signal }: CallerOptions,
): Promise<{ value: T } | { failure: CloudFailure }> {
	let timer: NodeJS.Timeout | undefined;
	let onAbort = () => {};
	const late = new Promise<never>((_, reject) => {
		const give = (name: string) => () => reject(Object.assign(new Error(name), { name }));
		onAbort = give('AbortError');
		timer = setTimeout(give('RequestTimeoutError'), timeoutMs ?? usualMs);
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
