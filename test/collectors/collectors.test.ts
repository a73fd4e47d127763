import { authorizer } from '../../src/collectors/authorizer.ts';
import { bindings } from '../../src/collectors/bindings.ts';
import type { Collector } from '../../src/collectors/collector.ts';
import { roles } from '../../src/collectors/roles.ts';
import { serviceAccounts } from '../../src/collectors/service-accounts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { type Answers, no, stubApi } from '../helpers/stub-api.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const NOTHING = { readBootstrapTokens: false, foreignAuthorizer: '' };
const run = (collector: Collector, answers: Answers, options = NOTHING) =>
	collector.collect(stubApi(answers), options);
const gap = (source: string, permission: string, what: string) => ({
	source,
	code: 'forbidden',
	message: `HTTP 403: ${what} is forbidden; grant "${permission}" to read it`,
	permission,
	subject: '',
});
/** What a hostile or broken server may put in place of an object. */
const HOSTILE = [
	null,
	7,
	'x',
	[],
	{},
	{ metadata: 'x', subjects: {}, roleRef: [], rules: 'x', aggregationRule: 1 },
];

describe('bindings', it => {
	const metadata = { uid: 'u', name: 'b', resourceVersion: '9', creationTimestamp: '2026-01-01T00:00:00Z' };

	it('both kinds, each subject with its namespace', async () => {
		const roleRef = { kind: 'Role', name: 'r' };
		const subjects = [
			{ kind: 'User', name: '<script>', namespace: 'ignored' },
			{ kind: 'Group', name: 'g' },
			{ kind: 'ServiceAccount', name: 's', namespace: 'n' },
			{ kind: 'ServiceAccount', name: 'same' },
			{ kind: 'Robot', name: 'unknown' },
		];
		const common = {
			uid: 'u',
			name: 'b',
			resourceVersion: '9',
			createdAt: 1_767_225_600,
			manager: 'none',
			owner: '',
		};
		assert.equal(
			await run(bindings, {
				[`${RBAC}/clusterrolebindings`]: [
					{ metadata, roleRef: { kind: 'ClusterRole', name: 'c' }, subjects: null },
				],
				[`${RBAC}/rolebindings`]: [{ metadata: { ...metadata, namespace: 'ns' }, roleRef, subjects }],
			}),
			{
				bindings: [
					{
						...common,
						kind: 'ClusterRoleBinding',
						namespace: '',
						roleKind: 'ClusterRole',
						roleName: 'c',
						subjects: [],
					},
					{
						...common,
						kind: 'RoleBinding',
						namespace: 'ns',
						roleKind: 'Role',
						roleName: 'r',
						subjects: [
							{ kind: 'User', name: '<script>', namespace: '' },
							{ kind: 'Group', name: 'g', namespace: '' },
							{ kind: 'ServiceAccount', name: 's', namespace: 'n' },
							{ kind: 'ServiceAccount', name: 'same', namespace: 'ns' },
						],
					},
				],
				count: 2,
				gaps: [],
			},
		);
	});

	for (const [manager, labels, annotations] of [
		['bootstrap', { 'kubernetes.io/bootstrapping': 'rbac-defaults' }],
		['none', { 'kubernetes.io/bootstrapping': 'mine' }],
		['addon_manager', { 'addonmanager.kubernetes.io/mode': 'Reconcile' }],
		['argocd', {}, { 'argocd.argoproj.io/tracking-id': 'a' }],
		['argocd', { 'argocd.argoproj.io/instance': 'a' }],
		['flux', { 'kustomize.toolkit.fluxcd.io/name': 'a' }],
		['flux', { 'helm.toolkit.fluxcd.io/name': 'a', 'app.kubernetes.io/managed-by': 'Helm' }],
		['operator', { 'olm.owner': 'a' }],
		['helm', { 'app.kubernetes.io/managed-by': 'Helm' }],
		['none', { 'app.kubernetes.io/managed-by': 'hand' }],
	] as const) {
		it(`${JSON.stringify([labels, annotations])} :: ${manager}`, async () => {
			const [found] =
				(await run(bindings, { [`${RBAC}/rolebindings`]: [{ metadata: { labels, annotations } }] }))
					.bindings ?? [];
			assert.is(found?.manager, manager);
		});
	}

	it('one kind forbidden :: the other is kept', async () => {
		const permission = 'list clusterrolebindings.rbac.authorization.k8s.io';
		const { count, gaps } = await run(bindings, {
			[`${RBAC}/clusterrolebindings`]: no('it'),
			[`${RBAC}/rolebindings`]: [{ metadata }],
		});
		assert.equal([count, gaps], [1, [gap('bindings', permission, 'it')]]);
		assert.ok(bindings.permissions.includes(permission));
	});

	it('hostile answers :: empty values, never an error', async () => {
		const found = await run(bindings, { [`${RBAC}/rolebindings`]: HOSTILE });
		const empty = {
			uid: '',
			kind: 'RoleBinding',
			namespace: '',
			name: '',
			resourceVersion: '',
			roleKind: 'ClusterRole',
			roleName: '',
			subjects: [],
			createdAt: null,
			manager: 'none',
			owner: '',
		};
		assert.equal(found, { bindings: HOSTILE.map(() => empty), count: HOSTILE.length, gaps: [] });
	});
});

describe('roles', it => {
	it('rules, and what is gathered by label', async () => {
		const rule = { verbs: ['get', 7], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] };
		const selector = {
			matchLabels: { a: 'b', c: 1 },
			matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }, null],
		};
		const labels = { x: 'y' };
		const found = await run(roles, {
			[`${RBAC}/clusterroles`]: [
				{
					metadata: {
						uid: '1',
						name: 'c',
						labels,
						annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'canary' },
					},
					rules: [rule],
					aggregationRule: { clusterRoleSelectors: [selector] },
				},
			],
			[`${RBAC}/roles`]: [
				{
					metadata: { uid: '2', name: 'r', namespace: 'n', labels },
					rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }],
				},
			],
		});
		const none = { verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
		assert.equal(found, {
			roles: [
				{
					uid: '1',
					kind: 'ClusterRole',
					namespace: '',
					name: 'c',
					labels,
					rules: [{ ...none, verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] }],
					aggregates: [
						{
							matchLabels: { a: 'b' },
							matchExpressions: [
								{ key: 'k', operator: 'In', values: ['v'] },
								{ key: '', operator: '', values: [] },
							],
						},
					],
				},
				{
					uid: '2',
					kind: 'Role',
					namespace: 'n',
					name: 'r',
					labels: {},
					rules: [{ ...none, verbs: ['get'], nonResourceURLs: ['/x'] }],
					aggregates: [],
				},
			],
			count: 2,
			gaps: [],
		});
	});

	it('forbidden, hostile', async () => {
		assert.equal(await run(roles, { [`${RBAC}/clusterroles`]: no('a'), [`${RBAC}/roles`]: no('b') }), {
			roles: [],
			count: 0,
			gaps: [
				gap('roles', 'list clusterroles.rbac.authorization.k8s.io', 'a'),
				gap('roles', 'list roles.rbac.authorization.k8s.io', 'b'),
			],
		});
		const empty = { uid: '', kind: 'Role', namespace: '', name: '', labels: {}, rules: [], aggregates: [] };
		assert.equal(
			(await run(roles, { [`${RBAC}/roles`]: HOSTILE })).roles,
			HOSTILE.map(() => empty),
		);
	});
});

describe('serviceAccounts', it => {
	it('good, forbidden, hostile :: metadata is all that is asked for', async () => {
		const path = '/api/v1/serviceaccounts';
		const api = stubApi({
			[path]: [{ metadata: { uid: 'u', namespace: 'n', name: 'a', labels: { x: 'y' } }, secrets: [{}] }],
		});
		assert.equal(await serviceAccounts.collect(api, NOTHING), {
			serviceAccounts: [{ uid: 'u', namespace: 'n', name: 'a' }],
			count: 1,
			gaps: [],
		});
		assert.equal(api.asked, [[`list ${path}`, { metadataOnly: true }]]);
		assert.equal(await run(serviceAccounts, { [path]: no('x') }), {
			serviceAccounts: [],
			count: 0,
			gaps: [gap('service_accounts', 'list serviceaccounts', 'x')],
		});
		assert.equal(
			(await run(serviceAccounts, { [path]: HOSTILE })).serviceAccounts,
			HOSTILE.map(() => ({ uid: '', namespace: '', name: '' })),
		);
	});
});

describe('authorizer', it => {
	const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
	const NODE = 'node authorizer does not support user rule resolution';
	const WEBHOOK = 'webhook authorizer does not support user rule resolution';
	const said = async (status: unknown, foreignAuthorizer = '') => {
		const { count, gaps } = await run(authorizer, { [path]: { status } }, { ...NOTHING, foreignAuthorizer });
		assert.is(count, 1);
		return gaps;
	};
	const unseen = (reason: string) => [
		{
			source: 'authorizer',
			code: 'partial',
			message: `access may also come from outside RBAC (${reason}); review that authorizer by its own means`,
			permission: '',
			subject: '',
		},
	];

	it('RBAC alone, with the node authorizer or without', async () => {
		assert.equal(await said({ incomplete: false }), []);
		assert.equal(await said({ incomplete: true, evaluationError: NODE }), []);
		assert.equal(await said({ incomplete: true, evaluationError: `[${NODE}, ${NODE}]` }), []);
	});

	it('another authorizer, or an answer that cannot tell', async () => {
		assert.equal(await said({ incomplete: true, evaluationError: WEBHOOK }), unseen(WEBHOOK));
		assert.equal(await said({ incomplete: true, evaluationError: `[${NODE}, ${WEBHOOK}]` }), unseen(WEBHOOK));
		assert.equal(await said({ incomplete: true }), unseen('the API server gave no reason'));
		assert.equal(
			await said({ incomplete: true, evaluationError: 'a\n\u001b[2J' }),
			unseen('a\\u{a}\\u{1b}[2J'),
		);
		assert.equal(await said({ incomplete: false }, 'EKS'), unseen('EKS'));
		assert.equal(await said({ incomplete: true, evaluationError: NODE }, 'GKE'), unseen('GKE'));
	});

	it('an answer without a status :: is no answer', async () => {
		const message = 'the answer is not a SelfSubjectRulesReview';
		for (const status of [undefined, null, 'x', {}])
			assert.equal(await run(authorizer, { [path]: { status } }), {
				count: 0,
				gaps: [{ source: 'authorizer', code: 'partial', message, permission: '', subject: '' }],
			});
	});

	it('forbidden', async () =>
		assert.equal(await run(authorizer, { [path]: no('x') }), {
			count: 0,
			gaps: [gap('authorizer', 'create selfsubjectrulesreviews.authorization.k8s.io', 'x')],
		}));
});
