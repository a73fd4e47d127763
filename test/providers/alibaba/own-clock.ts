import type { Clock } from '../../../src/providers/alibaba/limiter.ts';

/** A clock that stands still until it is told to go on. */
export interface OwnClock extends Clock {
	/** Goes on to the next thing that is due, and on, until nothing is or the time is over. */
	run(ms: number): Promise<void>;
	/** How many things wait for their time. */
	pending(): number;
}

/** Starts at 0. */
export function ownClock(): OwnClock {
	let time = 0;
	let timers: { at: number; run: () => void }[] = [];
	// Whatever a timer sets going has come to its next wait after so many turns.
	const settle = async () => {
		for (let turn = 0; turn < 30; turn++) await Promise.resolve();
	};
	return {
		now: () => time,
		after: (ms, run) => {
			const timer = { at: time + ms, run };
			timers.push(timer);
			return () => {
				timers = timers.filter(other => other !== timer);
			};
		},
		pending: () => timers.length,
		async run(ms) {
			const end = time + ms;
			await settle();
			for (;;) {
				const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
				if (next === undefined) break;
				timers = timers.filter(other => other !== next);
				time = Math.max(time, next.at);
				next.run();
				await settle();
			}
			time = end;
		},
	};
}
