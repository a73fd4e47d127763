import { describeFailure } from '../lib/api-error.ts';
import { oneLine } from '../lib/text.ts';
import type { Sealed } from '../model/journal.ts';
import type { Step } from '../model/plan.ts';
import { actionOf } from './actions/index.ts';
import type { ApplyRequest } from './apply.ts';
import { placeOf } from './apply.ts';
import { type Journal, recordsOf, type StepRecord } from './journal.ts';
import { recycleBin } from './kubeconfigs.ts';
import type { StepResult } from './run-step.ts';

/** A step that was done, with all that is on record of it. */
export interface Undoable {
	step: Step;
	record: StepRecord;
}

/** What `restore` works with. */
export interface RestoreRequest
	extends Pick<ApplyRequest, 'isDryRun' | 'handsOf' | 'now' | 'pause' | 'signal' | 'onStep'> {
	steps: Undoable[];
	journal: Journal;
	/**
	 * Whether somebody is known to be deleted, by a fresh look; null where that could not be read, undefined where
	 * nothing names them any more.
	 */
	isDeleted: (
		cluster: string,
		username: string,
	) => Promise<boolean | null | undefined> | boolean | null | undefined;
}

/** The steps of a journal that were done, the last first: what was done on top of another goes first. */
export function undoableOf(lines: readonly Sealed[], chosen: string[]): Undoable[] {
	const done = [...recordsOf(lines).values()].flatMap(record => {
		const { step, begun, ended } = record;
		if (step === null || begun === null || ended === null) return [];
		return ended.outcome === 'done' || ended.outcome === 'unconfirmed' ? [{ step, record }] : [];
	});
	const isChosen = ({ step }: Undoable) =>
		chosen.length === 0 || chosen.some(word => word.length >= 4 && step.id.startsWith(word));
	return done.filter(isChosen).reverse();
}

/** Puts back what steps have removed, one after the other. */
export async function restoreSteps(request: RestoreRequest): Promise<StepResult[]> {
	const results: StepResult[] = [];
	const records = recordsOf(request.journal.lines);
	const stopped = new Set<string>();
	for (const { step, record } of request.steps) {
		if (request.signal.aborted) break;
		if (records.get(step.id)?.ended?.outcome === 'done' || stopped.has(step.cluster.uid)) continue;
		const result = await restoreStep(step, record, request);
		if (result.isFault) stopped.add(step.cluster.uid);
		results.push(result);
		request.onStep(result);
	}
	return results;
}

async function restoreStep(
	step: Step,
	{ begun, ended }: StepRecord,
	request: RestoreRequest,
): Promise<StepResult> {
	const { journal } = request;
	const end = async (
		outcome: StepResult['outcome'],
		reason: string,
		isFault = false,
	): Promise<StepResult> => {
		await journal.append({ kind: 'end', step: step.id, outcome, reason, after: null, access: [] });
		return { step, outcome, reason, access: [], isFault, after: null };
	};
	const action = actionOf(step);
	const hands = request.handsOf(step.cluster.uid);
	if (action === null || begun === null || ended === null)
		return end('skipped', 'the journal does not say what there was');
	if (hands === null) return end('failed', 'its cluster is not reached', true);
	const barred = await deletedOf(step, request).catch(error => describeFailure(error).message);
	if (barred !== '') return end('skipped', `${barred}${binOf(step)}`);
	const place = placeOf(hands, request, request.now());
	await journal.append({ kind: 'begin', step, by: 'restore', before: begun.before });
	try {
		const restored = await action.restore(place, step.target, begun.before, ended.after);
		if (restored.kind === 'refused') return end('skipped', restored.why);
		if (restored.kind === 'partial')
			return end('unconfirmed', `put back in part: ${[restored.why, ...restored.notes].join('; ')}`);
		return end('done', request.isDryRun ? 'a dry run: nothing was changed' : restored.notes.join('; '));
	} catch (error) {
		return end('failed', describeFailure(error).message, true);
	}
}

/** Where the file of a kubeconfig is that the cloud has ended. */
function binOf({ target, action }: Step): string {
	if (action === 'revoke_kubeconfig' || (target.kind !== 'kubeconfig' && target.kind !== 'kubeconfigs'))
		return '';
	return `; ${recycleBin(target.account)}`;
}

/** Access is not given back to somebody who is gone. */
async function deletedOf(
	{ target, cluster, preconditions }: Step,
	{ isDeleted }: Pick<RestoreRequest, 'isDeleted'>,
): Promise<string> {
	const users =
		target.kind === 'binding'
			? target.remove.flatMap(({ kind, name }) => (kind === 'User' ? [name] : []))
			: target.kind === 'kubeconfig' || target.kind === 'kubeconfigs'
				? [target.account]
				: [];
	for (const user of users) {
		const found = await isDeleted(cluster.uid, user);
		// With their last grant they have left the lists of the cluster too: what was planned on still holds.
		const wasDeleted = preconditions.some(
			each => each.is === 'identity' && each.name === user && each.state === 'deleted',
		);
		const known = found === undefined ? wasDeleted : found;
		if (known === true) return `${oneLine(user)} is deleted: access is not given back to whoever is gone`;
		if (known === null) return `whether ${oneLine(user)} is still there could not be read`;
	}
	return '';
}
