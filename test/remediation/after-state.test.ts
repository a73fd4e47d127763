import type { Facts } from '../../src/model/facts.ts';
import { afterStateBars } from '../../src/remediation/after-state.ts';
import { type Actor, scopesOf } from '../../src/remediation/scope.ts';
import { binding, clusterFacts, credentialOf, role } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { listed, planOf, reportOf, withRoster } from './report-of.ts';

const admin = role('cluster-admin', ['* * *'], {
	rules: [
		{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
		{ verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
	],
});
const view = role('view', ['get core pods']);

/** What is said of taking everything from one person. */
async function barsOf(facts: Facts, who: string, actors: Record<string, Actor> = {}): Promise<string[]> {
	const report = await reportOf([facts]);
	const { steps } = planOf(report, { offboard: who });
	const [scope] = scopesOf(report, new Map(Object.entries(actors)));
	if (scope === undefined) throw new Error('no cluster');
	return afterStateBars(scope, steps, name => name.includes('break-glass'));
}

const leaving = (rest: Partial<Facts>, others: Facts['identities'] = []) =>
	withRoster([listed('ann', 'disabled'), ...others], { roles: [admin, view], ...rest });
const annAdmin = binding('ann', 'ClusterRole cluster-admin', ['User ann']);
const annLogin = credentialOf('ann');
const LAST = ['prod: nobody who is known to work would be cluster-admin any more (now: User ann)'];

describe('afterStateBars', it => {
	it('refuses to end the last administrator who has a credential', async () =>
		assert.equal(await barsOf(leaving({ bindings: [annAdmin], credentials: [annLogin] }), 'ann'), LAST));

	it('refuses to end the last one who is active without a credential that is known', async () =>
		assert.equal(
			await barsOf(withRoster([listed('ann', 'active')], { roles: [admin], bindings: [annAdmin] }), 'ann'),
			LAST,
		));

	it('refuses to end the only one of whom nobody can say whether they work', async () =>
		assert.equal(
			await barsOf(withRoster([listed('ann', 'unknown')], { roles: [admin], bindings: [annAdmin] }), 'ann'),
			LAST,
		));

	it('is content where the only one is known to be gone', async () =>
		assert.equal(
			await barsOf(withRoster([listed('ann', 'deleted')], { roles: [admin], bindings: [annAdmin] }), 'ann'),
			[],
		));

	it('is content with another who has a credential in force', async () =>
		assert.equal(
			await barsOf(
				leaving({
					bindings: [annAdmin, binding('bob', 'ClusterRole cluster-admin', ['User bob'])],
					credentials: [annLogin, credentialOf('bob')],
				}),
				'ann',
			),
			[],
		));

	it('is content with another who is active', async () =>
		assert.equal(
			await barsOf(
				leaving(
					{
						bindings: [annAdmin, binding('bob', 'ClusterRole cluster-admin', ['User bob'])],
						credentials: [annLogin],
					},
					[listed('bob', 'active')],
				),
				'ann',
			),
			[],
		));

	it('does not count one whose credential has ended, or who is gone', async () =>
		assert.equal(
			await barsOf(
				leaving(
					{
						bindings: [annAdmin, binding('bob', 'ClusterRole cluster-admin', ['User bob', 'User eve'])],
						credentials: [annLogin, credentialOf('bob', { state: 'expired' })],
					},
					[listed('eve', 'deleted')],
				),
				'ann',
			),
			LAST,
		));

	it('does not count system:masters, nor groups whose members nobody knows', async () =>
		assert.equal(
			await barsOf(
				leaving({
					bindings: [
						annAdmin,
						binding('masters', 'ClusterRole cluster-admin', ['Group system:masters']),
						binding('admins', 'ClusterRole cluster-admin', ['Group admins']),
					],
					credentials: [annLogin, credentialOf('root', { groups: ['system:masters'] })],
				}),
				'ann',
			),
			LAST,
		));

	it('counts a group by a certificate of a member', async () =>
		assert.equal(
			await barsOf(
				leaving({
					bindings: [annAdmin, binding('admins', 'ClusterRole cluster-admin', ['Group admins'])],
					credentials: [annLogin, credentialOf('bob', { groups: ['admins'] })],
				}),
				'ann',
			),
			[],
		));

	it('leaves a cluster that had none as it was', async () =>
		assert.equal(
			await barsOf(
				leaving({ bindings: [binding('ann', 'ClusterRole view', ['User ann'])], credentials: [annLogin] }),
				'ann',
			),
			[],
		));

	it('refuses to take from whoever applies what everybody is granted and they need', async () => {
		const facts = clusterFacts({
			roles: [admin],
			bindings: [
				binding('everybody', 'ClusterRole cluster-admin', ['Group system:authenticated']),
				binding('bob', 'ClusterRole cluster-admin', ['User bob']),
			],
			credentials: [credentialOf('bob')],
		});
		const report = await reportOf([facts]);
		const { steps } = planOf(report, { policies: ['privilege/anonymous_grant'] });
		const actors = new Map([['uid-1', { username: 'me', groups: ['system:authenticated'], account: '' }]]);
		const [scope] = scopesOf(report, actors);
		assert.equal(scope && afterStateBars(scope, steps, () => false), [
			'prod: whoever scans, plans or applies (me) would lose the power cluster_admin, wildcard, impersonate, …',
		]);
		const bob = scopesOf(
			report,
			new Map([['uid-1', { username: 'bob', groups: ['system:authenticated'], account: '' }]]),
		)[0];
		assert.equal(bob && afterStateBars(bob, steps, () => false), []);
	});

	for (const [what, subject, actor, said] of [
		[
			'the user who applies',
			'User ann',
			{ username: 'ann', groups: [] },
			'whoever scans, plans or applies (ann) would lose what ops grants',
		],
		[
			'a group of whoever applies',
			'Group admins',
			{ username: 'me', groups: ['admins'] },
			'whoever scans, plans or applies (me) would lose what ops grants',
		],
		['nodes', 'Group system:nodes', { username: 'me', groups: [] }, 'nodes would lose access'],
		[
			'a user kept for emergencies',
			'User break-glass',
			{ username: 'me', groups: [] },
			'break-glass is kept for emergencies and would lose access',
		],
	] as const)
		it(`refuses a forged step that takes access from ${what}`, async () => {
			const facts = clusterFacts({
				roles: [view],
				bindings: [
					binding('ops', 'ClusterRole view', [subject]),
					binding('lost', 'ClusterRole view', ['ServiceAccount ci/gone']),
				],
			});
			const report = await reportOf([facts]);
			const [step] = planOf(report).steps.filter(({ target }) => target.kind === 'binding');
			const [scope] = scopesOf(
				report,
				new Map([['uid-1', { ...actor, groups: [...actor.groups], account: '' }]]),
			);
			if (step?.target.kind !== 'binding' || scope === undefined) throw new Error('no step to forge');
			const grant = scope.grants.find(({ bindingName }) => bindingName === 'ops');
			const remove = grant === undefined ? [] : [grant.subject];
			const forged = { ...step, target: { ...step.target, uid: 'uid of ops', subjects: remove, remove } };
			assert.equal(
				afterStateBars(scope, [forged], name => name.includes('break-glass')),
				[`prod: ${said}`],
			);
		});
});
