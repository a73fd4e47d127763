import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../../src/demo/alibaba/faults.ts';
import type { CloudCluster, IssuedKubeconfig } from '../../src/demo/alibaba/state.ts';
import { ApiError } from '../../src/lib/api-error.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { Sealed } from '../../src/model/journal.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Account } from '../../src/providers/alibaba/account.ts';
import { cleanCluster, cleanClusters } from '../../src/providers/alibaba/permissions.ts';
import type { StepResult } from '../../src/remediation/run-step.ts';
import { assert, describe } from '../helpers/describe.ts';
import { spawnCli } from '../helpers/spawn-cli.ts';
import { withTempDir } from '../helpers/temp-dir.ts';
import {
	type Applier,
	bind,
	bindingsOf,
	called,
	policyActions,
	removeUser,
	userOf,
	withApplier,
	writes,
} from '../remediation/cloud-order.ts';

const RBAC = 'rbac.authorization.k8s.io';
const BIN = (uid: string) =>
	`the kubeconfig of ${uid} is in the recycle bin of the console for 30 days: no API restores it`;

/** Somebody with a file in force on the first cluster, who has just been deleted. */
interface Leaver {
	cluster: CloudCluster;
	issued: IssuedKubeconfig;
	uid: string;
}

function leaver({ fleet }: Applier, at = 0): Leaver {
	const cluster = fleet.state.clusters[at];
	const issued = cluster?.kubeconfigs.find(
		({ accountId, certState, cloudService }) =>
			certState === 'Unexpired' &&
			cloudService === '' &&
			/^2/.test(accountId) &&
			fleet.state.users.some(({ id, status }) => id === accountId && status === 'active') &&
			!fleet.state.accessKeys.some(({ holder }) => holder === accountId),
	);
	if (cluster === undefined || issued === undefined) throw new Error('nobody could leave');
	issued.activity = { answer: 'none' };
	issued.accountState = null;
	removeUser(fleet, issued.accountId);
	return { cluster, issued, uid: issued.accountId };
}

/** Only what concerns one identity and is done to a file. */
const only = (uid: string) => ({
	identities: [uid],
	only: ['clean_permissions', 'clean_user_permissions'],
});

/** Plans the end of somebody's file. */
async function planFor(applier: Applier, uid: string, options = {}): Promise<Plan> {
	const plan = await applier.plan({ ...only(uid), ...options });
	if (plan.steps.length === 0) throw new Error(JSON.stringify(plan.refused));
	return plan;
}

const outcomes = (results: StepResult[]) =>
	results.map(({ step, outcome, reason }) => [
		step.action,
		outcome,
		reason.replace(/request [0-9A-F-]{36}/, 'request'),
	]);
const cleanOf = ({ cluster, uid }: Pick<Leaver, 'cluster' | 'uid'>, force = false) =>
	`CleanClusterUserPermissions /cluster/${cluster.id}/user/${uid}/permissions?Force=${force}`;
const fault = (action: string, kind: Fault['kind'], times = 1, match = ''): Fault => ({
	action,
	match,
	times,
	kind,
});

/** What the journal says that there was, of bindings, by the first that was begun. */
function beforeOf(lines: readonly Sealed[]) {
	for (const { entry } of lines)
		if (entry.kind === 'begin' && entry.before.kind === 'kubeconfig')
			return entry.before.bindings
				.map(({ binding: { namespace, name, labels, annotations, roleRef, subjects } }) => ({
					...{ at: namespace === '' ? name : `${namespace}/${name}`, labels, annotations, roleRef, subjects },
				}))
				.toSorted((a, b) => byCodeUnit(a.at, b.at));
	return null;
}

const kinds = (lines: readonly Sealed[]) =>
	lines.map(({ entry }) => (entry.kind === 'end' ? `end ${entry.outcome}` : entry.kind));

/** A binding by hand, labelled, that is shared with somebody else, and one of the bare uid. */
async function bindMore({ cluster, uid }: Leaver): Promise<void> {
	const own = userOf(cluster, uid);
	await bind(
		cluster,
		{ name: 'shared', role: 'ClusterRole view', subjects: [`User ${own}`, 'User ana', 'Group ops'] },
		{ labels: { team: 'shop' }, annotations: { 'example.com/why': 'on call' } },
	);
	await bind(cluster, {
		...{ name: 'bare', namespace: 'shop', role: 'ClusterRole edit' },
		subjects: [`User ${uid}`, `User ${own}`],
	});
}

describe('apply, clean_permissions', it => {
	it('ends file and bindings, with all of them on record before', () =>
		withApplier(3, async applier => {
			const left = leaver(applier);
			const { cluster, issued, uid } = left;
			await bindMore(left);
			const before = await bindingsOf(cluster, uid);
			assert.ok(before.length >= 3);
			const plan = await planFor(applier, uid);
			assert.equal(
				plan.steps.map(({ action, target }) => [action, target]),
				[
					[
						'clean_permissions',
						{
							...{ kind: 'kubeconfig', uid: `kubeconfig:${cluster.id}/${uid}`, account: uid },
							...{ region: cluster.region, force: false, bindings: before.length },
						},
					],
				],
			);
			assert.is(issued.certState, 'Unexpired');
			const { results, lines } = await applier.apply(plan);
			assert.equal(outcomes(results), [['clean_permissions', 'done', '']]);
			assert.is(issued.certState, 'Removed');
			assert.equal(await bindingsOf(cluster, uid), []);
			assert.equal(beforeOf(lines), before);
			assert.equal(kinds(lines), ['begin', 'end done', 'close']);
			assert.equal(writes(applier.fleet), [cleanOf(left)]);
			assert.ok(results.every(({ access }) => access.length >= 3));
			assert.ok(results.every(({ access }) => access.every(({ allowed }) => allowed === false)));
			// Whoever shares a binding keeps it.
			const shared = (await cluster.kubernetes?.open())?.objects.clusterrolebindings.find(
				({ metadata }) => metadata.name === 'shared',
			);
			assert.equal(shared?.subjects, [
				{ kind: 'User', apiGroup: RBAC, name: 'ana' },
				{ kind: 'Group', apiGroup: RBAC, name: 'ops' },
			]);
		}));

	it('is not put back for somebody who is gone', () =>
		withApplier(3, async applier => {
			const { cluster, uid } = leaver(applier);
			const { lines } = await applier.apply(await planFor(applier, uid));
			assert.equal(outcomes(await applier.restore(lines)), [
				[
					'clean_permissions',
					'skipped',
					`${uid} is deleted: access is not given back to whoever is gone; ${BIN(uid)}`,
				],
			]);
			assert.equal(await bindingsOf(cluster, uid), []);
		}));

	it('is put back exactly for somebody who is there again, and once', () =>
		withApplier(3, async applier => {
			const { users } = applier.fleet.state;
			const left = leaver(applier);
			const { cluster, uid } = left;
			await bindMore(left);
			const before = await bindingsOf(cluster, uid);
			const { lines } = await applier.apply(await planFor(applier, uid));
			applier.fleet.state.users = users;
			const bin = [['clean_permissions', 'done', BIN(uid)]];
			assert.equal(outcomes(await applier.restore(lines)), bin);
			assert.equal(await bindingsOf(cluster, uid), before);
			// As after a restore that was cut short: what is back is left as it is.
			assert.equal(outcomes(await applier.restore(lines)), bin);
			assert.equal(await bindingsOf(cluster, uid), before);
		}));

	it('is not put back over what somebody has changed since', () =>
		withApplier(3, async applier => {
			const { users } = applier.fleet.state;
			const left = leaver(applier);
			const { cluster, uid } = left;
			await bindMore(left);
			const { lines } = await applier.apply(await planFor(applier, uid));
			applier.fleet.state.users = users;
			await bind(cluster, { name: 'shared', role: 'ClusterRole view', subjects: ['User eve'] });
			const [result] = await applier.restore(lines);
			assert.is(result?.outcome, 'skipped');
			assert.is(result?.reason, `ClusterRoleBinding shared was changed since; ${BIN(uid)}`);
			assert.equal(await bindingsOf(cluster, uid), []);
		}));

	it('changes nothing in a dry run', () =>
		withApplier(3, async applier => {
			const { cluster, issued, uid } = leaver(applier);
			const before = await bindingsOf(cluster, uid);
			await applier.prepare(await planFor(applier, uid));
			const { results } = await applier.act({ isDryRun: true });
			assert.equal(outcomes(results), [['clean_permissions', 'done', 'a dry run: nothing was changed']]);
			assert.equal(writes(applier.fleet), []);
			assert.is(issued.certState, 'Unexpired');
			assert.equal(await bindingsOf(cluster, uid), before);
		}));
});

describe('apply, what the service refuses', it => {
	const refusals: [string, (left: Leaver) => void, string][] = [
		[
			'a use within seven days',
			({ issued }) => {
				issued.activity = { answer: 'found', last: 1_700_000_000, auditId: 'a' };
			},
			'ErrorKubeconfigInUse',
		],
		[
			'a check that failed',
			({ issued }) => {
				issued.activity = { answer: 'failed' };
			},
			'ErrorAuditCheck',
		],
		[
			'auditing that is off',
			({ cluster }) => {
				cluster.audit.isEnabled = false;
			},
			'ErrorAuditCheck',
		],
	];
	for (const [title, change, code] of refusals)
		it(`is skipped with its reason, and the cluster goes on :: ${title}`, () =>
			withApplier(1, async applier => {
				const left = leaver(applier);
				const { cluster, issued, uid } = left;
				await bind(cluster, {
					...{ name: 'gone', role: 'ClusterRole view' },
					subjects: ['User 299999999999999999-1600000000'],
				});
				const plan = await applier.plan({
					identities: [uid, '299999999999999999'],
					only: ['clean_permissions', 'delete_binding'],
				});
				change(left);
				const { results, left: rest } = await applier.apply(plan);
				assert.equal(outcomes(results), [
					[
						'clean_permissions',
						'skipped',
						`the service refused it: cs:CleanClusterUserPermissions was refused (${code}, request)`,
					],
					['delete_binding', 'done', ''],
				]);
				assert.equal(rest, []);
				assert.is(issued.certState, 'Unexpired');
				assert.equal(writes(applier.fleet), [cleanOf(left)]);
			}));
});

describe('plan --force', it => {
	it('forces nothing without evidence of use', () =>
		withApplier(1, async applier => {
			const { uid } = leaver(applier);
			const plan = await planFor(applier, uid, { force: true });
			assert.equal(
				plan.steps.map(({ target }) => target.kind === 'kubeconfig' && target.force),
				[false],
			);
		}));

	it('forces where the evidence is good, or whoever uses it is gone, and never unasked', () =>
		withApplier(
			1,
			async applier => {
				const left = leaver(applier);
				const { issued, uid } = left;
				applier.fleet.state.recycled.push({
					...{ id: uid, name: 'left', displayName: 'Left', createdAt: 1_700_000_000 },
					recycledAt: Math.floor(Date.now() / 1000) - 5 * 86_400,
				});
				const last = Math.floor(Date.now() / 1000) - 3600;
				issued.activity = { answer: 'found', last, auditId: 'ffffffff-0000-4000-8000-000000000000' };
				const forced = async (force: boolean) => {
					const { steps } = await planFor(applier, uid, { force });
					return steps.map(({ target, evidence }) => [
						target.kind === 'kubeconfig' && target.force,
						evidence.reasons.map(reason => reason.split(':')[0]),
					]);
				};
				const reasons = ['orphan/identity_deleted', 'usage/used_by_deleted_identity'];
				assert.equal(await forced(false), [[false, reasons]]);
				assert.equal(await forced(true), [[true, reasons]]);
				const { results } = await applier.apply(await planFor(applier, uid, { force: true }));
				assert.equal(outcomes(results), [['clean_permissions', 'done', '']]);
				assert.equal(writes(applier.fleet), [cleanOf(left, true)]);
			},
			{ audit: { days: 30, isAsked: true } },
		));
});

describe('apply, answers that are late, lost or untrue', it => {
	it('confirms what shows two seconds later', () =>
		withApplier(1, async applier => {
			const left = leaver(applier);
			const plan = await planFor(applier, left.uid);
			applier.fleet.state.faults.push(fault('CleanClusterUserPermissions', { is: 'late', ms: 2000 }));
			const { results } = await applier.apply(plan, { paceMs: 500 });
			assert.equal(outcomes(results), [['clean_permissions', 'done', '']]);
			assert.equal(writes(applier.fleet), [cleanOf(left)]);
			assert.is(left.issued.certState, 'Removed');
		}));

	it('never calls done what was answered with yes and not done, and finds it when it comes', () =>
		withApplier(1, async applier => {
			const { users } = applier.fleet.state;
			const left = leaver(applier);
			const { cluster, issued, uid } = left;
			await bindMore(left);
			const before = await bindingsOf(cluster, uid);
			const plan = await planFor(applier, uid);
			applier.fleet.state.faults.push(fault('CleanClusterUserPermissions', { is: 'ignored' }));
			const first = await applier.apply(plan);
			assert.equal(outcomes(first.results), [
				[
					'clean_permissions',
					'unconfirmed',
					'the service said yes, and half a minute later it is still there',
				],
			]);
			assert.equal(writes(applier.fleet), [cleanOf(left)]);
			assert.equal(await bindingsOf(cluster, uid), before);
			// An hour later the service has done it after all.
			issued.certState = 'Removed';
			const objects = (await cluster.kubernetes?.open())?.objects;
			assert.ok(objects);
			for (const list of ['clusterrolebindings', 'rolebindings'] as const)
				objects[list] = objects[list].flatMap(binding => {
					const subjects = (binding.subjects ?? []).filter(({ name }) => name.split('-')[0] !== uid);
					if (subjects.length === (binding.subjects ?? []).length) return [binding];
					return subjects.length === 0 ? [] : [{ ...binding, subjects }];
				});
			const second = await applier.apply(plan, { earlier: first.lines });
			assert.equal(outcomes(second.results), [
				['clean_permissions', 'done', 'an earlier run had done it, and was cut short before it said so'],
			]);
			assert.equal(writes(applier.fleet), [cleanOf(left)]);
			// And what there was is still on record.
			applier.fleet.state.users = users;
			assert.is((await applier.restore(second.lines))[0]?.outcome, 'done');
			assert.equal(await bindingsOf(cluster, uid), before);
		}));

	const lost: [string, Fault[], number][] = [
		['cut before it was done', [fault('CleanClusterUserPermissions', { is: 'cut' })], 1],
		['cut after it was done', [fault('CleanClusterUserPermissions', { is: 'lost' })], 1],
		['cut twice', [fault('CleanClusterUserPermissions', { is: 'cut' }, 2)], 1],
		['throttled', [fault('CleanClusterUserPermissions', { is: 'throttle', retryAfterMs: 5 }, 4)], 1],
		[
			'500',
			[
				fault('CleanClusterUserPermissions', {
					...{ is: 'error', status: 500, code: 'InternalError', message: 'x' },
				}),
			],
			1,
		],
		['a page of a proxy', [fault('CleanClusterUserPermissions', { is: 'html', status: 502 })], 1],
	];
	for (const [title, faults, calls] of lost)
		it(`ends it once, and says so truly :: ${title}`, () =>
			withApplier(1, async applier => {
				const left = leaver(applier);
				const { cluster, issued, uid } = left;
				const before = await bindingsOf(cluster, uid);
				const plan = await planFor(applier, uid);
				applier.fleet.state.faults.push(...faults);
				const { results, lines } = await applier.apply(plan);
				assert.equal(
					results.map(({ outcome }) => outcome),
					['done'],
				);
				assert.is(issued.certState, 'Removed');
				assert.equal(await bindingsOf(cluster, uid), []);
				assert.equal(beforeOf(lines), before);
				assert.equal(writes(applier.fleet), Array(calls).fill(cleanOf(left)));
				assert.equal(
					kinds(lines).filter(kind => kind.startsWith('end')),
					['end done'],
				);
				assert.is(applier.fleet.state.recycleBin.length, 1);
			}));

	it('is not taken for a refusal when only the look afterwards fails', () =>
		withApplier(1, async applier => {
			const left = leaver(applier);
			await applier.prepare(await planFor(applier, left.uid));
			const error = { status: 400, code: 'InvalidParameter', message: 'x' };
			// Both lists of the first look pass; those after the call do not.
			applier.fleet.state.faults.push(fault('CleanClusterUserPermissions', { is: 'late', ms: 300 }));
			const acted = applier.act({ paceMs: 20 });
			while (writes(applier.fleet).length === 0) await new Promise(done => setTimeout(done, 2));
			applier.fleet.state.faults.push(fault('ListClusterKubeconfigStates', { is: 'error', ...error }, 6));
			const { results } = await acted;
			assert.equal(outcomes(results), [['clean_permissions', 'done', '']]);
			assert.equal(writes(applier.fleet), [cleanOf(left)]);
		}));

	it('is not done again, nor called done, where nobody can look afterwards', () =>
		withApplier(1, async applier => {
			const left = leaver(applier);
			await applier.prepare(await planFor(applier, left.uid));
			applier.fleet.state.faults.push(fault('CleanClusterUserPermissions', { is: 'late', ms: 50 }));
			const acted = applier.act();
			while (writes(applier.fleet).length === 0) await new Promise(done => setTimeout(done, 2));
			const error = { status: 403, code: 'Forbidden.RAM', message: 'x' };
			applier.fleet.state.faults.push(fault('ListClusterKubeconfigStates', { is: 'error', ...error }, 1000));
			const { results } = await acted;
			assert.equal(
				results.map(({ outcome }) => outcome),
				['unconfirmed'],
			);
			assert.match(results[0]?.reason ?? '', /^it could not be looked at afterwards: cs:ListCluster/);
			assert.equal(writes(applier.fleet), [cleanOf(left)]);
		}));
});

describe('plan and apply, what is never ended', it => {
	/** Everybody of a cluster is planned on by a name, as offboard does: no finding is needed. */
	const refusedOf = async (applier: Applier, uid: string) => {
		const { steps, refused } = await applier.plan({ offboard: uid, clusters: [clusterOf(applier).id] });
		const cleaned = steps.filter(({ action }) => /^clean|^revoke/.test(action));
		return { codes: [...new Set(refused.map(({ code }) => code))], cleaned };
	};
	const clusterOf = ({ fleet }: Applier): CloudCluster => {
		const [cluster] = fleet.state.clusters;
		if (cluster === undefined) throw new Error('there is no cluster');
		return cluster;
	};

	it('each for its own reason at plan', () =>
		withApplier(1, async applier => {
			const cluster = clusterOf(applier);
			const left = leaver(applier);
			const { root, own } = { root: applier.fleet.state.accountId, own: applier.uid };
			assert.equal(await refusedOf(applier, root), { codes: ['root_account'], cleaned: [] });
			assert.equal(await refusedOf(applier, own), { codes: ['own_identity'], cleaned: [] });
			left.issued.certState = 'Unknown';
			assert.equal(await refusedOf(applier, left.uid), { codes: ['kubeconfig_state'], cleaned: [] });
			left.issued.certState = 'Unexpired';
			for (const state of ['deleting', 'deleted', 'delete_failed', 'failed']) {
				cluster.state = state;
				const { codes, cleaned } = await refusedOf(applier, left.uid);
				// Where its API server is not to be asked, nothing is known of its bindings either.
				assert.equal(cleaned, [], state);
				assert.ok(codes.length > 0, state);
			}
			assert.equal(writes(applier.fleet), []);
		}));

	it('nor somebody of whom the lists disagree whether they are gone', () =>
		withApplier(1, async applier => {
			const { fleet } = applier;
			const { users } = fleet.state;
			const { issued, uid } = leaver(applier);
			fleet.state.users = users;
			issued.accountState = 'Deleted';
			const { steps, refused } = await applier.plan(only(uid));
			assert.equal(steps, []);
			assert.equal(
				refused.flatMap(({ code, target }) => (target === `kubeconfig of ${uid}` ? [code] : [])),
				['outcome_unknown'],
			);
		}));

	const moves: [string, (left: Leaver, applier: Applier) => void, string][] = [
		[
			'it is not known what state it is in',
			({ issued }) => {
				issued.certState = 'Unknown';
			},
			'its state is Unknown',
		],
		[
			'the cluster is being deleted',
			({ cluster }) => {
				cluster.state = 'deleting';
			},
			'the cluster is deleting',
		],
		[
			'it is the account’s own',
			({ issued }) => {
				issued.accountType = 'RootAccount';
			},
			"it is the account's own",
		],
		[
			'whoever applies is somebody else: the owner of the file',
			({ uid }, { fleet, uid: own }) => {
				for (const key of fleet.state.accessKeys) if (key.holder === own) key.holder = uid;
			},
			'it is whoever applies the plan',
		],
	];
	for (const [title, change, why] of moves)
		it(`nor what moved right before :: ${title}`, () =>
			withApplier(1, async applier => {
				const left = leaver(applier);
				const plan = await planFor(applier, left.uid);
				const { steps } = await applier.prepare(plan);
				assert.is(steps.length, 1);
				change(left, applier);
				const { results, lines } = await applier.act();
				assert.equal(outcomes(results), [['clean_permissions', 'skipped', why]]);
				assert.equal(writes(applier.fleet), []);
				assert.equal(kinds(lines), ['end skipped', 'close']);
			}));

	it('nor what moved between plan and apply', () =>
		withApplier(1, async applier => {
			const left = leaver(applier);
			const plan = await planFor(applier, left.uid);
			const skipped = async () => {
				const { steps, skipped: all } = await applier.prepare(plan);
				return [steps.length, ...all.map(({ why }) => why)];
			};
			assert.equal(await skipped(), [1]);
			left.issued.certState = 'Unknown';
			assert.equal(await skipped(), [0, 'it is not issued, revoked, or in a state that nobody knows']);
			left.issued.certState = 'Unexpired';
			left.cluster.state = 'delete_failed';
			assert.is((await skipped())[0], 0);
			left.cluster.state = 'running';
			applier.fleet.state.users.push({
				...{ id: left.uid, name: 'back', displayName: 'Back', status: 'active', createdAt: 1_700_000_000 },
			});
			assert.equal(await skipped(), [
				0,
				'a fresh look gives no reason for it any more: its findings are gone, or the object is',
			]);
			assert.equal(writes(applier.fleet), []);
		}));
});

/** Somebody with a file in force on every cluster, who is gone. */
async function everywhere(applier: Applier) {
	const left = leaver(applier);
	const { clusters } = applier.fleet.state;
	for (const cluster of clusters) {
		if (cluster === left.cluster) continue;
		cluster.kubeconfigs = cluster.kubeconfigs.filter(({ accountId }) => accountId !== left.uid);
		cluster.kubeconfigs.push({ ...left.issued });
		await bind(cluster, {
			...{ name: `${left.uid}-cs-ops-clusterrolebinding`, role: 'ClusterRole cs:ops' },
			subjects: [`User ${userOf(cluster, left.uid)}`],
		});
	}
	const ids = clusters.map(({ id }) => id).toSorted(byCodeUnit);
	return { ...left, ids, clusters };
}

const stateOf = (clusters: CloudCluster[], uid: string) =>
	clusters.map(({ kubeconfigs }) => kubeconfigs.find(({ accountId }) => accountId === uid)?.certState);

describe('plan --bulk', it => {
	const bulkOf = (uid: string, ids: string[]) =>
		`CleanUserPermissions /users/${uid}/permissions?ClusterIds=${ids.join(',')}&Force=false`;

	it('makes one call of one identity over several clusters, with exactly those', () =>
		withApplier(3, async applier => {
			const { uid, ids, clusters } = await everywhere(applier);
			const before = await Promise.all(clusters.map(cluster => bindingsOf(cluster, uid)));
			assert.ok(before.every(bindings => bindings.length > 0));
			const plan = await planFor(applier, uid, { bulk: true });
			assert.equal(
				plan.steps.map(({ action, target }) => [
					action,
					target.kind === 'kubeconfigs' && target.clusters.map(each => each.uid),
				]),
				[['clean_user_permissions', ids]],
			);
			applier.fleet.state.faults.push(fault('CleanUserPermissions', { is: 'late', ms: 100 }));
			const { results, lines } = await applier.apply(plan);
			assert.equal(outcomes(results), [['clean_user_permissions', 'done', '']]);
			assert.equal(writes(applier.fleet), [bulkOf(uid, ids)]);
			assert.equal(stateOf(clusters, uid), ['Removed', 'Removed', 'Removed']);
			for (const cluster of clusters) assert.equal(await bindingsOf(cluster, uid), []);
			assert.equal(kinds(lines), ['begin', 'end done', 'close']);
			const seen = applier.fleet.state.calls.filter(({ action }) => action === 'DescribeTaskInfo');
			assert.ok(seen.length > 1, 'the task was not followed');
			// Everybody is back: so is every binding.
			applier.fleet.state.users.push({
				...{ id: uid, name: 'back', displayName: 'Back', status: 'active', createdAt: 1_700_000_000 },
			});
			const restored = await applier.restore(lines);
			assert.equal(outcomes(restored), [
				['clean_user_permissions', 'done', Array(3).fill(BIN(uid)).join('; ')],
			]);
			assert.equal(await Promise.all(clusters.map(cluster => bindingsOf(cluster, uid))), before);
		}));

	it('says of a task that fails on one cluster what it is, and asks only once', () =>
		withApplier(3, async applier => {
			const { uid, ids, clusters } = await everywhere(applier);
			const plan = await planFor(applier, uid, { bulk: true });
			const used = clusters[1]?.kubeconfigs.find(({ accountId }) => accountId === uid);
			assert.ok(used);
			used.activity = { answer: 'found', last: 1_700_000_000, auditId: 'a' };
			const { results } = await applier.apply(plan);
			assert.equal(outcomes(results), [
				[
					'clean_user_permissions',
					'unconfirmed',
					'the service refused it: the task ended with: the kubeconfig was used within seven days',
				],
			]);
			assert.equal(writes(applier.fleet), [bulkOf(uid, ids)]);
			assert.equal(stateOf(clusters, uid), ['Removed', 'Unexpired', 'Removed']);
		}));

	it('is skipped where the task fails on all of them', () =>
		withApplier(3, async applier => {
			const { uid, ids, clusters } = await everywhere(applier);
			const plan = await planFor(applier, uid, { bulk: true });
			for (const { kubeconfigs } of clusters)
				for (const each of kubeconfigs) each.activity = { answer: 'failed' };
			const { results } = await applier.apply(plan);
			assert.equal(
				results.map(({ outcome }) => outcome),
				['skipped'],
			);
			assert.equal(writes(applier.fleet), [bulkOf(uid, ids)]);
			assert.equal(stateOf(clusters, uid), ['Unexpired', 'Unexpired', 'Unexpired']);
		}));

	it('needs no word of its task, and keeps what an earlier call has ended on record', () =>
		withApplier(3, async applier => {
			const { uid, ids, clusters } = await everywhere(applier);
			const before = await Promise.all(clusters.map(cluster => bindingsOf(cluster, uid)));
			const plan = await planFor(applier, uid, { bulk: true });
			const { faults } = applier.fleet.state;
			const error = { status: 403, code: 'Forbidden.RAM', message: 'x' };
			faults.push(fault('DescribeTaskInfo', { is: 'error', ...error }, 1000));
			// Half of it is done and no answer comes.
			const late = clusters[2]?.kubeconfigs.find(({ accountId }) => accountId === uid);
			assert.ok(late);
			late.activity = { answer: 'failed' };
			faults.push(fault('CleanUserPermissions', { is: 'lost' }));
			const acted = applier.apply(plan, { paceMs: 60 });
			while (applier.fleet.state.tasks.size === 0) await new Promise(done => setTimeout(done, 2));
			late.activity = { answer: 'none' };
			const { results, lines } = await acted;
			assert.equal(outcomes(results), [['clean_user_permissions', 'done', '']]);
			assert.is(writes(applier.fleet)[0], bulkOf(uid, ids));
			assert.equal(stateOf(clusters, uid), ['Removed', 'Removed', 'Removed']);
			applier.fleet.state.users.push({
				...{ id: uid, name: 'back', displayName: 'Back', status: 'active', createdAt: 1_700_000_000 },
			});
			await applier.restore(lines);
			assert.equal(await Promise.all(clusters.map(cluster => bindingsOf(cluster, uid))), before);
		}));
});

describe('cleanCluster and cleanClusters', it => {
	it('never send what may mean everybody, or every cluster', async () => {
		let sent = 0;
		const account = {
			profile: '',
			clients: { cs: async () => assert.unreachable() },
			caller: {
				write: async () => {
					sent++;
				},
			},
		} as unknown as Account; // what they would need, counted
		const cluster = { id: 'c1', region: 'cn-hangzhou' };
		const uid = '200000000000000001';
		const empty = [] as unknown as [string]; // as a caller without types may pass it
		const calls = [
			() => cleanClusters(account, uid, empty, false),
			() => cleanClusters(account, uid, [''], false),
			() => cleanClusters(account, uid, ['c1', ''], false),
			() => cleanClusters(account, '0', ['c1'], false),
			() => cleanClusters(account, 'abc', ['c1'], false),
			() => cleanCluster(account, cluster, '0', false),
			() => cleanCluster(account, cluster, '', true),
			() => cleanCluster(account, cluster, `${uid}/../..`, true),
		];
		for (const call of calls)
			await call().then(
				() => assert.unreachable(),
				error => assert.ok(error instanceof ApiError && error.status === 0),
			);
		assert.is(sent, 0);
	});
});

describe('plan --revoke-own', it => {
	const own = { only: ['revoke_kubeconfig', 'clean_permissions'] };

	it('revokes only one’s own, after which the old login is out', () =>
		withApplier(1, async applier => {
			const { fleet, uid } = applier;
			const [cluster] = fleet.state.clusters;
			assert.ok(cluster);
			removeUser(fleet, uid);
			const without = await applier.plan({ ...own, identities: [uid] });
			assert.equal(without.steps, []);
			assert.ok(without.refused.some(({ code }) => code === 'own_identity'));
			const plan = await applier.plan({ ...own, revokeOwn: true });
			assert.equal(
				plan.steps.flatMap(({ action, target }) =>
					action === 'revoke_kubeconfig' && target.kind === 'kubeconfig' ? [target.account] : [],
				),
				[uid],
			);
			const before = userOf(cluster, uid);
			const mine = await applier.plan({ ...own, revokeOwn: true, identities: [uid] });
			const { results, lines } = await applier.apply(mine);
			assert.equal(outcomes(results), [['revoke_kubeconfig', 'done', '']]);
			assert.equal(writes(fleet), [`RevokeK8sClusterKubeConfig /k8s/${cluster.id}/certs`]);
			const after = userOf(cluster, uid);
			assert.is.not(after, before);
			const names = (await bindingsOf(cluster, uid)).flatMap(({ subjects }) =>
				subjects.map(({ name }) => name),
			);
			assert.ok(names.includes(after) && !names.includes(before));
			assert.is((await applier.restore(lines))[0]?.outcome, 'skipped');
		}));

	for (const [title, is] of [
		['cut before it was done', 'cut'],
		['cut after it was done', 'lost'],
	] as const)
		it(`revokes once :: ${title}`, () =>
			withApplier(1, async applier => {
				const { fleet, uid } = applier;
				removeUser(fleet, uid);
				const plan = await applier.plan({ ...own, revokeOwn: true, identities: [uid] });
				fleet.state.faults.push(fault('RevokeK8sClusterKubeConfig', { is }));
				const { results } = await applier.apply(plan);
				assert.equal(
					results.map(({ outcome }) => outcome),
					['done'],
				);
				assert.is(writes(fleet).length, 1);
			}));

	it('is not done where the service says yes and the old file still works', () =>
		withApplier(1, async applier => {
			const { fleet, uid } = applier;
			removeUser(fleet, uid);
			const plan = await applier.plan({ ...own, revokeOwn: true, identities: [uid] });
			fleet.state.faults.push(fault('RevokeK8sClusterKubeConfig', { is: 'ignored' }));
			const { results } = await applier.apply(plan);
			assert.equal(
				results.map(({ outcome }) => outcome),
				['unconfirmed'],
			);
		}));
});

describe('offboard, somebody of an account [cli]', it => {
	/** As a person runs it, with the key in the environment. */
	async function offboard({ fleet, key }: Applier, uid: string, dir: string) {
		const ca = join(dir, 'ca.pem');
		await writeFile(ca, fleet.authorityPem);
		const endpoints = Object.entries(fleet.endpoints).map(([product, host]) => `${product}=${host}`);
		const words = [
			...['offboard', uid, '--apply', '--yes', '--max-objects', '50', '--state', join(dir, 'state')],
			...['--alibaba', '--alibaba-ca', ca, '--alibaba-endpoint', ...endpoints],
		];
		const env = {
			ALIBABA_CLOUD_ACCESS_KEY_ID: key.accessKeyId,
			ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.accessKeySecret,
			ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
		};
		return spawnCli(words, { cwd: dir, env });
	}
	/** Still there: who leaves is deleted last. */
	async function present(applier: Applier) {
		const { users } = applier.fleet.state;
		const left = await everywhere(applier);
		applier.fleet.state.users = users;
		return left;
	}

	it('ends files and bindings on every cluster, the deletion being last', () =>
		withApplier(3, applier =>
			withTempDir(async dir => {
				const { uid, clusters } = await present(applier);
				const { code, stdout, stderr } = await offboard(applier, uid, dir);
				assert.equal([code, stderr.match(/error:.*/g) ?? []], [0, []], stdout);
				assert.equal(stateOf(clusters, uid), ['Removed', 'Removed', 'Removed']);
				for (const cluster of clusters) assert.equal(await bindingsOf(cluster, uid), []);
				const { steps } = JSON.parse(await readFile(join(dir, 'offboard-plan.json'), 'utf8')) as Plan;
				const actions = (id: string) =>
					steps.flatMap(({ action, cluster }) => (cluster.uid === id ? [action] : []));
				const each = ['check_use', 'clean_permissions'];
				const all = clusters.map(({ id }) => actions(id));
				assert.equal(
					all.map(one => one.slice(0, 2)),
					[each, each, each],
				);
				assert.equal(
					all.flatMap(one => one.slice(2)),
					['delete_identity'],
				);
				assert.equal(
					writes(applier.fleet).toSorted(byCodeUnit),
					clusters.map(cluster => cleanOf({ cluster, uid })).toSorted(byCodeUnit),
				);
			}),
		));

	it('ends with 4 where a step fails, stops that cluster alone, and says what still works', () =>
		withApplier(3, applier =>
			withTempDir(async dir => {
				const { uid, clusters } = await present(applier);
				const error = { status: 403, code: 'Forbidden.RAM', message: 'x' };
				applier.fleet.state.faults.push(
					fault('CleanClusterUserPermissions', { is: 'error', ...error }, 1, clusters[1]?.id),
				);
				const { code, stdout } = await offboard(applier, uid, dir);
				assert.is(code, 4, stdout);
				assert.equal(stateOf(clusters, uid), ['Removed', 'Unexpired', 'Removed']);
				assert.match(stdout, /2 done, 0 skipped, 0 not confirmed, 1 failed/);
				assert.match(stdout, new RegExp(`kubeconfig:${clusters[1]?.id}/${uid}`));
			}),
		));
});

describe('deploy/alibaba/remediate-policy.json', it => {
	// Every applier above had the two policies of deploy/ and nothing else.
	it('holds nothing that no action calls', async () => {
		const unused = (await policyActions('remediate-policy.json')).filter(action => !called.has(action));
		assert.equal(unused, []);
	});
});
