import { DAY } from '../../src/lib/epoch.ts';
import type { Report } from '../../src/model/report.ts';
import { viewsOf } from '../../src/views.ts';
import { assert, describe } from '../helpers/describe.ts';
import {
	ANN,
	ackCluster,
	bound,
	cloudFleet,
	EAST,
	GONE,
	kubeconfig,
	ROOT,
	ramUser,
	WEST,
} from '../reporters/fixtures/cloud.ts';
import { cluster, credential, NOW, report } from '../reporters/fixtures/report.ts';

function made(parts: Partial<Pick<Report, 'clusters' | 'credentials' | 'identities' | 'grants'>>) {
	return viewsOf({ clusters: [ackCluster()], credentials: [], identities: [], grants: [], ...parts });
}

/** Ids, with the state and what is left, of what deleted identities left. */
function left(views: ReturnType<typeof viewsOf>): unknown[] {
	return views.deleted.map(({ accountId, rows }) => [
		accountId,
		rows.map(row => [row.id, row.state, row.hasGrants]),
	]);
}

const UNREAD = [{ source: 'cloud', status: 'complete', count: 1 } as const];

describe('viewsOf', it => {
	it('without clusters of a cloud :: nothing', () =>
		assert.equal(viewsOf(report()), { clusters: [], identities: [], deleted: [] }));
	it('by cluster :: everybody who holds a file, and whom bindings name', () => {
		const { clusters } = cloudFleet().views;
		assert.equal(
			clusters.map(({ name, clusterState, isWhole, rows }) => [
				name,
				clusterState,
				isWhole,
				rows.map(row => row.name),
			]),
			[
				['shop-east', 'running', true, ['ann', 'ci', 'fay', 'gus', 'root', 'scanner']],
				['shop-west', 'running', false, ['ann', 'gus']],
				['Alibaba Cloud account', '', false, []],
			],
		);
		assert.equal(clusters[0]?.rows[3], {
			accountId: GONE,
			name: 'gus',
			displayName: '',
			accountType: 'ram_user',
			accountState: 'deleted',
			cloudService: '',
			state: 'effective',
			notAfter: NOW + DAY,
			hasGrants: 'no',
			activity: { answer: 'no_record', last: null, reason: '' },
			deletable: { may: true, reason: '', warning: '' },
		});
	});
	it('by identity :: the cluster’s state is not the kubeconfig’s', () => {
		const ann = cloudFleet().views.identities.find(({ accountId }) => accountId === ANN);
		assert.equal(
			ann?.rows.map(row => [row.id, row.clusterState, row.state, row.hasGrants, row.activity.answer]),
			[
				[EAST, 'running', 'effective', 'yes', 'records_found'],
				[WEST, 'running', 'effective', 'unknown', 'failed'],
			],
		);
	});
	it('a subject with a suffix is the same identity', () => {
		const { clusters } = made({ credentials: [kubeconfig()], grants: [bound(`${ANN}-1673419473`)] });
		assert.equal(
			clusters[0]?.rows.map(row => [row.accountId, row.hasGrants]),
			[[ANN, 'yes']],
		);
	});
	it('other subjects are no identity of the cloud', () => {
		const group = bound('x', { subject: { kind: 'Group', name: ANN, namespace: '' } });
		assert.equal(
			made({ grants: [group, bound('alice'), bound(ANN, { cluster: WEST })] }).clusters[0]?.rows,
			[],
		);
	});
	it('bindings whose kubeconfig no list names stay, as unknown', () => {
		const { clusters } = made({
			grants: [bound(GONE)],
			identities: [ramUser(GONE, { name: '', state: 'deleted' })],
		});
		assert.equal(
			clusters[0]?.rows.map(row => [row.accountId, row.name, row.state, row.hasGrants, row.deletable.reason]),
			[[GONE, '', 'unknown', 'yes', 'kubeconfig_state']],
		);
	});
	it('a certificate that no cloud lists is in no view', () =>
		assert.equal(
			made({ credentials: [credential({ cluster: EAST, username: ANN })] }).clusters[0]?.rows,
			[],
		));
	it('clusters of no cloud are in no view', () => assert.equal(made({ clusters: [cluster()] }).clusters, []));
	const claims = [
		['active', 'active', 'active'],
		['disabled', 'active', 'inactive'],
		['deleted', 'deleted', 'deleted'],
		['unknown', 'deleted', 'unknown'],
	] as const;
	for (const [state, claimed, shown] of claims)
		it(`account state :: lists ${state}, cluster ${claimed} is ${shown}`, () => {
			const views = made({
				credentials: [kubeconfig({ accountState: claimed })],
				identities: [ramUser(ANN, { state })],
			});
			assert.is(views.clusters[0]?.rows[0]?.accountState, shown);
		});
	it('account state :: without lists, what the cluster says', () => {
		const credentials = [kubeconfig({ accountState: 'inactive' })];
		const unread = [ramUser(ANN, { state: 'unknown', listComplete: false })];
		assert.equal(
			[made({ credentials }), made({ credentials, identities: unread })].map(
				views => views.clusters[0]?.rows[0]?.accountState,
			),
			['inactive', 'inactive'],
		);
	});
	it('nobody deletes who they are: the caller is the scan', () =>
		assert.equal(
			cloudFleet().views.clusters[0]?.rows.map(row => [row.name, row.deletable.reason]),
			[
				['ann', ''],
				['ci', 'refused'],
				['fay', ''],
				['gus', ''],
				['root', 'root_account'],
				['scanner', 'own'],
			],
		));
});

describe('viewsOf :: deleted identities', it => {
	const gone = ramUser(GONE, { name: 'gus', state: 'deleted' });
	const file = (state: 'effective' | 'expired' | 'deleted' | 'revoked' | 'not_issued' | 'unknown') =>
		kubeconfig({ accountId: GONE, accountState: 'deleted' }, { state });
	it('with a file in force or bindings', () =>
		assert.equal(left(cloudFleet().views), [
			[
				GONE,
				[
					[EAST, 'effective', 'no'],
					[WEST, 'deleted', 'yes'],
				],
			],
		]));
	for (const state of ['expired', 'deleted', 'revoked', 'not_issued'] as const) {
		it(`${state} :: only while bindings may name it`, () => {
			const parts = { credentials: [file(state)], identities: [gone] };
			assert.equal(left(made(parts)), []);
			assert.equal(left(made({ ...parts, grants: [bound(GONE)] })), [[GONE, [[EAST, state, 'yes']]]]);
			assert.equal(left(made({ ...parts, clusters: [ackCluster({ sources: UNREAD })] })), [
				[GONE, [[EAST, state, 'unknown']]],
			]);
		});
	}
	for (const state of ['effective', 'unknown'] as const)
		it(`${state} :: also without bindings`, () =>
			assert.equal(left(made({ credentials: [file(state)], identities: [gone] })), [
				[GONE, [[EAST, state, 'no']]],
			]));
	it('nobody else: active, frozen, unknown, or gone from a list that was cut', () => {
		for (const over of [
			{ state: 'active' },
			{ state: 'disabled' },
			{ state: 'unknown' },
			{ state: 'deleted', listComplete: false },
		] as const)
			assert.equal(left(made({ credentials: [file('effective')], identities: [{ ...gone, ...over }] })), []);
		assert.equal(left(made({ credentials: [file('effective')] })), []);
	});
	it('not who is in the list of another account of the run', () => {
		const views = made({
			clusters: [ackCluster(), ackCluster({ uid: WEST })],
			credentials: [file('effective'), kubeconfig({ accountId: GONE }, { cluster: WEST })],
			identities: [gone, ramUser(GONE, { cluster: WEST })],
		});
		assert.equal([left(views), views.identities.map(({ state }) => state)], [[], ['active']]);
	});
	it('where one cluster cannot tell, those that can', () => {
		const views = made({
			clusters: [ackCluster(), ackCluster({ uid: WEST })],
			credentials: [file('effective'), kubeconfig({ accountId: GONE }, { cluster: WEST })],
			identities: [gone, ramUser(GONE, { cluster: WEST, state: 'unknown' })],
		});
		assert.equal(
			[left(views), views.identities.map(({ state }) => state), views.deleted.map(({ state }) => state)],
			[[[GONE, [[EAST, 'effective', 'no']]]], ['unknown'], ['deleted']],
		);
	});
	it('the root account is never gone', () =>
		assert.equal(
			left(
				made({
					credentials: [kubeconfig({ accountId: ROOT, accountType: 'root' })],
					identities: [ramUser(ROOT, { type: 'root' })],
				}),
			),
			[],
		));
});

describe('viewsOf :: many', it => {
	it('takes time in proportion', () => {
		const clusters = Array.from({ length: 100 }, (_, index) =>
			ackCluster({ uid: `c${index}`, name: `c${index}` }),
		);
		const uids = Array.from({ length: 300 }, (_, index) => String(2e17 + index * 1000));
		const parts = {
			clusters,
			credentials: clusters.flatMap(({ uid }) =>
				uids.map(accountId => kubeconfig({ accountId }, { cluster: uid })),
			),
			identities: clusters.flatMap(({ uid }) => uids.map(id => ramUser(id, { cluster: uid }))),
			grants: clusters.flatMap(({ uid }) => uids.map(id => bound(id, { cluster: uid }))),
		};
		const start = performance.now();
		const views = viewsOf(parts);
		assert.ok(performance.now() - start < 15_000);
		assert.equal([views.identities.length, views.identities[0]?.rows.length], [300, 100]);
	});
});
