import { order, roleKey, rolePowers } from '../../src/join/powers.ts';
import type { LabelSelector } from '../../src/model/facts.ts';
import { role } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';

const R = 'rbac.authorization.k8s.io';
const C = 'certificates.k8s.io';
const CSR = 'certificatesigningrequests';
const CLIENT = 'kubernetes.io/kube-apiserver-client';
const ALL = [
	'cluster_admin',
	'wildcard',
	'impersonate',
	'escalate',
	'bind',
	'sign_csr',
	'approve_csr',
	'create_token',
	'read_secrets',
	'nodes_proxy',
	'exec_pods',
	'create_pods',
	'write_rbac',
];
const ADMIN_OF_RBAC = ['escalate', 'bind', 'write_rbac'];

describe('rolePowers :: of rules', it => {
	for (const [rules, powers] of [
		[['* * *'], ALL],
		// Every verb on everything, but for names: nothing can be told of them.
		[['* * * x'], []],
		// A wildcard inside one group is that group's alone.
		[['* apps *'], []],
		[[`* ${R} *`], ADMIN_OF_RBAC],
		[
			['* core *'],
			['impersonate', 'create_token', 'read_secrets', 'nodes_proxy', 'exec_pods', 'create_pods'],
		],
		[['get,list * *'], ['read_secrets', 'nodes_proxy', 'exec_pods']],
		[['get core secrets'], ['read_secrets']],
		[['list core secrets'], ['read_secrets']],
		[['watch core secrets'], ['read_secrets']],
		[['create core secrets'], []],
		[['get core secrets tls'], []],
		[['get apps secrets'], []],
		[['get core secrets/status'], []],
		[['create core serviceaccounts'], []],
		[['create core serviceaccounts/token'], ['create_token']],
		[['create core */token'], ['create_token']],
		[['create core pods'], ['create_pods']],
		[['create core pods/exec'], ['exec_pods']],
		[['get core pods/exec'], ['exec_pods']],
		[['create core */exec'], ['exec_pods']],
		[['create core pods/*'], []],
		[['get core nodes/proxy'], ['nodes_proxy']],
		[['create core nodes/proxy'], ['nodes_proxy']],
		[['get core nodes'], []],
		[['impersonate core users'], ['impersonate']],
		[['impersonate core groups'], ['impersonate']],
		[['impersonate core serviceaccounts'], ['impersonate']],
		[['impersonate core groups developers'], []],
		[['impersonate core groups developers,system:masters'], ['impersonate']],
		[['impersonate authentication.k8s.io userextras/scopes'], []],
		[[`escalate ${R} clusterroles`], ['escalate']],
		[[`escalate ${R} roles`], ['escalate']],
		[[`bind ${R} clusterroles`], ['bind']],
		[[`bind ${R} rolebindings`], []],
		[[`create ${R} clusterrolebindings`], ['write_rbac']],
		[[`patch ${R} roles`], ['write_rbac']],
		[[`delete,get ${R} roles`], []],
		// Approving takes two permissions, the second per signer.
		[[`update ${C} ${CSR}/approval`], []],
		[[`approve ${C} signers ${CLIENT}`], []],
		[[`update ${C} ${CSR}/approval`, `approve ${C} signers ${CLIENT}`], ['approve_csr']],
		[[`patch ${C} ${CSR}/approval`, `approve ${C} signers ${CLIENT}`], ['approve_csr']],
		[[`update ${C} ${CSR}/approval`, `approve ${C} signers kubernetes.io/*`], ['approve_csr']],
		[[`update ${C} ${CSR}/approval`, `approve ${C} signers`], ['approve_csr']],
		[[`update ${C} ${CSR}/approval`, `approve ${C} signers example.com/*`], []],
		[[`update ${C} ${CSR}/approval`, `sign ${C} signers ${CLIENT}`], []],
		[[`update ${C} ${CSR}/approval`, `approve ${C} signers kubernetes.io/kube-apiserver-client-kubelet`], []],
		[[`update ${C} ${CSR}/status`, `sign ${C} signers ${CLIENT}`], ['sign_csr']],
		[[`patch ${C} */status`, `sign ${C} signers`], ['sign_csr']],
		[['get core <script>'], []],
		[[' '], []],
	] as const) {
		it(`${rules.join('; ')} :: ${powers.join() || 'none'}`, () =>
			assert.equal(rolePowers([role('r', [...rules])]), new Map([['/r', [...powers]]])));
	}
});

describe('rolePowers :: bind and escalate limited to names', it => {
	const named = (verb: string, name: string) => `${verb} ${R} clusterroles ${name}`;

	it('worth what the named role is worth', () =>
		assert.equal(
			rolePowers([
				role('binder', [named('bind', 'reader')]),
				role('escalator', [named('escalate', 'nothing,reader')]),
				role('harmless', [named('bind', 'nothing')]),
				role('dreamer', [named('bind', 'missing')]),
				role('itself', [named('bind', 'itself')]),
				role('nothing', ['get core pods']),
				role('reader', ['get core secrets']),
			]),
			new Map([
				['/binder', ['bind']],
				['/escalator', ['escalate']],
				['/harmless', []],
				['/dreamer', []],
				['/itself', []],
				['/nothing', []],
				['/reader', ['read_secrets']],
			]),
		));

	it('through several steps, in whatever order they come', () => {
		const chain = [
			role('a', [named('bind', 'b')]),
			role('b', [named('bind', 'c')]),
			role('c', [named('escalate', 'd')]),
			role('d', ['create core pods']),
		];
		const powers = new Map([
			['/a', ['bind']],
			['/b', ['bind']],
			['/c', ['escalate']],
			['/d', ['create_pods']],
		]);
		assert.equal(rolePowers(chain), powers);
		assert.equal(new Map([...rolePowers(chain.reverse())].reverse()), powers);
	});

	it('a Role of the same name is another', () =>
		assert.equal(
			rolePowers([role('binder', [named('bind', 'x')]), role('ns/x', ['get core secrets'])]),
			new Map([
				['/binder', []],
				['ns/x', ['read_secrets']],
			]),
		));
});

describe('rolePowers :: hostile labels', it => {
	it('a selector of a name that every object has selects no role without that label', () => {
		const inherited: LabelSelector = {
			matchLabels: {},
			matchExpressions: [{ key: 'constructor', operator: 'Exists', values: [] }],
		};
		const gathering = role('gathering', [], { aggregates: [inherited] });
		const admin = role('admin', ['* * *']);
		assert.equal(rolePowers([gathering, admin]).get(roleKey('ClusterRole', '', 'gathering')), []);
	});
});

describe('rolePowers :: aggregation', it => {
	const selector = (
		matchLabels: Record<string, string>,
		...matchExpressions: LabelSelector['matchExpressions']
	) => ({ matchLabels, matchExpressions });
	const gathers = (one: LabelSelector) => role('sum', [], { aggregates: [one] });
	const part = role('part', ['get core secrets'], { labels: { to: 'sum', tier: '1' } });
	const expression = (key: string, operator: string, values: string[] = []) =>
		selector({}, { key, operator, values });

	for (const [name, one, isGathered] of [
		['equal label', selector({ to: 'sum' }), true],
		['other value', selector({ to: 'other' }), false],
		['two labels', selector({ to: 'sum', tier: '1' }), true],
		['one of two labels', selector({ to: 'sum', tier: '2' }), false],
		['empty selects everything', selector({}), true],
		['In', expression('to', 'In', ['a', 'sum']), true],
		['In, not', expression('to', 'In', ['a']), false],
		['NotIn', expression('to', 'NotIn', ['a']), true],
		['NotIn, absent', expression('none', 'NotIn', ['a']), true],
		['NotIn, not', expression('to', 'NotIn', ['sum']), false],
		['Exists', expression('to', 'Exists'), true],
		['Exists, not', expression('none', 'Exists'), false],
		['DoesNotExist', expression('none', 'DoesNotExist'), true],
		['DoesNotExist, not', expression('to', 'DoesNotExist'), false],
		['unknown operator', expression('to', 'Gt', ['0']), false],
	] as const) {
		it(name, () =>
			assert.equal(rolePowers([gathers(one), part]).get('/sum'), isGathered ? ['read_secrets'] : []),
		);
	}

	it('the roles that a gathered role gathers, and circles', () => {
		const to = (name: string) => ({ labels: { to: name } });
		const from = (name: string) => ({ aggregates: [selector({ to: name })] });
		const powers = rolePowers([
			role('admin', [], { ...from('admin'), ...to('view') }),
			role('edit', ['create core pods'], { ...from('edit'), ...to('admin') }),
			role('view', ['get core secrets'], { ...from('view'), ...to('edit') }),
		]);
		assert.equal(
			powers,
			new Map([
				['/admin', ['read_secrets', 'create_pods']],
				['/edit', ['read_secrets', 'create_pods']],
				['/view', ['read_secrets', 'create_pods']],
			]),
		);
	});

	it('a namespaced Role is not gathered', () =>
		assert.equal(rolePowers([gathers(selector({})), role('ns/r', ['get core secrets'])]).get('/sum'), []));
});

describe('roleKey', it => {
	it('a Role by its namespace, a ClusterRole from everywhere', () => {
		assert.is(roleKey('Role', 'ns', 'r'), 'ns/r');
		assert.is(roleKey('ClusterRole', 'ns', 'r'), '/r');
	});
});

describe('order', it => {
	it('strongest first, without doubles', () =>
		assert.equal(order(['create_pods', 'wildcard', 'create_pods']), ['wildcard', 'create_pods']));
});
