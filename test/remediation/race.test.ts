import { collect } from '../../src/collectors/collect.ts';
import { createCluster, type DemoCluster } from '../../src/demo/cluster.ts';
import { createKeyRing } from '../../src/demo/issue.ts';
import { allow, type ClusterSeed } from '../../src/demo/seeds/seed.ts';
import type { ApiBinding, ApiObject } from '../../src/demo/wire.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import { applySteps } from '../../src/remediation/apply.ts';
import type { StepResult } from '../../src/remediation/run-step.ts';
import { clusterFacts, NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { ADMIN, directApi } from './direct-api.ts';
import { memoryJournal } from './memory-journal.ts';
import { planOf, reportOf } from './report-of.ts';

const seed: ClusterSeed = {
	name: 'race',
	gitVersion: 'v1.34.4',
	created: -100,
	pageSize: 500,
	authorizer: 'rbac',
	hiccups: [],
	scanner: { kind: 'static_token' },
	serviceAccounts: ['shop/web', 'ci/robot'],
	secrets: [
		{
			name: 'ci/robot-token',
			type: 'kubernetes.io/service-account-token',
			created: -900,
			serviceAccount: 'robot',
			lastUsed: -400,
		},
	],
	roles: [{ name: 'reader', rules: [allow('get list', 'core', 'pods')] }],
	bindings: [
		{
			name: 'mixed',
			role: 'ClusterRole reader',
			subjects: ['ServiceAccount shop/gone', 'ServiceAccount shop/web', 'User ann'],
		},
		{ name: 'whole', namespace: 'shop', role: 'ClusterRole reader', subjects: ['ServiceAccount shop/lost'] },
	],
	requests: [],
};

/** Numbers that are the same in every run. */
function random(start: number): (below: number) => number {
	let state = start;
	return below => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

const bump = (cluster: DemoCluster, object: ApiObject, changes: object): ApiObject => ({
	...object,
	...changes,
	metadata: {
		...object.metadata,
		...(changes as { metadata?: object }).metadata,
		resourceVersion: String(++cluster.revision + 100_000),
	},
});

/** What another client does to a target: each leaves something that is not what was planned on, or is not the same. */
const CHANGES: Record<string, (cluster: DemoCluster, name: string) => void> = {
	adds_a_subject: edit(binding => ({
		subjects: [...(binding.subjects ?? []), { kind: 'User', name: 'new' }],
	})),
	takes_a_subject: edit(binding => ({ subjects: (binding.subjects ?? []).slice(1) })),
	takes_all_subjects: edit(() => ({ subjects: [] })),
	labels_it: edit(() => ({ metadata: { labels: { a: 'b' } } })),
	makes_it_anew: edit(binding => ({ metadata: { uid: `${binding.metadata.uid}-2` } })),
	binds_another_role: edit(binding => ({
		metadata: { uid: `${binding.metadata.uid}-3` },
		roleRef: { ...binding.roleRef, name: 'other' },
	})),
	removes_it: (cluster, name) => {
		cluster.objects.clusterrolebindings = cluster.objects.clusterrolebindings.filter(
			each => each.metadata.name !== name,
		);
		cluster.objects.rolebindings = cluster.objects.rolebindings.filter(each => each.metadata.name !== name);
	},
	quarantines_the_token: label({ 'kubernetes.io/legacy-token-invalid-since': '2025-12-31' }),
	uses_the_token: label({ 'kubernetes.io/legacy-token-last-used': '2026-01-01' }),
	makes_the_token_anew: cluster => {
		cluster.objects.secrets = cluster.objects.secrets.map(each =>
			bump(cluster, each, { metadata: { uid: 'other' } }),
		);
	},
};

function edit(change: (binding: ApiBinding) => object) {
	return (cluster: DemoCluster, name: string) => {
		const one = (binding: ApiBinding) =>
			binding.metadata.name === name ? (bump(cluster, binding, change(binding)) as ApiBinding) : binding;
		cluster.objects.clusterrolebindings = cluster.objects.clusterrolebindings.map(one);
		cluster.objects.rolebindings = cluster.objects.rolebindings.map(one);
	};
}

function label(labels: Record<string, string>) {
	return (cluster: DemoCluster) => {
		cluster.objects.secrets = cluster.objects.secrets.map(each =>
			bump(cluster, each, { metadata: { labels: { ...each.metadata.labels, ...labels } } }),
		);
	};
}

async function factsOf(cluster: DemoCluster): Promise<Facts> {
	const live = await collect([directApi(cluster, ADMIN)], {
		readBootstrapTokens: false,
		foreignAuthorizer: '',
	});
	return { ...clusterFacts(), ...live };
}

/** What a write of ours may be, by the object right before it. */
function isRight(step: Step, before: ApiObject | undefined): boolean {
	const { target } = step;
	if (before === undefined || before.metadata.uid !== target.uid) return false;
	if (target.kind === 'secret')
		return before.metadata.labels?.['kubernetes.io/legacy-token-invalid-since'] === undefined;
	if (target.kind !== 'binding') return false;
	const { subjects = [], roleRef } = before as ApiBinding;
	const names = (all: { name: string }[]) => all.map(({ name }) => name).sort(byCodeUnit);
	return roleRef.name === target.role.name && names(subjects).join() === names(target.subjects).join();
}

describe('applySteps :: another client changes every target meanwhile', it => {
	it('ends nothing but what was planned on, in 1,000 interleavings', async () => {
		const pristine = await createCluster(seed, createKeyRing(), NOW);
		const plan = planOf(await reportOf([await factsOf(pristine)]));
		const deeds = plan.steps.filter(({ target }) => target.kind === 'binding' || target.kind === 'secret');
		assert.equal(
			deeds.map(({ action }) => action),
			['quarantine_token_secret', 'remove_subjects', 'delete_binding'],
		);
		const seen = { writes: 0, wrong: [] as string[], outcomes: new Map<string, number>() };
		for (let run = 0; run < 1000; run++) await interleave(run, pristine, plan, deeds, seen);
		assert.equal(seen.wrong, []);
		// Both happen: else the test would prove nothing.
		assert.ok((seen.outcomes.get('done') ?? 0) > 500 && (seen.outcomes.get('skipped') ?? 0) > 500);
		assert.is(seen.outcomes.get('failed') ?? 0, 0);
		assert.is(seen.writes, seen.outcomes.get('done'));
	});
});

async function interleave(
	run: number,
	pristine: DemoCluster,
	plan: Plan,
	deeds: Step[],
	seen: { writes: number; wrong: string[]; outcomes: Map<string, number> },
): Promise<void> {
	const next = random(run * 7919 + 1);
	const cluster: DemoCluster = {
		...pristine,
		objects: structuredClone(pristine.objects),
		writes: [],
		hiccups: [],
	};
	const names = Object.keys(CHANGES);
	// When, in requests of ours, the other client comes by; some runs are left in peace.
	const visits = new Map<number, string>();
	for (let visit = next(6); visit > 0; visit--) visits.set(next(18), names[next(names.length)] ?? '');
	let requests = 0;
	let pending: { step: Step; before: ApiObject | undefined } | null = null;
	const check = () => {
		const last = cluster.writes.at(-1);
		if (pending !== null && last?.isStored === true) {
			seen.writes++;
			if (!isRight(pending.step, pending.before)) seen.wrong.push(`run ${run}: ${pending.step.action}`);
		}
		pending = null;
	};
	const api = directApi(cluster, ADMIN, call => {
		check();
		const change = visits.get(requests++);
		if (change !== undefined) CHANGES[change]?.(cluster, next(2) === 0 ? 'mixed' : 'whole');
		if (!/^(PATCH|DELETE)/.test(call)) return;
		const step = deeds.find(({ target }) => 'name' in target && call.endsWith(`/${target.name}`));
		const all: ApiObject[] = [
			...cluster.objects.clusterrolebindings,
			...cluster.objects.rolebindings,
			...cluster.objects.secrets,
		];
		const name = call.split('/').at(-1);
		const before = structuredClone(all.find(({ metadata }) => metadata.name === name));
		if (step !== undefined) pending = { step, before };
	});
	const hands = { cluster: { uid: 'uid-1', name: 'prod' }, kubernetes: api, cloud: null };
	const { results } = await applySteps({
		steps: deeds,
		journal: memoryJournal(),
		isDryRun: false,
		concurrency: 1,
		handsOf: () => hands,
		actors: new Map([['uid-1', { username: ADMIN.username, groups: ADMIN.groups, account: '' }]]),
		// As of when the run began: what has changed since is found by looking at the target alone.
		fresh: async () => plan,
		now: () => NOW,
		pause: async () => undefined,
		signal: new AbortController().signal,
		onStep: () => undefined,
	});
	check();
	for (const { outcome } of results as StepResult[])
		seen.outcomes.set(outcome, (seen.outcomes.get(outcome) ?? 0) + 1);
}
