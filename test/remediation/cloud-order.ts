import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CloudFleet } from '../../src/demo/alibaba/fleet.ts';
import type { CloudCluster } from '../../src/demo/alibaba/state.ts';
import { keyOf as cellOf } from '../../src/demo/meta.ts';
import { bindingObject } from '../../src/demo/rbac-objects.ts';
import { nextRevision, putObject } from '../../src/demo/store.ts';
import type { ApiBinding } from '../../src/demo/wire.ts';
import type { Sealed } from '../../src/model/journal.ts';
import type { Plan, PlanOptions } from '../../src/model/plan.ts';
import type { CloudTarget, ScanRequest } from '../../src/model/scan.ts';
import type { Prepared } from '../../src/remediate.ts';
import type { Applied } from '../../src/remediation/apply.ts';
import type { StepResult } from '../../src/remediation/run-step.ts';
import { keyOf, type Pair, withCloud } from '../demo/helpers/cloud.ts';
import { cloudTarget } from '../scan/cloud-scan.ts';

interface Common {
	env: Record<string, string>;
	request: Partial<ScanRequest>;
	/** No wait is longer. */
	paceMs?: number;
}

/** What the process that holds the access key is asked to do. */
export type Order = Common &
	(
		| { is: 'plan'; options: PlanOptions }
		| { is: 'prepare'; plan: Plan; earlier: readonly Sealed[]; maxObjects: number }
		| { is: 'act'; isDryRun: boolean }
		| { is: 'restore'; lines: readonly Sealed[] }
	);
type Asked = Order extends infer O ? (O extends Order ? Omit<O, 'env' | 'request'> : never) : never;

export type Answer =
	| { is: 'plan'; plan: Plan; notices: string[] }
	| ({ is: 'prepared' } & Pick<Prepared, 'steps' | 'skipped' | 'refusals'>)
	| ({ is: 'applied'; lines: Sealed[] } & Applied)
	| { is: 'restored'; results: StepResult[] };

const OPTIONS: PlanOptions = {
	...{ only: [], exclude: [], policies: [], clusters: [], identities: [], force: false, noRestore: false },
	...{ revokeOwn: false, bulk: false, quarantineDays: 14, offboard: null, denyPack: false },
};

let worker: Promise<ChildProcess> | null = null;

async function startWorker(): Promise<ChildProcess> {
	const child = fork(fileURLToPath(new URL('cloud-worker.ts', import.meta.url)), {
		execArgv: ['--import', 'tsx'],
		env: { PATH: process.env.PATH, ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' },
	});
	await once(child, 'message');
	return child;
}

async function send(order: Order): Promise<Answer> {
	worker ??= startWorker();
	const child = await worker;
	child.ref();
	child.channel?.ref();
	child.send(order);
	const [answer] = (await once(child, 'message')) as [Answer | { is: 'error'; error: string }];
	child.unref();
	child.channel?.unref();
	if (answer.is === 'error') throw new Error(answer.error);
	return answer;
}

/** An account, and somebody who plans and applies there. */
export interface Applier {
	fleet: CloudFleet;
	key: Pair;
	/** uid of whoever applies. */
	uid: string;
	plan(options?: Partial<PlanOptions>, target?: Partial<CloudTarget>): Promise<Plan>;
	/** Plans are looked at anew; nothing is changed yet. */
	prepare(plan: Plan, earlier?: readonly Sealed[]): Promise<Extract<Answer, { is: 'prepared' }>>;
	/** What was prepared is done. */
	act(how?: { paceMs?: number; isDryRun?: boolean }): Promise<Extract<Answer, { is: 'applied' }>>;
	/** Both. */
	apply(
		plan: Plan,
		how?: { paceMs?: number; earlier?: readonly Sealed[] },
	): Promise<Extract<Answer, { is: 'applied' }>>;
	restore(lines: readonly Sealed[]): Promise<StepResult[]>;
}

/** Every action that was called by an applier of this process, as `cs:CleanUserPermissions`. */
export const called = new Set<string>();

/** Waits of tests: what takes its time in the cloud is done at once here. */
const FAST_MS = 5;

/** The actions of a RAM policy of deploy/. */
export async function policyActions(name: string): Promise<string[]> {
	const text = await readFile(new URL(`../../deploy/alibaba/${name}`, import.meta.url), 'utf8');
	const { Statement } = JSON.parse(text) as { Statement: { Action: string[] }[] };
	return Statement.flatMap(({ Action }) => Action);
}

/** Runs with a small account, whose applier has the two RAM policies of deploy/ and is an administrator of each cluster. */
export async function withApplier(
	clusters: number,
	run: (applier: Applier) => Promise<void>,
	target: Partial<CloudTarget> = {},
): Promise<void> {
	const allowed = (
		await Promise.all(['scan-policy.json', 'remediate-policy.json'].map(policyActions))
	).flat();
	await withCloud({ clusters, identities: 40, bindings: 12 }, async fleet => {
		const uid = fleet.state.accessKeys[0]?.holder ?? '';
		for (const cluster of fleet.state.clusters)
			await bind(cluster, {
				name: 'appliers',
				role: 'ClusterRole cluster-admin',
				subjects: [`User ${userOf(cluster, uid)}`],
			});
		fleet.state.calls.length = 0;
		const key = keyOf(fleet, uid, { allowed });
		await run(applierOf(fleet, uid, key, target));
		for (const { product, action } of fleet.state.calls) called.add(`${product}:${action}`);
	});
}

function applierOf(fleet: CloudFleet, uid: string, key: Pair, shape: Partial<CloudTarget>): Applier {
	const ask = async <K extends Answer['is']>(
		kind: K,
		asked: Asked,
		target: Partial<CloudTarget> = {},
	): Promise<Extract<Answer, { is: K }>> => {
		const answer = await send({
			env: {
				ALIBABA_CLOUD_ACCESS_KEY_ID: key.accessKeyId,
				ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.accessKeySecret,
			},
			request: {
				concurrency: 8,
				requestTimeoutSeconds: 5,
				clouds: [cloudTarget(fleet, { target: { ...shape, ...target } })],
			},
			...asked,
		} as Order); // each is one of them
		if (answer.is !== kind) throw new Error(`asked for ${kind}, and was given ${answer.is}`);
		return answer as Extract<Answer, { is: K }>; // just looked at
	};
	const prepare: Applier['prepare'] = (plan, earlier = []) =>
		ask('prepared', { is: 'prepare', plan, earlier, maxObjects: 1000 });
	const act: Applier['act'] = ({ paceMs = FAST_MS, isDryRun = false } = {}) =>
		ask('applied', { is: 'act', isDryRun, paceMs });
	return {
		fleet,
		key,
		uid,
		plan: async (options = {}, target = {}) =>
			(await ask('plan', { is: 'plan', options: { ...OPTIONS, ...options } }, target)).plan,
		prepare,
		act,
		apply: async (plan, { paceMs = FAST_MS, earlier = [] } = {}) => {
			const { refusals } = await prepare(plan, earlier);
			if (refusals.length > 0) throw new Error(refusals.join('; '));
			return act({ paceMs });
		},
		restore: async lines => (await ask('restored', { is: 'restore', lines })).results,
	};
}

/** The name that a file of somebody's carries on a cluster. */
export function userOf({ kubeconfigs }: CloudCluster, uid: string): string {
	const issued = kubeconfigs.find(({ accountId }) => accountId === uid);
	return issued === undefined ? uid : `${uid}-${issued.suffix}`;
}

/** Puts a binding into a cluster, as somebody does by hand. */
export async function bind(
	{ kubernetes }: CloudCluster,
	seed: Omit<Parameters<typeof bindingObject>[1], 'created'>,
	more: Partial<ApiBinding['metadata']> = {},
): Promise<void> {
	if (kubernetes === null) return;
	const cluster = await kubernetes.open();
	const made = bindingObject(cluster, { ...seed, created: -30 });
	const resourceVersion = String(nextRevision(cluster));
	const resource = seed.namespace === undefined ? 'clusterrolebindings' : 'rolebindings';
	putObject(cluster, resource, { ...made, metadata: { ...made.metadata, ...more, resourceVersion } });
}

/** Bindings of a cluster that name somebody, without what a new object has anew. */
export async function bindingsOf({ kubernetes }: CloudCluster, uid: string) {
	const objects = (await kubernetes?.open())?.objects;
	return [...(objects?.clusterrolebindings ?? []), ...(objects?.rolebindings ?? [])]
		.filter(({ subjects = [] }) =>
			subjects.some(({ kind, name }) => kind === 'User' && name.split('-')[0] === uid),
		)
		.map(binding => {
			const { labels = {}, annotations = {} } = binding.metadata;
			const { roleRef, subjects = [] } = binding;
			return { at: cellOf(binding), labels, annotations, roleRef, subjects };
		})
		.sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** Calls that change something, and whom and what they name. */
export function writes({ state }: CloudFleet): string[] {
	return state.calls
		.filter(({ action }) => /^(Clean|Revoke|Update|Grant)/.test(action))
		.map(({ action, target }) => `${action} ${target}`);
}

/** Takes somebody out of the account's lists: the cloud then shows them as deleted. */
export function removeUser({ state }: CloudFleet, uid: string): void {
	state.users = state.users.filter(({ id }) => id !== uid);
	state.roles = state.roles.filter(({ id }) => id !== uid);
	state.recycled = state.recycled.filter(({ id }) => id !== uid);
}
