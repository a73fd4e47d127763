import { setTimeout as sleep } from 'node:timers/promises';
import type { Bundle } from './evaluate/bundle.ts';
import { readSubjectUid } from './lib/alibaba-uid.ts';
import { ApiError, describeFailure } from './lib/api-error.ts';
import { glob } from './lib/glob.ts';
import { ScanError } from './lib/scan-error.ts';
import { byCodeUnit, oneLine } from './lib/text.ts';
import type { EpochSeconds } from './model/facts.ts';
import type { Sealed } from './model/journal.ts';
import type { Plan, PlanOptions, Step } from './model/plan.ts';
import type { Report, ReportedCluster } from './model/report.ts';
import type { ScanRequest } from './model/scan.ts';
import { type Reached, reachClusters, unreachedWhy } from './reach.ts';
import { actionOf } from './remediation/actions/index.ts';
import { afterStateBars } from './remediation/after-state.ts';
import { movedSince } from './remediation/apply.ts';
import { objectsByCluster, overCaps } from './remediation/caps.ts';
import { actorOf } from './remediation/hands.ts';
import { recordsOf } from './remediation/journal.ts';
import { withPermissions } from './remediation/permit.ts';
import { makePlan } from './remediation/plan.ts';
import { type RestoreRequest, type Undoable, undoableOf } from './remediation/restore.ts';
import { type Actor, type Scope, scopesOf } from './remediation/scope.ts';
import { scan } from './scan.ts';

/** How long a look at a cluster stands for the present. */
const FRESH_SECONDS = 60;

/** What decides a plan besides the report. */
export interface PlanAsk {
	options: PlanOptions;
	now: EpochSeconds;
	maxAgeSeconds: number;
	/** Patterns of usernames that are kept for emergencies, in small letters. */
	breakGlass: string[];
	grace: (step: Step) => string | null;
}

/** What the policies that a report was judged by call kept for emergencies, and what those in force now do. */
export function breakGlassOf(report: Report, bundle: Bundle): string[] {
	const own = bundle.params.lib?.subjects?.break_glass;
	const theirs = report.run.params.changed.find(
		({ policy, key }) => policy === 'lib/subjects' && key === 'break_glass',
	)?.value;
	return [own, theirs].flatMap(value => (Array.isArray(value) ? value : []));
}

/** A test for usernames. */
function matcher(patterns: string[]): (username: string) => boolean {
	const tests = patterns.map(glob);
	return username => tests.some(test => test(username.toLowerCase()));
}

/**
 * A plan from a report; nothing is changed.
 * @param request targets, to ask each API server what is permitted; null asks nobody.
 * @throws {ScanError} PLAN_REFUSED where the report is none to plan from.
 */
export async function preparePlan(
	report: Report,
	ask: PlanAsk,
	request: ScanRequest | null,
): Promise<{ plan: Plan; notices: string[] }> {
	if (report.run.isClockOverridden)
		throw refused(
			'the result was made with --now: what is true at another time is no ground to act on',
			'scan without --now',
		);
	const nobody = new Map<string, Actor>();
	// Once without, to know whom to ask; the guards need to know who asks.
	const first = draft(report, ask, nobody);
	if (request === null) return { plan: first, notices: [] };
	const wanted = new Set(first.steps.flatMap(clustersOf));
	const reached = await reachClusters(request, wanted);
	try {
		const { actors, notices } = await actorsOf(reached, wanted, report);
		const plan = await withPermissions(draft(report, ask, actors), uid => reached.hands.get(uid) ?? null);
		return { plan, notices };
	} finally {
		reached.close();
	}
}

function draft(report: Report, { breakGlass, ...ask }: PlanAsk, actors: ReadonlyMap<string, Actor>): Plan {
	return makePlan(report, { ...ask, actors, isBreakGlass: matcher(breakGlass) });
}

/** The clusters that a step is about. */
function clustersOf({ cluster, target }: Pick<Step, 'cluster' | 'target'>): string[] {
	return target.kind === 'kubeconfigs' ? target.clusters.map(({ uid }) => uid) : [cluster.uid];
}

async function actorsOf(
	reached: Reached,
	wanted: ReadonlySet<string>,
	{ clusters }: Pick<Report, 'clusters'>,
) {
	const actors = new Map<string, Actor>();
	const notices: string[] = [];
	const nameOf = (uid: string) => oneLine(clusters.find(each => each.uid === uid)?.name ?? uid, 100);
	await Promise.all(
		[...wanted].map(async uid => {
			const hands = reached.hands.get(uid);
			if (hands === undefined) {
				notices.push(`${nameOf(uid)} is not reached: ${unreachedWhy(reached, uid)}`);
				return;
			}
			try {
				actors.set(uid, await actorOf(hands));
			} catch (error) {
				notices.push(`${nameOf(uid)}: who acts there could not be read: ${describeFailure(error).message}`);
			}
		}),
	);
	return { actors, notices: notices.sort(byCodeUnit) };
}

/** What is to be applied, after everything was looked at anew and before anything is changed. */
export interface Prepared {
	/** In order: deeds that hold, those that an earlier run has begun, and advice. */
	steps: Step[];
	/** What has moved since the plan, or could not be looked at again, and why it is left alone. */
	skipped: { step: Step; why: string; isUnread: boolean }[];
	/** Why nothing of it may be done. */
	refusals: string[];
	notices: string[];
	/** Objects that the steps change, by cluster. */
	objects: ReadonlyMap<string, number>;
	/** Why they are too many, by what others have changed within a day. */
	tooMany: TooMany;
	reached: Reached;
	actors: ReadonlyMap<string, Actor>;
	/** The plan made anew, from facts that are fresh. */
	fresh: (clusters: string[]) => Promise<Plan>;
}

/** What `apply` decides by besides the plan. */
export interface ApplyAsk {
	plan: Plan;
	/** Lines of the journal of an earlier run of the same plan. */
	earlier: readonly Sealed[];
	bundle: Bundle;
	now: () => EpochSeconds;
	maxAgeSeconds: number;
	maxObjects: number | null;
	/** Objects that other runs have changed within a day. */
	spent: (cluster: string) => number;
}

/**
 * Scans again, makes the plan anew, and holds the old one against it: only what both have is done.
 * @throws {ScanError} PLAN_REFUSED for a plan that is too old, unless an earlier run has begun it.
 */
export async function prepareApply(request: ScanRequest, ask: ApplyAsk): Promise<Prepared> {
	const { plan, bundle, earlier } = ask;
	const isBegun = earlier.length > 0;
	const wanted = new Set(plan.steps.flatMap(clustersOf));
	if (!isBegun) refuseOld(plan, ask.now(), ask.maxAgeSeconds);
	const report = await scan(asRead(request), bundle);
	// What is begun is finished: an interruption ends the run between two steps.
	const reached = await reachClusters({ ...request, signal: new AbortController().signal }, wanted);
	const { actors, notices } = await actorsOf(reached, wanted, report);
	const breakGlass = breakGlassOf(report, bundle);
	const planAnew = (from: Report): Plan =>
		draft(
			from,
			{
				options: plan.options,
				now: ask.now(),
				maxAgeSeconds: ask.maxAgeSeconds,
				breakGlass,
				grace: () => null,
			},
			actors,
		);
	const anew = planAnew(report);
	const records = recordsOf(earlier);
	const steps: Step[] = [];
	const skipped: Prepared['skipped'] = [];
	for (const step of plan.steps) {
		const record = records.get(step.id);
		if (record?.ended && ['done', 'skipped', 'advised'].includes(record.ended.outcome)) continue;
		// What was asked for and not confirmed may have come about since: its own look tells, and keeps what there was.
		const isOpen = record?.begun != null && (record.ended === null || record.ended.outcome === 'unconfirmed');
		if (actionOf(step) === null || isOpen) {
			steps.push(step);
			continue;
		}
		const unread = unreadOf(report, clustersOf(step), plan);
		const why = unread || movedSince(step, anew);
		if (why === '') steps.push(step);
		else skipped.push({ step, why, isUnread: unread !== '' });
	}
	const isBreakGlass = matcher(breakGlass);
	const scopes = scopesOf(report, actors).filter(({ cluster }) => wanted.has(cluster.uid));
	const tooMany = capsOf(steps, scopes, ask.maxObjects);
	return {
		steps,
		skipped,
		refusals: [...tooMany(ask.spent), ...scopes.flatMap(scope => afterStateBars(scope, steps, isBreakGlass))],
		notices,
		objects: objectsByCluster(steps),
		tooMany,
		reached,
		actors,
		fresh: freshness(report, request, ask, planAnew),
	};
}

type TooMany = (spent: (cluster: string) => number) => string[];

function capsOf(steps: Step[], scopes: Scope[], maxObjects: number | null): TooMany {
	return spent => {
		const sizes = scopes.map(({ cluster: { uid, name }, grants }) => ({
			...{ uid, name },
			grants: grants.length,
			spent: spent(uid),
		}));
		const over = overCaps(steps, sizes, maxObjects);
		if (over.length === 0) return [];
		return [`too much at once: ${over.join('; ')}. --max-objects N allows N on each cluster`];
	};
}

function refuseOld(plan: Plan, now: EpochSeconds, maxAgeSeconds: number): void {
	const used = new Set(plan.steps.flatMap(clustersOf));
	const old = plan.result.clusters.find(
		({ uid, collectedAt }) => used.has(uid) && now - collectedAt > maxAgeSeconds,
	);
	if (old === undefined) return;
	const hours = Math.floor(maxAgeSeconds / 3600);
	throw refused(
		`the facts of ${oneLine(old.name, 100)} that the plan rests on are older than ${hours} h`,
		'scan and plan again; --max-age allows more',
	);
}

/** A scan that leaves nothing behind: no history is written, and no facts are kept. */
function asRead(request: ScanRequest): ScanRequest {
	const { history } = request;
	return { ...request, onFacts: null, history: history && { ...history, isReadOnly: true } };
}

/** Looks at clusters again once the last look is a minute old. */
function freshness(
	report: Report,
	request: ScanRequest,
	{ now, bundle, plan: planned }: Pick<ApplyAsk, 'now' | 'bundle' | 'plan'>,
	planAnew: (report: Report) => Plan,
): Prepared['fresh'] {
	const first = { at: report.run.now, plan: planAnew(report) };
	const known = new Map<string, { at: EpochSeconds; plan: Promise<Plan> }>();
	return async clusters => {
		if (now() - first.at <= FRESH_SECONDS) return first.plan;
		const key = clusters.join();
		const last = known.get(key);
		if (last !== undefined && now() - last.at <= FRESH_SECONDS) return last.plan;
		const found = report.clusters.filter(({ uid }) => clusters.includes(uid));
		const again = { ...narrowed(request, found), now: now() };
		const plan = scan(asRead(again), bundle).then(anew => {
			const unread = unreadOf(anew, clusters, planned);
			if (unread !== '') throw new ApiError('unreachable', 0, unread);
			return planAnew(anew);
		});
		known.set(key, { at: again.now, plan });
		return plan;
	};
}

/** Why a fresh look at clusters is none; empty where each was read, and is the one that was planned on. */
function unreadOf({ clusters, gaps }: Report, uids: string[], { result }: Pick<Plan, 'result'>): string {
	for (const uid of uids) {
		const found = clusters.find(cluster => cluster.uid === uid);
		if (found === undefined) return 'its cluster is not among the targets, or was not found';
		const planned = result.clusters.find(cluster => cluster.uid === uid);
		if (planned === undefined || !isSameCluster(planned, found))
			return 'its cluster is another one with the same id, a copy perhaps: it shares no certificate authority with it';
		if (found.status === 'assessed' || found.status === 'partial') continue;
		const why = gaps.find(({ cluster }) => cluster.uid === uid)?.message ?? found.status.replace('_', ' ');
		return `its cluster could not be read again: ${why}`;
	}
	return '';
}

/** A cluster that was restored from a backup of another has its uid, and its objects' too. */
function isSameCluster(planned: Plan['result']['clusters'][number], found: ReportedCluster): boolean {
	const now = found.certificateAuthorities.map(({ sha256 }) => sha256);
	if (now.length === 0 || planned.authorities.length === 0) return planned.server === found.server;
	return now.some(sha256 => planned.authorities.includes(sha256));
}

/** The same request for some clusters alone. */
function narrowed(request: ScanRequest, clusters: ReportedCluster[]): ScanRequest {
	const contexts = clusters.flatMap(cluster => cluster.contexts);
	const kubeconfigs = contexts.map(id => {
		const at = id.lastIndexOf('#');
		const [path, context] = [id.slice(0, at), id.slice(at + 1)];
		const names = request.kubeconfigs.find(each => each.path === path)?.names ?? {};
		return { path, contexts: [context], names, isExact: true };
	});
	const listed = clusters.flatMap(({ uid, provider }) => (provider === 'alibaba' ? [uid] : []));
	return {
		...request,
		kubeconfigs,
		clouds: listed.length === 0 ? [] : request.clouds.map(cloud => ({ ...cloud, clusters: listed })),
		expect: [],
		onEvent: () => undefined,
	};
}

/** What a restore puts back, after a fresh look at who is still there. */
export interface PreparedRestore {
	steps: Undoable[];
	refusals: string[];
	notices: string[];
	objects: ReadonlyMap<string, number>;
	/** Why they are too many, by what others have changed within a day. */
	tooMany: TooMany;
	reached: Reached;
	isDeleted: RestoreRequest['isDeleted'];
}

/** @throws {ScanError} what a scan throws. */
export async function prepareRestore(
	request: ScanRequest,
	lines: readonly Sealed[],
	chosen: string[],
	{ bundle, maxObjects, spent }: Pick<ApplyAsk, 'bundle' | 'maxObjects' | 'spent'>,
): Promise<PreparedRestore> {
	const steps = undoableOf(lines, chosen);
	const wanted = new Set(steps.flatMap(({ step }) => clustersOf(step)));
	const report = await scan(asRead(request), bundle);
	const reached = await reachClusters({ ...request, signal: new AbortController().signal }, wanted);
	const { notices } = await actorsOf(reached, wanted, report);
	const scopes = new Map(scopesOf(report, new Map()).map(scope => [scope.cluster.uid, scope]));
	const all = steps.map(({ step }) => step);
	const known = [...scopes.values()].filter(({ cluster }) => wanted.has(cluster.uid));
	const tooMany = capsOf(all, known, maxObjects);
	return {
		steps,
		refusals: tooMany(spent),
		notices,
		objects: objectsByCluster(all),
		tooMany,
		reached,
		isDeleted: async (cluster, username) => {
			const scope = scopes.get(cluster);
			if (scope === undefined) return null;
			const state = scope.identityOf(username)?.state;
			if (state === 'deleted') return true;
			// Nobody who could be asked has said that they are there.
			const isUnread = scope.gaps.some(
				({ source, code }) => (source === 'identities' || source === 'cloud') && code !== 'not_configured',
			);
			if (state === 'active' || state === 'disabled') return false;
			const account = scope.cluster.provider === 'alibaba' ? readSubjectUid(username)?.uid : undefined;
			// Whoever is named nowhere any more is in none of the cluster's lists, and may be in the account's.
			const cloud = reached.hands.get(cluster)?.cloud ?? null;
			if (account !== undefined && cloud !== null) return cloud.isGone(account);
			if (isUnread) return null;
			return state === undefined ? undefined : false;
		},
	};
}

function refused(message: string, hint: string): ScanError {
	return new ScanError('PLAN_REFUSED', message, { hint });
}

/** Waits. */
export const pause = (ms: number): Promise<void> => sleep(ms);
