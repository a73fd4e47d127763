/** Paces the calls of one product in one region; one for the whole run. */
export interface Limiter {
	/** Waits for a turn; a call that was refused before goes first. */
	turn(signal: AbortSignal, order?: 'first' | 'last'): Promise<void>;
	/** The call was let through. */
	passed(): void;
	/** The service asked for less; nothing goes out for as long as it says. */
	throttled(retryAfterMs: number | null): void;
}

/** What is known of time, so that a test can have its own. */
export interface Clock {
	/** Milliseconds from any beginning. */
	now: () => number;
	/** Runs something later, and returns what calls it off. */
	after: (ms: number, run: () => void) => () => void;
}

const FIRST_RATE = 20;
const SLOWEST_RATE = 1;
const WINDOW_MS = 1000;
/** While nothing is refused the rate doubles with each. */
const STEP_MS = 250;
/** What is left below a rate that was refused. */
const BACK_OFF = 0.95;
const PAUSE_MS = 200;
/** How long a limit is kept to before it is felt for; twice as long each time that it is found where it was. */
const FIRST_HOLD_MS = 2000;
const LONGEST_HOLD_MS = 8000;
/** Two measurements of one limit differ by less. */
const SAME_LIMIT = 1.15;
/** Growth when a limit is felt for; it squares with each second that no refusal follows. */
const FIRST_GROWTH = 1.05;
const MOST_GROWTH = 2;

/** The machine's. */
export const realClock: Clock = {
	now: () => performance.now(),
	after: (ms, run) => {
		const timer = setTimeout(run, ms);
		return () => clearTimeout(timer);
	},
};

/**
 * Starts at 20 calls in a second, which no product is known to refuse, doubles while nothing is refused, and
 * settles just under what went through once something is. Nobody documents the limits.
 */
export function createLimiter(clock: Clock = realClock): Limiter {
	let rate = FIRST_RATE;
	let isLimitKnown = false;
	let growth = MOST_GROWTH;
	let holdMs = FIRST_HOLD_MS;
	/** What went through when a call was last refused. */
	let limit = Number.POSITIVE_INFINITY;
	let pausedUntil = Number.NEGATIVE_INFINITY;
	let lastAt = Number.NEGATIVE_INFINITY;
	let changedAt = clock.now();
	let loweredAt = Number.NEGATIVE_INFINITY;
	/** When calls went out that were not refused, and when they were let through, of the last second. */
	let sent: number[] = [];
	let passes: number[] = [];
	const recent = (now: number) => {
		passes = passes.filter(at => at > now - WINDOW_MS);
		return passes.length;
	};
	const step = () => (growth === FIRST_GROWTH ? holdMs : isLimitKnown ? WINDOW_MS : STEP_MS);
	const lower = (now: number) => {
		const known = limit;
		limit = Math.min(rate, Math.max(recent(now), rate / 2));
		const isWhereItWas = Math.max(limit / known, known / limit) < SAME_LIMIT;
		holdMs = isWhereItWas ? Math.min(LONGEST_HOLD_MS, 2 * holdMs) : FIRST_HOLD_MS;
		rate = Math.max(SLOWEST_RATE, limit * BACK_OFF);
		changedAt = now;
		loweredAt = now;
	};
	const grow = (now: number) => {
		if (now - changedAt < step()) return;
		// A rate that nobody makes use of proves nothing.
		const isProven = isLimitKnown
			? recent(now) >= rate * 0.8
			: sent.length >= rate &&
				(passes.at(-1) ?? Number.NEGATIVE_INFINITY) > Math.max(changedAt, sent[0] ?? now);
		if (!isProven) return;
		// Once a limit is known it is felt for, for it may have been raised.
		rate *= growth;
		growth = Math.min(MOST_GROWTH, growth ** 2);
		changedAt = now;
	};
	const queue = createQueue(clock, () => {
		const now = clock.now();
		sent = sent.filter(at => at > now - WINDOW_MS);
		grow(now);
		const window = (sent.at(-Math.ceil(rate)) ?? Number.NEGATIVE_INFINITY) + WINDOW_MS;
		// Near a limit that is known a burst would be refused.
		const pace = isLimitKnown ? lastAt + WINDOW_MS / rate : Number.NEGATIVE_INFINITY;
		const next = Math.max(pausedUntil, window, pace);
		const growsAt = changedAt + step();
		if (next > now) return (growsAt > now ? Math.min(next, growsAt) : next) - now;
		sent.push(now);
		lastAt = now;
		return 0;
	});
	return {
		turn: queue.wait,
		passed() {
			passes.push(clock.now());
			queue.wake();
		},
		throttled(retryAfterMs) {
			const now = clock.now();
			sent.pop();
			// Calls that were under way together are refused together: that is one refusal.
			if (now - loweredAt > WINDOW_MS / 2) lower(now);
			isLimitKnown = true;
			growth = FIRST_GROWTH;
			pausedUntil = Math.max(pausedUntil, now + (retryAfterMs ?? PAUSE_MS));
		},
	};
}

/** Whoever waits, with one timer for all of them. @param admit 0 lets the next one go, else how long to wait. */
function createQueue({ after, now }: Clock, admit: () => number) {
	const waiting: (() => void)[] = [];
	let wakesAt = Number.POSITIVE_INFINITY;
	let cancel = () => {};
	const sleep = (ms: number) => {
		if (now() + ms >= wakesAt) return;
		cancel();
		wakesAt = now() + ms;
		cancel = after(ms, () => {
			wakesAt = Number.POSITIVE_INFINITY;
			wake();
		});
	};
	const wake = () => {
		while (waiting.length > 0) {
			const ms = admit();
			if (ms > 0) return sleep(ms);
			waiting.shift()?.();
		}
		cancel();
		wakesAt = Number.POSITIVE_INFINITY;
	};
	const wait = (signal: AbortSignal, order: 'first' | 'last' = 'last') =>
		new Promise<void>((resolve, reject) => {
			if (signal.aborted) return reject(signal.reason);
			const leave = () => {
				waiting.splice(waiting.indexOf(go), 1);
				if (waiting.length === 0) wake();
				reject(signal.reason);
			};
			const go = () => {
				signal.removeEventListener('abort', leave);
				resolve();
			};
			signal.addEventListener('abort', leave, { once: true });
			if (order === 'first') waiting.unshift(go);
			else waiting.push(go);
			wake();
		});
	return { wait, wake };
}
