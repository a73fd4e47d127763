import { DAY } from '../../src/lib/epoch.ts';
import { planDigest } from '../../src/remediation/seal-plan.ts';
import { binding, clusterFacts, credentialOf, NOW, role } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import {
	cloudFacts,
	kubeconfigOf,
	listed,
	planOf,
	ramUser,
	reportOf,
	stepsOf,
	UID,
	withRoster,
} from './report-of.ts';

const view = role('view', ['get,list core pods']);
const missing = (name: string) => `ServiceAccount ci/${name}`;

describe('makePlan', it => {
	it('one step for a binding, with all its subjects that go', async () => {
		const facts = clusterFacts({
			roles: [view],
			serviceAccounts: [{ uid: 'u', namespace: 'ci', name: 'there' }],
			bindings: [
				binding('ops', 'ClusterRole view', [
					missing('a'),
					'User system:serviceaccount:ci:a',
					missing('b'),
					missing('there'),
				]),
			],
		});
		const plan = planOf(await reportOf([facts]));
		const [step] = plan.steps.filter(({ action }) => action === 'remove_subjects');
		assert.equal(stepsOf(plan), [
			'check_use system:serviceaccount:ci:a',
			'check_use system:serviceaccount:ci:b',
			'remove_subjects ops',
		]);
		assert.equal(step?.target, {
			kind: 'binding',
			uid: 'uid of ops',
			bindingKind: 'ClusterRoleBinding',
			namespace: '',
			name: 'ops',
			role: { kind: 'ClusterRole', name: 'view' },
			subjects: ['a', 'b', 'there'].map(name => ({ kind: 'ServiceAccount', namespace: 'ci', name })),
			remove: ['a', 'b'].map(name => ({ kind: 'ServiceAccount', namespace: 'ci', name })),
		});
		assert.equal(plan.refused, []);
	});

	it('deletes a binding whose subjects all go', async () => {
		const facts = clusterFacts({
			roles: [view],
			bindings: [binding('shop/ops', 'ClusterRole view', [missing('a')])],
		});
		assert.equal(stepsOf(planOf(await reportOf([facts]))), [
			'check_use system:serviceaccount:ci:a',
			'delete_binding ops',
		]);
	});

	it('a binding that somebody else would put back is advice, with the change and the owner', async () => {
		const facts = clusterFacts({
			roles: [view],
			bindings: [
				binding('ops', 'ClusterRole view', [missing('a'), 'User bob'], { manager: 'helm', owner: 'team-a' }),
			],
		});
		const [step, ...others] = planOf(await reportOf([facts])).steps;
		assert.equal([step?.action, others], ['advise', []]);
		assert.equal(step?.instructions, [
			'ClusterRoleBinding ops belongs to Helm: change the chart or its values, and upgrade the release',
			'it is answered for by team-a',
			'a live change would be put back; the subjects are to be:',
			'  subjects:',
			'    - kind: User',
			'      name: "bob"',
			'      apiGroup: rbac.authorization.k8s.io',
		]);
	});

	it('ends a deleted person, and says what remains', async () => {
		const facts = withRoster([listed('ann', 'deleted')], {
			roles: [view],
			credentials: [credentialOf('ann', { groups: ['devs'], notAfter: NOW + 30 * DAY })],
			bindings: [
				binding('ann-view', 'ClusterRole view', ['User ann']),
				binding('devs-view', 'ClusterRole view', ['Group devs']),
			],
		});
		const plan = planOf(await reportOf([facts]));
		assert.equal(stepsOf(plan), ['check_use ann', 'advise x509:ann', 'delete_binding ann-view']);
		const deed = plan.steps[2];
		assert.equal(deed?.ends, ['what User ann is granted by ClusterRoleBinding ann-view (ClusterRole view)']);
		assert.equal(deed?.remains, [
			'the certificate x509:ann of ann stays valid until 2026-01-31: it still logs in, with what its groups and everybody are granted',
			'what the group devs is granted by ClusterRoleBinding devs-view (ClusterRole view) stays',
			'watches and exec sessions that are open go on until they end',
		]);
		assert.equal(deed?.evidence, {
			grade: 'none',
			result: 'not_judged',
			last: null,
			reasons: [
				'orphan/grant_of_deleted_identity: Role bound to a deleted identity',
				'orphan/identity_deleted: Working credential of a deleted identity',
			],
		});
	});

	it('never takes a group from a binding for one of its members', async () => {
		const facts = withRoster([listed('ann', 'deleted')], {
			roles: [view],
			credentials: [credentialOf('ann', { groups: ['devs'] })],
			bindings: [binding('devs-view', 'ClusterRole view', ['Group devs'])],
		});
		assert.equal(stepsOf(planOf(await reportOf([facts]))), ['advise x509:ann']);
	});

	it('cleans a kubeconfig of the cloud once, and leaves to the cloud what is bound to its user', async () => {
		const facts = cloudFacts(
			[kubeconfigOf(UID)],
			[ramUser(UID, 'deleted'), ramUser(UID, 'deleted', { username: `${UID}-7` })],
			{
				roles: [view],
				bindings: [
					binding(`${UID}-cluster`, 'ClusterRole view', [`User ${UID}-7`]),
					binding('shared', 'ClusterRole view', [`User ${UID}`, missing('gone')]),
				],
			},
		);
		const plan = planOf(await reportOf([facts]));
		assert.equal(stepsOf(plan), [
			`check_use ${UID}`,
			'check_use system:serviceaccount:ci:gone',
			'advise 1 user',
			`clean_permissions ${UID}`,
			'delete_binding shared',
		]);
		assert.equal(plan.steps[3]?.target, {
			kind: 'kubeconfig',
			uid: `kubeconfig:c1/${UID}`,
			account: UID,
			region: 'cn-hangzhou',
			force: false,
			bindings: 2,
		});
	});

	it('the same report gives the same plan, known by its digest', async () => {
		const facts = clusterFacts({
			roles: [view],
			bindings: [binding('ops', 'ClusterRole view', [missing('a')])],
		});
		const report = await reportOf([facts]);
		const plan = planOf(report);
		assert.equal(planOf(report), plan);
		assert.is(planDigest(plan), plan.digest);
	});

	it('selects by action, step, policy, cluster and identity', async () => {
		const facts = clusterFacts({
			roles: [view],
			bindings: [
				binding('ops', 'ClusterRole view', [missing('a')]),
				binding('lost', 'ClusterRole nowhere', ['User bob']),
			],
		});
		const report = await reportOf([facts]);
		const id = planOf(report).steps.find(({ action }) => action === 'delete_binding')?.id ?? '';
		const of = (options: Parameters<typeof planOf>[1]) =>
			stepsOf(planOf(report, options)).filter(step => !step.startsWith('check_use'));
		assert.equal(
			[
				of({}),
				of({ only: ['delete_binding'] }),
				of({ only: [id.slice(0, 6)] }),
				of({ exclude: ['delete_binding'] }),
				of({ policies: ['orphan/role_*'] }),
				of({ clusters: ['staging'] }),
				of({ identities: ['bob'] }),
			].map(steps => steps.length),
			[2, 2, 1, 0, 1, 0, 1],
		);
	});

	it('says last that whoever has nothing left may be deleted', async () => {
		const facts = withRoster([listed('ann', 'active')], {
			roles: [view],
			bindings: [binding('ann-view', 'ClusterRole view', ['User ann'])],
		});
		const plan = planOf(await reportOf([facts]), { offboard: 'ann' });
		assert.equal(stepsOf(plan), ['check_use ann', 'delete_binding ann-view', 'delete_identity ann']);
	});
});
