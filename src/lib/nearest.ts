/** Longer words are nobody's typing mistake, and would cost quadratic time. */
const MAX_LENGTH = 100;

/**
 * The one of `words` that `word` was most likely meant to be, or null when none is near: at most a
 * third of its letters (at least two) inserted, left out, changed or swapped with a neighbour.
 */
export function nearest(word: string, words: Iterable<string>): string | null {
	if (word.length > MAX_LENGTH) return null;
	let best: string | null = null;
	let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
	for (const candidate of words) {
		if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
		const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
		// A distance of the whole word is no likeness: `x` is not a slip for `ab`.
		if (distance >= bestDistance || distance >= Math.max(word.length, candidate.length)) continue;
		best = candidate;
		bestDistance = distance;
	}
	return best;
}

/** Optimal string alignment: Levenshtein's distance, a swap of neighbours counting as one edit. */
function editDistance(a: string, b: string): number {
	let beforeLast: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, column) => column);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const isSame = a[row - 1] === b[column - 1];
			const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
			current[column] = Math.min(
				at(last, column) + 1,
				at(current, column - 1) + 1,
				at(last, column - 1) + (isSame ? 0 : 1),
				isSwap && row > 1 && column > 1 ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
			);
		}
		beforeLast = last;
		last = current;
	}
	return at(last, b.length);
}

function at(row: number[], column: number): number {
	return row[column] ?? Number.POSITIVE_INFINITY;
}
