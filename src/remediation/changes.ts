import type { Sealed, StepOutcome } from '../model/journal.ts';
import type { Step } from '../model/plan.ts';
import { objectsByCluster } from './caps.ts';

/**
 * Objects that each run of a journal has changed, or may have, by run and cluster. A step counts for the run that
 * began it last.
 * @param again ids of steps that are about to be done again: they are counted then.
 */
export function changesByRun(
	lines: readonly Sealed[],
	again: ReadonlySet<string> = new Set(),
): Map<string, Map<string, number>> {
	const runs: string[] = [];
	const begun = new Map<string, { run: string; step: Step; outcome: StepOutcome | null }>();
	for (const { entry } of lines) {
		if (entry.kind === 'open' || entry.kind === 'resume') runs.push(entry.run ?? '');
		const run = runs.at(-1) ?? '';
		if (entry.kind === 'begin') begun.set(entry.step.id, { run, step: entry.step, outcome: null });
		const known = entry.kind === 'end' ? begun.get(entry.step) : undefined;
		if (entry.kind === 'end' && known !== undefined)
			begun.set(entry.step, { ...known, outcome: entry.outcome });
	}
	const changed = [...begun.values()].filter(
		({ step, outcome }) =>
			!again.has(step.id) && (outcome === null || outcome === 'done' || outcome === 'unconfirmed'),
	);
	return new Map(
		runs
			.filter(run => run !== '')
			.map(run => [run, objectsByCluster(changed.filter(each => each.run === run).map(({ step }) => step))]),
	);
}
