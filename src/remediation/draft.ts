import { byCodeUnit } from '../lib/text.ts';
import type { Subject } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { ActionName, Deed, Evidence, PlanOptions, Refusal, Target } from '../model/plan.ts';
import type { Grade } from '../model/policy.ts';
import type { Usage } from '../model/record.ts';
import type { ReportedGrant } from '../model/report.ts';
import { actions } from './actions/index.ts';
import { type Bar, findingBar, type GuardOptions, gapBar } from './guards.ts';
import type { Scope } from './scope.ts';

/** Why something is to end: a finding, or a person who leaves. */
export interface Because {
	finding: Finding | null;
	text: string;
	usage: Usage | null;
	/** Whether the policy judges use. */
	judgesUse: boolean;
}

/** A step before it has an id, an order and permissions. */
export interface Draft {
	action: ActionName;
	target: Target;
	because: Because[];
	ends: string[];
	remains: string[];
	instructions: string[];
	/** The identities that lose something; empty for advice. */
	users: string[];
}

/** Everything that one cluster's part of a plan is made of. */
export interface Drafts {
	drafts: Draft[];
	refused: Refusal[];
}

/** What is to go from one binding. */
export interface BindingDraft {
	grants: ReportedGrant[];
	because: Because[];
}

/** One cluster's drafts while they are put together. */
export interface Drafter {
	scope: Scope;
	options: PlanOptions;
	guards: GuardOptions;
	/** By uid; each becomes one step at the end. */
	bindings: Map<string, BindingDraft>;
	/** Adds a draft, or its reasons to the one that is there for the same object. */
	add(draft: Draft): void;
	refuse(target: string, bar: Bar, because: Because): void;
	/** Why what something leads to may not be done; a person who leaves needs no evidence, but whole sources. */
	barOf(because: Because, action: Deed, object: string): Bar | null;
	/** Whether the cloud ends a subject by a kubeconfig, before anything else is done. */
	isCleaned(subject: Subject): boolean;
	/** Without what becomes of bindings. */
	result(): Drafts;
}

/** Begins a cluster's part of a plan. */
export function createDrafter(scope: Scope, options: PlanOptions, guards: GuardOptions): Drafter {
	const drafts = new Map<string, Draft>();
	const refusals = new Map<string, Refusal>();
	return {
		...{ scope, options, guards, bindings: new Map() },
		add: draft => {
			const key = `${draft.action} ${draft.target.uid}`;
			const known = drafts.get(key);
			drafts.set(key, known === undefined ? draft : joined(known, draft));
		},
		refuse: (target, { code, reason }, { finding }) => {
			const key = JSON.stringify([target, code, reason]);
			const known = refusals.get(key)?.findings ?? [];
			const findings = [...new Set([...known, ...(finding === null ? [] : [finding.id])])];
			const { uid, name } = scope.cluster;
			refusals.set(key, { target, cluster: { uid, name }, code, reason, findings });
		},
		barOf: ({ finding }, action, object) => {
			const { floor, sources } = actions[action];
			return finding === null
				? gapBar(scope, sources, object)
				: findingBar(finding, scope, { floor, sources, object });
		},
		isCleaned: ({ kind, name }) => {
			const uid = /^\d{10,20}(?=-|$)/.exec(name)?.[0];
			const key = `clean_permissions kubeconfig:${scope.cluster.uid}/${uid}`;
			return kind === 'User' && uid !== undefined && drafts.has(key);
		},
		result: () => ({ drafts: [...drafts.values()], refused: [...refusals.values()] }),
	};
}

function joined(known: Draft, { target, because }: Draft): Draft {
	return { ...known, target: withForce(known.target, target), because: [...known.because, ...because] };
}

/** One good reason to skip the service's own check is enough. */
function withForce(target: Target, other: Target): Target {
	const isForced = other.kind === 'kubeconfig' && other.force;
	return target.kind === 'kubeconfig' && isForced ? { ...target, force: true } : target;
}

/** What a finding or a person is to be told by. */
export function becauseOf(scope: Scope, finding: Finding): Because {
	const policy = scope.policies.get(finding.policyId);
	const judgesUse = policy !== undefined && (policy.minGrade !== 'none' || policy.needs.includes('usage'));
	const usage =
		scope.credential(finding.subject.uid)?.usage ?? scope.identityOf(finding.subject.identity)?.usage ?? null;
	return { finding, text: `${finding.policyId}: ${finding.title}`, usage, judgesUse };
}

/** The best evidence among the reasons of a step. */
export function evidenceOf(because: Because[]): Evidence {
	const judged = because.filter(({ judgesUse }) => judgesUse);
	const usages = because.flatMap(({ usage }) => usage ?? []);
	const last = Math.max(...usages.flatMap(usage => usage.last ?? []), Number.NEGATIVE_INFINITY);
	const grades = judged.map(({ finding }): Grade => finding?.grade ?? 'none').sort(byCodeUnit);
	return {
		grade: judged.length === because.length ? (grades[0] ?? 'none') : 'none',
		result: usages.find(({ result }) => result === 'used')?.result ?? usages[0]?.result ?? 'not_judged',
		last: Number.isFinite(last) ? last : null,
		reasons: [...new Set(because.map(({ text }) => text))].sort(byCodeUnit),
	};
}
