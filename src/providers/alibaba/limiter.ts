import { setTimeout as sleep } from 'node:timers/promises';

/** Paces the calls of one product in one region; one for the whole run. */
export interface Limiter {
	/** Waits for a turn. */
	turn(signal: AbortSignal): Promise<void>;
	/** The call was let through. */
	passed(): void;
	/** The service asked for less; nothing goes out for as long as it says. */
	throttled(retryAfterMs: number | null): void;
}

/** What the limiter knows of time, so that a test can have its own. */
export interface LimiterClock {
	now: () => number;
	sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const FIRST_RATE = 20;
const SLOWEST_RATE = 0.5;
const WINDOW_MS = 1000;
/** What is left below a rate that was refused. */
const BACK_OFF = 0.95;
const PAUSE_MS = 200;
/** Growth a second after a refusal; it squares with each second that none follows. */
const FIRST_GROWTH = 1.05;
const MOST_GROWTH = 2;

const realClock: LimiterClock = {
	now: () => performance.now(),
	sleep: async (ms, signal) => sleep(ms, undefined, { signal }),
};

/**
 * Starts at 20 calls a second, which no product is known to refuse, doubles while nothing is refused, and
 * settles just under what went through once something is. Nobody documents the limits.
 */
export function createLimiter(clock: LimiterClock = realClock): Limiter {
	let rate = FIRST_RATE;
	let isLimitKnown = false;
	let growth = MOST_GROWTH;
	let nextTurn = 0;
	let changedAt = clock.now();
	let passes: number[] = [];
	const recent = (now: number) => {
		passes = passes.filter(at => at > now - WINDOW_MS);
		return passes.length;
	};
	return {
		async turn(signal) {
			signal.throwIfAborted();
			for (let wait = nextTurn - clock.now(); wait > 0; wait = nextTurn - clock.now()) {
				await clock.sleep(wait, signal);
			}
			nextTurn = Math.max(nextTurn, clock.now()) + 1000 / rate;
		},
		passed() {
			const now = clock.now();
			passes.push(now);
			const isBusy = recent(now) >= rate * 0.8;
			if (!isBusy || now - changedAt < (isLimitKnown ? WINDOW_MS : WINDOW_MS / 2)) return;
			// Once a limit is known it is felt for, for it may have been raised.
			rate *= growth;
			growth = Math.min(MOST_GROWTH, growth ** 2);
			changedAt = now;
		},
		throttled(retryAfterMs) {
			const now = clock.now();
			// Calls that were under way together are refused together: that is one refusal.
			if (now - changedAt > WINDOW_MS / 2 || !isLimitKnown) {
				rate = Math.max(SLOWEST_RATE, Math.min(rate, Math.max(recent(now), rate / 2)) * BACK_OFF);
				changedAt = now;
			}
			isLimitKnown = true;
			growth = FIRST_GROWTH;
			nextTurn = Math.max(nextTurn, now + (retryAfterMs ?? PAUSE_MS));
		},
	};
}
