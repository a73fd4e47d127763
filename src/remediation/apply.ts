import pLimit from 'p-limit';
import { canonicalJson } from '../lib/canonical-json.ts';
import { formatDay } from '../lib/epoch.ts';
import { groupBy } from '../lib/group-by.ts';
import { oneLine } from '../lib/text.ts';
import type { EpochSeconds } from '../model/facts.ts';
import type { Plan, Step } from '../model/plan.ts';
import { actionOf } from './actions/index.ts';
import { actorOf, type Hands } from './hands.ts';
import { type Journal, recordsOf, type StepRecord, tally } from './journal.ts';
import { runStep, type StepResult } from './run-step.ts';
import type { Actor } from './scope.ts';

/** What `apply` works with. */
export interface ApplyRequest {
	/** Steps to carry out, out of the plan's: those that a fresh plan has too, and those that were begun. */
	steps: Step[];
	journal: Journal;
	isDryRun: boolean;
	/** Clusters at once. */
	concurrency: number;
	handsOf: (cluster: string) => Hands | null;
	/** Who acted when the run began, by cluster. */
	actors: ReadonlyMap<string, Actor>;
	/** The same plan made anew from facts that are at most a minute old. @throws where a cluster cannot be read. */
	fresh: (clusters: string[]) => Promise<Plan>;
	now: () => EpochSeconds;
	pause: (ms: number) => Promise<void>;
	signal: AbortSignal;
	onStep: (result: StepResult) => void;
}

/** How a run ended. */
export interface Applied {
	results: StepResult[];
	/** Steps that were not begun, since their cluster was stopped or the run interrupted. */
	left: { step: Step; why: string }[];
}

/** Carries out steps, cluster beside cluster, each cluster's in their order. */
export async function applySteps(request: ApplyRequest): Promise<Applied> {
	const { journal, steps, concurrency } = request;
	const records = recordsOf(journal.lines);
	const results: StepResult[] = [];
	const left: Applied['left'] = [];
	const done = (result: StepResult) => {
		results.push(result);
		request.onStep(result);
	};
	// What spans clusters comes first and alone.
	const wide = steps.filter(({ target }) => target.kind === 'kubeconfigs');
	const stopped = new Map<string, string>();
	for (const step of wide) {
		const about = step.target.kind === 'kubeconfigs' ? step.target.clusters.map(({ uid }) => uid) : [];
		const failed = about.flatMap(uid => stopped.get(uid) ?? [])[0];
		if (failed !== undefined || request.signal.aborted) {
			const why =
				failed === undefined
					? 'the run was interrupted'
					: `an earlier step of its clusters failed: ${failed}`;
			left.push({ step, why });
			continue;
		}
		const result = await one(step, records.get(step.id), request);
		done(result);
		if (result.isFault) for (const uid of about) stopped.set(uid, result.reason);
	}
	const others = groupBy(
		steps.filter(step => !wide.includes(step)),
		({ cluster }) => cluster.uid,
	);
	const limit = pLimit(concurrency);
	await Promise.all(
		[...others].map(([uid, mine]) =>
			limit(async () => {
				let why = stopped.has(uid) ? `an earlier step of its cluster failed: ${stopped.get(uid)}` : '';
				for (const step of mine) {
					if (why === '' && request.signal.aborted) why = 'the run was interrupted';
					if (why !== '') {
						left.push({ step, why });
						continue;
					}
					const result = await one(step, records.get(step.id), request);
					done(result);
					if (result.isFault) why = `an earlier step of its cluster failed: ${result.reason}`;
				}
			}),
		),
	);
	// An end in good order, also of a run that was stopped: what is left can still be done, or the rest restored.
	await journal.append({ kind: 'close', outcomes: tally(journal.lines), left: left.length });
	return { results, left };
}

async function one(step: Step, record: StepRecord | undefined, request: ApplyRequest): Promise<StepResult> {
	const { journal, now } = request;
	const action = actionOf(step);
	if (action === null) {
		const plain = { outcome: 'advised', reason: '', after: null, access: [] } as const;
		await journal.append({ kind: 'end', step: step.id, ...plain, access: [] });
		return { ...plain, access: [], step, isFault: false };
	}
	const hands = request.handsOf(step.cluster.uid);
	const actor = request.actors.get(step.cluster.uid);
	if (hands === null || actor === undefined) {
		const reason = 'its cluster is not reached';
		// What an earlier run has begun may be done: to say that it failed would be a guess.
		const outcome = record?.begun == null ? 'failed' : 'unconfirmed';
		await journal.append({ kind: 'end', step: step.id, outcome, reason, after: null, access: [] });
		return { step, outcome, reason, access: [], isFault: true, after: null };
	}
	return runStep({
		step,
		action,
		place: placeOf(hands, request, now()),
		journal,
		record,
		by: actor.username || actor.account,
		bar: () => barOf(step, hands, actor, request),
	});
}

/** What a deed works with now. */
export function placeOf(
	hands: Hands,
	{ handsOf, isDryRun, pause }: Pick<ApplyRequest, 'handsOf' | 'isDryRun' | 'pause'>,
	now: EpochSeconds,
) {
	return { hands, handsOf, isDryRun, pause, today: formatDay(now) };
}

/** Every precondition that is not about the target itself. @throws for what cannot be read: it has failed. */
async function barOf(step: Step, hands: Hands, actor: Actor, request: ApplyRequest): Promise<string> {
	const { target, cluster } = step;
	const about = target.kind === 'kubeconfigs' ? target.clusters.map(({ uid }) => uid) : [cluster.uid];
	const fresh = await request.fresh(about);
	const moved = movedSince(step, fresh);
	if (moved !== '') return moved;
	for (const precondition of step.preconditions) {
		if (precondition.is === 'caller') {
			const now = await actorOf(hands);
			if (now.username !== actor.username || now.account !== actor.account)
				return `whoever applies it is ${oneLine(now.username || now.account)} now`;
		}
		if (precondition.is === 'identity') {
			const why = await accountMoved(precondition, hands);
			if (why !== '') return why;
		}
	}
	return '';
}

/** Why a fresh plan lacks a step, or has another in its place; empty where it has the very same. */
export function movedSince(step: Step, fresh: Plan): string {
	const same = fresh.steps.find(({ id }) => id === step.id);
	if (same !== undefined) {
		if (canonicalJson(same.target) !== canonicalJson(step.target))
			return 'its target is not as it was planned on';
		const states = ({ preconditions }: Step) => preconditions.filter(({ is }) => is === 'identity');
		if (canonicalJson(states(same)) !== canonicalJson(states(step)))
			return 'whoever it is about is not in the state that was planned on';
		if (step.findings.some(id => !same.findings.includes(id)))
			return 'not every finding behind it still fails';
		if (same.evidence.result !== step.evidence.result)
			return `its evidence of use says ${same.evidence.result.replaceAll('_', ' ')} now`;
		return '';
	}
	const findings = new Set(step.findings);
	const refusal = fresh.refused.find(
		({ cluster, findings: other }) => cluster.uid === step.cluster.uid && other.some(id => findings.has(id)),
	);
	if (refusal !== undefined) return refusal.reason;
	const other = fresh.steps.find(({ target }) => target.uid === step.target.uid);
	if (other !== undefined)
		return `it would be ${other.action} now: its subjects, or what is known of it, have changed`;
	return 'a fresh look gives no reason for it any more: its findings are gone, or the object is';
}

/** A service account is looked up right before: whoever makes one takes over what is bound to its name. */
async function accountMoved(
	{ name, state }: { name: string; state: string },
	{ kubernetes }: Hands,
): Promise<string> {
	const [, , namespace = '', account = '', ...more] = name.split(':');
	if (
		kubernetes === null ||
		!name.startsWith('system:serviceaccount:') ||
		more.length > 0 ||
		state === 'unknown'
	)
		return '';
	const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(account)}`;
	try {
		await kubernetes.getMetadata(path);
		return state === 'deleted'
			? `the service account ${oneLine(`${namespace}/${account}`)} is there again`
			: '';
	} catch (error) {
		const isGone = error instanceof Error && 'status' in error && error.status === 404;
		if (!isGone) throw error;
		return state === 'deleted' ? '' : `the service account ${oneLine(`${namespace}/${account}`)} is gone`;
	}
}
