import { type ClusterJudgement, decides, judgeAll, judgeCluster, type Seen } from './control-state.ts';
import { isRealGap } from './join/join.ts';
import { byCodeUnit } from './lib/text.ts';
import {
	type Compliance,
	type ControlState,
	controlStates,
	type Evidence,
	type Framework,
	type FrameworkControl,
	type ReportedControl,
} from './model/compliance.ts';
import type { Finding } from './model/finding.ts';
import type { Control } from './model/policy.ts';
import type { Report, ReportedPolicy } from './model/report.ts';

/** What compliance is made of: a result.json has it all. */
export type Judged = Pick<Report, 'clusters' | 'policies' | 'findings' | 'suppressed' | 'gaps'>;

/**
 * What a run says of each framework. Only policies that are exactly about a control decide it, and it is
 * met only where everything that could say otherwise was read, in every cluster.
 */
export function complianceOf(frameworks: Framework[], judged: Judged): Compliance[] {
	if (frameworks.length === 0) return [];
	const seen = seenIn(judged);
	return frameworks.map(framework => {
		const controls = withUnlisted(framework, judged.policies).map(control =>
			reportedControl(control, cited(framework, control.id, judged.policies), seen),
		);
		const { id, framework: name, version, title, url } = framework;
		return { id, framework: name, version, title, url, counts: countStates(controls), controls };
	});
}

function seenIn({ clusters, policies, findings, suppressed, gaps }: Judged): Seen {
	const byPolicy = new Map<string, Finding[]>();
	for (const finding of [...findings, ...suppressed]) {
		const known = byPolicy.get(finding.policyId);
		if (known === undefined) byPolicy.set(finding.policyId, [finding]);
		else known.push(finding);
	}
	const counts = policies.flatMap(({ id, byCluster }) =>
		byCluster.map(({ cluster, outcomes }) => [`${id} ${cluster}`, outcomes] as const),
	);
	const open = gaps.filter(isRealGap).map(({ cluster, source }) => `${cluster.uid} ${source}`);
	return {
		clusters,
		findings: byPolicy,
		counts: new Map(counts),
		fails: countFails([...findings, ...suppressed]),
		waived: countFails(suppressed),
		gaps: new Set(open),
	};
}

function countFails(findings: Finding[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const { policyId, cluster, outcome } of findings) {
		if (outcome !== 'fail') continue;
		for (const key of [policyId, `${policyId} ${cluster.uid}`]) counts.set(key, (counts.get(key) ?? 0) + 1);
	}
	return counts;
}

/** The framework's controls, and those that only policies of one's own cite. */
function withUnlisted(framework: Framework, policies: ReportedPolicy[]): FrameworkControl[] {
	const listed = new Set(framework.controls.map(({ id }) => id));
	const others = policies
		.flatMap(({ controls }) => controls)
		.filter(control => isOf(framework, control) && !listed.has(control.id))
		.map(({ id }) => id);
	const added = [...new Set(others)].sort(byCodeUnit);
	return [...framework.controls, ...added.map(id => ({ id, title: 'Cited by a policy of your own' }))];
}

function isOf({ framework, version }: Framework, control: Control): boolean {
	return control.framework === framework && control.version === version;
}

interface Cited {
	policy: ReportedPolicy;
	strength: Control['strength'];
}

function cited(framework: Framework, id: string, policies: ReportedPolicy[]): Cited[] {
	return policies.flatMap(policy => {
		const mine = policy.controls.filter(control => isOf(framework, control) && control.id === id);
		if (mine.length === 0) return [];
		return [{ policy, strength: mine.some(({ strength }) => strength === 'exact') ? 'exact' : 'analogy' }];
	});
}

function reportedControl(control: FrameworkControl, all: Cited[], seen: Seen): ReportedControl {
	const ofStrength = (wanted: Control['strength']) =>
		all.filter(({ strength }) => strength === wanted).map(({ policy }) => policy);
	const exact = ofStrength('exact');
	const clusters = seen.clusters.map(cluster => judgeCluster(control, exact, cluster, seen));
	const { state, reasons } = judgeAll(control, exact, clusters, seen);
	const words = all.length === 0 && control.uncited !== undefined ? control.uncited : list(reasons);
	return {
		id: control.id,
		title: control.title,
		state,
		reason: words + ownWords(exact),
		policies: all.map(({ policy, strength }) => ({ id: policy.id, strength, outcomes: policy.outcomes })),
		evidence: state === 'met' ? evidence([]) : evidence(behind(exact, state, seen)),
		related: evidence(behind(ofStrength('analogy'), 'not_met', seen)),
		clusters: clusters.map(toRow),
	};
}

/** A policy of one's own may stand in place of a shipped one: whoever reads "met" should know. */
function ownWords(exact: ReportedPolicy[]): string {
	const own = exact.filter(policy => policy.origin !== null && decides(policy)).map(({ id }) => id);
	return own.length === 0 ? '' : `; decided with policies of your own: ${list(own)}`;
}

function toRow({ cluster, state, reasons }: ClusterJudgement): ReportedControl['clusters'][number] {
	return { cluster: cluster.uid, state, reason: list(reasons) };
}

const MAX_REASONS = 4;

function list(reasons: string[]): string {
	const left = reasons.length - MAX_REASONS;
	return reasons.slice(0, MAX_REASONS).join('; ') + (left > 0 ? `; and ${left} more` : '');
}

/** What fails; where a control is open, also what is unknown. */
function behind(policies: ReportedPolicy[], state: ControlState, { findings }: Seen): Finding[] {
	return policies.flatMap(policy =>
		(findings.get(policy.id) ?? []).filter(
			({ outcome }) => state === 'undecided' || (outcome === 'fail' && decides(policy)),
		),
	);
}

const MAX_EVIDENCE = 50;

function evidence(findings: Finding[]): Evidence {
	return { findings: findings.slice(0, MAX_EVIDENCE).map(({ id }) => id), total: findings.length };
}

function countStates(controls: ReportedControl[]): Record<ControlState, number> {
	const rows = controlStates.map(wanted => [wanted, controls.filter(({ state }) => state === wanted).length]);
	return Object.fromEntries(rows) as Record<ControlState, number>; // a row for every state
}
