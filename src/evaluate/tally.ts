import { type Outcome, outcomes } from '../model/policy.ts';
import type { OutcomeCounts } from '../model/report.ts';

/**
 * How many records each policy judged how: by cluster uid, four numbers for each policy of the
 * catalogue. A pass, which most judgements are, costs an addition and no object.
 */
export type Tally = Map<string, Uint32Array>;

const width = outcomes.length;

const column = Object.fromEntries(outcomes.map((outcome, at) => [outcome, at])) as Record<Outcome, number>;

/** A cluster's counts for a catalogue of `size` policies, to be added to. */
export function countsFor(tally: Tally, cluster: string, size: number): Uint32Array {
	const counts = tally.get(cluster) ?? new Uint32Array(size * width);
	tally.set(cluster, counts);
	return counts;
}

/** Counts one judgement by the policy in row `row` of the catalogue. */
export function count(counts: Uint32Array, row: number, outcome: Outcome): void {
	const at = row * width + column[outcome];
	counts[at] = (counts[at] ?? 0) + 1;
}

/** Adds the counts of one tally to another. */
export function addTally(total: Tally, part: Tally): void {
	for (const [cluster, counts] of part) {
		const known = total.get(cluster);
		total.set(cluster, known ? known.map((n, at) => n + (counts[at] ?? 0)) : counts.slice());
	}
}

/** The counts of one policy. */
export function countsOf(counts: Uint32Array, row: number): OutcomeCounts {
	const of = (outcome: Outcome) => counts[row * width + column[outcome]] ?? 0;
	return { pass: of('pass'), fail: of('fail'), unknown: of('unknown'), not_applicable: of('not_applicable') };
}
