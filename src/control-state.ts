import { oneLine, plural } from './lib/text.ts';
import type { ControlState, FrameworkControl } from './model/compliance.ts';
import type { Source, SourceStatus } from './model/facts.ts';
import type { Finding } from './model/finding.ts';
import { outcomes as outcomeNames } from './model/policy.ts';
import type { OutcomeCounts, ReportedCluster, ReportedPolicy } from './model/report.ts';

/** What the states of controls are read from. */
export interface Seen {
	clusters: ReportedCluster[];
	/** By policy, worst first, waived ones last. */
	findings: Map<string, Finding[]>;
	/** Of each policy in each cluster, by `<policy> <cluster uid>`. */
	counts: Map<string, OutcomeCounts>;
	/** Findings that fail, waived ones too, by policy and by `<policy> <cluster uid>`. */
	fails: Map<string, number>;
	/** The waived ones of them. */
	waived: Map<string, number>;
	/** `<cluster uid> <source>` of each gap that is one. */
	gaps: Set<string>;
}

/** A state and why. */
export interface Judgement {
	state: ControlState;
	reasons: string[];
}

/** A control in one cluster. */
export interface ClusterJudgement extends Judgement {
	cluster: ReportedCluster;
}

/** Policies on what was read are no fault of a cluster: what they find leaves a control open. */
export function decides({ id }: Pick<ReportedPolicy, 'id'>): boolean {
	return !id.startsWith('coverage/');
}

/** One control in one cluster, by the policies that are exactly about it. */
export function judgeCluster(
	control: FrameworkControl,
	exact: ReportedPolicy[],
	cluster: ReportedCluster,
	seen: Seen,
): ClusterJudgement {
	const deciding = exact.filter(decides);
	if (deciding.length === 0) return { cluster, state: 'undecided', reasons: [noPolicy(control, exact)] };
	const counts = (policy: ReportedPolicy) => countsIn(policy, cluster, seen);
	const faults = deciding.flatMap(policy =>
		faultOf(policy, counts(policy).fail, seen, `${policy.id} ${cluster.uid}`),
	);
	if (faults.length > 0) return { cluster, state: 'not_met', reasons: faults };
	const doubts = doubtsOf(control, exact, cluster, seen);
	if (doubts.length > 0) return { cluster, state: 'undecided', reasons: doubts };
	if (control.unseen !== undefined)
		return {
			cluster,
			state: 'undecided',
			reasons: [`no fault was found, but no policy sees ${control.unseen}`],
		};
	return { cluster, state: 'met', reasons: [soundness(deciding.map(counts))] };
}

/** One control over all clusters; the reasons of clusters that are open go by cluster. */
export function judgeAll(
	control: FrameworkControl,
	exact: ReportedPolicy[],
	all: ClusterJudgement[],
	seen: Seen,
): Judgement {
	const deciding = exact.filter(decides);
	if (deciding.length === 0) return { state: 'undecided', reasons: [noPolicy(control, exact)] };
	// The totals too: a fault of a cluster that the report does not list is a fault.
	const faults = deciding.flatMap(policy => faultOf(policy, policy.outcomes.fail, seen, policy.id));
	if (faults.length > 0) return { state: 'not_met', reasons: faults };
	const open = all.filter(({ state }) => state !== 'met');
	if (open.length > 0) return { state: 'undecided', reasons: byReason(open) };
	if (all.length === 0) return { state: 'undecided', reasons: ['no cluster was examined'] };
	const sound = soundness(deciding.map(({ outcomes }) => outcomes));
	return { state: 'met', reasons: [`${sound}, over ${plural(all.length, 'cluster')}`] };
}

function noPolicy({ unseen }: FrameworkControl, exact: ReportedPolicy[]): string {
	if (exact.length > 0) return 'its policies see what was left unread, and nothing else of it';
	return unseen === undefined ? 'no policy is exactly about it' : `no policy sees ${unseen}`;
}

/** Tally and findings both speak: neither may hide what the other has. */
function faultOf({ id }: ReportedPolicy, counted: number, { fails, waived }: Seen, key: string): string[] {
	const total = counted || (fails.get(key) ?? 0);
	const excused = waived.get(key) ?? 0;
	const words = excused === 0 ? '' : ` (waived: ${excused})`;
	return total === 0 ? [] : [`${id} fails on ${plural(total, 'record')}${words}`];
}

function doubtsOf(
	control: FrameworkControl,
	exact: ReportedPolicy[],
	cluster: ReportedCluster,
	seen: Seen,
): string[] {
	if (cluster.status === 'unreachable') return ['the cluster could not be reached'];
	if (cluster.status === 'not_assessed') return ['the cluster was not assessed'];
	const unread = (sources: Source[]) =>
		[...new Set(sources)].flatMap(source => unreadWords(source, cluster, seen));
	const isNeeded = (source: Source) =>
		!control.optional?.includes(source) || statusOf(source, cluster) !== 'not_configured';
	const all = [...(control.needs ?? []), ...exact.flatMap(({ needs }) => needs)];
	const needed = unread(all.filter(isNeeded));
	const others = exact.flatMap(policy => {
		const counts = countsIn(policy, cluster, seen);
		if (counts.fail > 0) return [`${policy.id} says that not everything was read`];
		if (counts.unknown > 0) {
			const why = unread(policy.needs);
			// What an unread source has said already needs no second word.
			if (why.some(reason => needed.includes(reason))) return [];
			const words = `${policy.id} is unknown on ${plural(counts.unknown, 'record')}`;
			return [[words, ...(why.length === 0 ? [] : [why.join(', ')])].join(': ')];
		}
		const isIdle = outcomeNames.every(outcome => counts[outcome] === 0);
		return isIdle && needed.length === 0 ? [`${policy.id} had nothing to examine`] : [];
	});
	return [...needed, ...others];
}

/** Why a source does not tell all; nothing for one that was read whole. */
function unreadWords(source: Source, cluster: ReportedCluster, { gaps }: Seen): string[] {
	const status = statusOf(source, cluster);
	switch (status) {
		case 'not_configured':
			return [`${source} is not configured`];
		case 'denied':
		case 'unavailable':
			return [`${source} could not be read`];
		case 'partial':
			return [`${source} was read in part`];
		case 'complete':
			return gaps.has(`${cluster.uid} ${source}`) ? [`${source} was read in part`] : [];
		default:
			return status satisfies never;
	}
}

function statusOf(source: Source, { sources }: ReportedCluster): SourceStatus['status'] {
	return sources.find(each => each.source === source)?.status ?? 'not_configured';
}

function soundness(all: OutcomeCounts[]): string {
	const passed = all.reduce((sum, { pass }) => sum + pass, 0);
	if (passed > 0) return `no fault in ${plural(passed, 'record')}`;
	const examined = all.reduce((sum, { not_applicable }) => sum + not_applicable, 0);
	return `none of ${plural(examined, 'record')} is one that it is about`;
}

const MAX_NAMES = 3;

/** `usage is not configured on a, b, c and 3 more`. */
function byReason(open: ClusterJudgement[]): string[] {
	const names = new Map<string, string[]>();
	for (const { cluster, reasons } of open)
		for (const reason of reasons) {
			const known = names.get(reason);
			if (known === undefined) names.set(reason, [oneLine(cluster.name, 60)]);
			else known.push(oneLine(cluster.name, 60));
		}
	return [...names].map(([reason, clusters]) => {
		const left = clusters.length - MAX_NAMES;
		const more = left > 0 ? ` and ${left} more` : '';
		return `${reason} on ${clusters.slice(0, MAX_NAMES).join(', ')}${more}`;
	});
}

const NONE: OutcomeCounts = { pass: 0, fail: 0, unknown: 0, not_applicable: 0 };

function countsIn({ id }: ReportedPolicy, { uid }: ReportedCluster, { counts }: Seen): OutcomeCounts {
	return counts.get(`${id} ${uid}`) ?? NONE;
}
