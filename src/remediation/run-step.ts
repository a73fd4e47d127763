import { ApiError, describeFailure } from '../lib/api-error.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { oneLine } from '../lib/text.ts';
import type { AccessAnswer, AfterImage, BeforeImage, StepOutcome } from '../model/journal.ts';
import type { Step } from '../model/plan.ts';
import { askAccess } from './access.ts';
import type { Action, Look, Workplace } from './actions/action.ts';
import { type Journal, type StepRecord, withEarlier } from './journal.ts';

/** How a step ended. */
export interface StepResult {
	step: Step;
	outcome: StepOutcome;
	/** Why, where it is not plainly done. */
	reason: string;
	access: AccessAnswer[];
	/** Something that nobody expected: the rest of its cluster is left alone. */
	isFault: boolean;
	/** What a later step of a restore has to find. */
	after: AfterImage | null;
}

/** What a step is run with. */
export interface StepRun {
	step: Step;
	action: Action;
	place: Workplace;
	journal: Journal;
	/** What is on record of it from a run that was cut short. */
	record: StepRecord | undefined;
	/** Who acts, for the record. */
	by: string;
	/** Why it must not be done now, by a fresh look at all that it rests on; empty where nothing speaks against it. */
	bar: () => Promise<string>;
}

/** How long a cloud that gave no answer has to show that it has done it all the same, before it is asked again. */
const SETTLE_MS = 5_000;
/** Tries of one step: what it met is looked at again before each. */
const MAX_ATTEMPTS = 5;

/**
 * Looks, checks, writes down what there is, acts on exactly that, looks again, and writes down how it went. What an
 * earlier run has done without saying so is found by the first look.
 */
export async function runStep(run: StepRun): Promise<StepResult> {
	const { step, action, place, record } = run;
	let image: BeforeImage | null = record?.begun?.before ?? null;
	// What is done was done by us, as far as anybody can tell: asked for, and not plainly refused.
	let mayBeOurs = image !== null;
	// What was asked for without an answer may be done in its own time: by a cloud, or by a request under way.
	let mayShowLate = mayBeOurs && isCloud(action);
	// The server has said yes.
	let isAnswered = false;
	for (let attempts = 0; ; ) {
		const seen = await look(run, image);
		if ('error' in seen) {
			const outcome = mayBeOurs ? 'unconfirmed' : 'failed';
			return end(run, outcome, `it could not be looked at: ${seen.error}`, true);
		}
		if (seen.state === 'done') {
			if (mayBeOurs && image !== null) return confirmed(run, seen.after, image, attempts === 0);
			return end(run, 'skipped', 'it is as it should be already: somebody else has done it');
		}
		if (seen.state === 'moved') {
			if (isAnswered) return end(run, 'done', `somebody else has changed it right after: ${seen.why}`);
			return end(run, mayBeOurs ? 'unconfirmed' : 'skipped', seen.why);
		}
		if (attempts === MAX_ATTEMPTS)
			return end(run, 'unconfirmed', `asked for ${attempts} times, and it is still there`, true);
		const why = await barred(run);
		if (why !== null)
			return end(run, ended(why.isUnread ? 'failed' : 'skipped', mayShowLate), why.reason, why.isUnread);
		image = withEarlier(image, seen.image);
		await run.journal.append({ kind: 'begin', step, by: run.by, before: seen.image });
		attempts++;
		const failure = await act(run, seen.image);
		if (place.isDryRun && failure === null) return end(run, 'done', 'a dry run: nothing was changed');
		if (isCloud(action) && (failure === null || failure.isAccepted))
			return afterCloud(run, image, seen.image, failure?.message ?? '');
		if (failure !== null && !failure.isWorthAnotherLook) {
			const outcome = ended(failure.isRefusal ? 'skipped' : 'failed', mayShowLate);
			return end(run, outcome, failure.message, !failure.isRefusal);
		}
		isAnswered = isAnswered || failure === null;
		mayBeOurs = mayBeOurs || failure === null || failure.mayHaveBeenDone;
		mayShowLate = mayShowLate || failure?.mayHaveBeenDone === true;
		if (failure !== null) await place.pause(isCloud(action) ? SETTLE_MS : 200 * 2 ** attempts);
	}
}

/** What was asked for before may show yet: then nobody can say that nothing was changed. */
function ended(outcome: 'skipped' | 'failed', mayShowLate: boolean): StepOutcome {
	return mayShowLate ? 'unconfirmed' : outcome;
}

async function barred(run: StepRun): Promise<{ reason: string; isUnread: boolean } | null> {
	try {
		const reason = await run.bar();
		return reason === '' ? null : { reason, isUnread: false };
	} catch (error) {
		const reason = `what it rests on could not be read again: ${describeFailure(error).message}`;
		return { reason, isUnread: true };
	}
}

async function look(
	{ action, step, place }: StepRun,
	begun: BeforeImage | null,
): Promise<Look | { error: string }> {
	try {
		return await action.look(place, step.target, begun);
	} catch (error) {
		return { error: describeFailure(error).message };
	}
}

interface Failure {
	message: string;
	/** It may have been done, or something has moved: only another look tells. */
	isWorthAnotherLook: boolean;
	/** No answer said that it was not. */
	mayHaveBeenDone: boolean;
	/** It was taken on, and what came of it is another matter. */
	isAccepted: boolean;
	/** The service does not want it: as expected as a yes. */
	isRefusal: boolean;
}

async function act({ action, step, place }: StepRun, image: BeforeImage): Promise<Failure | null> {
	try {
		await action.act(place, step.target, image);
		return null;
	} catch (error) {
		const { message, code } = describeFailure(error);
		const status = error instanceof ApiError ? error.status : 0;
		const isAccepted = status >= 200 && status < 300;
		const plain = {
			message,
			isWorthAnotherLook: false,
			mayHaveBeenDone: false,
			isAccepted,
			isRefusal: false,
		};
		// Refused before it left, or throttled for as long as anybody waits.
		const isThrottled = isCloud(action) && code === 'throttled';
		if ((code === 'partial' && status === 0) || isThrottled) return plain;
		if (isCloud(action) && (status === 400 || status === 409))
			return { ...plain, message: `the service refused it: ${message}`, isRefusal: true };
		// A conflict, a test that failed, an object that is gone, or no answer.
		const mayHaveBeenDone = status === 0 || status >= 500 || status < 300;
		const isWorthAnotherLook = mayHaveBeenDone || [404, 409, 422, 429].includes(status);
		return { ...plain, isWorthAnotherLook, mayHaveBeenDone };
	}
}

const isCloud = ({ name }: Action) =>
	name === 'clean_permissions' || name === 'clean_user_permissions' || name === 'revoke_kubeconfig';

/** The action has waited for it already: what does not show now is not confirmed, and asking again would not help. */
async function afterCloud(
	run: StepRun,
	image: BeforeImage,
	acted: BeforeImage,
	problem: string,
): Promise<StepResult> {
	const seen = await look(run, image);
	if ('error' in seen)
		return end(run, 'unconfirmed', `it could not be looked at afterwards: ${seen.error}`, true);
	if (seen.state === 'done') return confirmed(run, seen.after, image, false);
	if (problem === '')
		return end(run, 'unconfirmed', 'the service said yes, and half a minute later it is still there');
	// The very bindings and files that were there: nothing of it was done, and it was not for want of asking.
	const isUntouched = seen.state === 'planned' && canonicalJson(seen.image) === canonicalJson(acted);
	return end(run, isUntouched ? 'skipped' : 'unconfirmed', `the service refused it: ${problem}`);
}

async function confirmed(
	run: StepRun,
	after: AfterImage | null,
	image: BeforeImage,
	isRecovered: boolean,
): Promise<StepResult> {
	const { action, step, place } = run;
	const { kubernetes } = place.hands;
	let access: AccessAnswer[] = [];
	if (kubernetes !== null) {
		const questions = await action.access(place, step.target, image).catch(() => []);
		access = await askAccess(kubernetes, questions, place.pause);
	}
	const still = access.find(({ allowed }) => allowed === true);
	const unasked = access.filter(({ allowed }) => allowed === null);
	const reasons = [
		...(isRecovered ? ['an earlier run had done it, and was cut short before it said so'] : []),
		...(still === undefined
			? []
			: [
					`${oneLine(still.subject.name, 60)} may still ${still.asked}: ${still.reason || 'the server does not say why'}`,
				]),
		...(unasked.length === 0
			? []
			: [`${unasked.length} of ${access.length} questions whether it is over had no answer`]),
	];
	return end(run, 'done', reasons.join('; '), false, after, access);
}

async function end(
	{ step, journal }: StepRun,
	outcome: StepOutcome,
	reason: string,
	isFault = false,
	after: AfterImage | null = null,
	access: AccessAnswer[] = [],
): Promise<StepResult> {
	await journal.append({ kind: 'end', step: step.id, outcome, reason, after, access });
	return { step, outcome, reason, access, isFault, after };
}
