/** Numbers that look drawn, and are the same for the same seed. */
export interface Random {
	/** From 0 up to, and without, 1. */
	next(): number;
	/** A whole number from `from` to `to`, both of them included. */
	between(from: number, to: number): number;
	pick<T>(items: readonly [T, ...T[]]): T;
	digits(count: number): string;
	shuffled<T>(items: readonly T[]): T[];
}

/** Starts a sequence. @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c (mulberry32, public domain) */
export function createRandom(seed: number): Random {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
	return {
		next,
		between,
		pick: items => items[between(0, items.length - 1)] ?? items[0],
		digits: count => Array.from({ length: count }, () => between(0, 9)).join(''),
		shuffled: items => {
			const drawn = items.map(item => ({ item, at: next() }));
			return drawn.sort((a, b) => a.at - b.at).map(({ item }) => item);
		},
	};
}
