import { collect, toStatus } from '../../src/collectors/collect.ts';
import { probe } from '../../src/collectors/probe.ts';
import { ApiError } from '../../src/lib/api-error.ts';
import { forbidden } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { type Answers, no, stubApi } from '../helpers/stub-api.ts';

const NOTHING = { readBootstrapTokens: false, foreignAuthorizer: '' };
const REVIEW = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
const good: Answers = { [REVIEW]: { status: { incomplete: false } } };
const SECRETS = '/api/v1/secrets';
const BOOTSTRAP = '/api/v1/namespaces/kube-system/secrets';

describe('collect', it => {
	it('every source once, with how it went', async () => {
		const found = await collect([stubApi({ ...good, [SECRETS]: no('it') })], NOTHING);
		const complete = (source: string, count = 0) => ({ source, status: 'complete', count });
		assert.equal(found.sources, [
			complete('bindings'),
			complete('roles'),
			complete('service_accounts'),
			{ source: 'token_secrets', status: 'denied', count: 0 },
			complete('bootstrap_tokens'),
			complete('certificate_requests'),
			complete('authorizer', 1),
		]);
		assert.equal(
			found.gaps.map(gap => gap.permission),
			['list secrets'],
		);
	});

	it('what one context may not read :: is tried through the others, and no further', async () => {
		const token = { metadata: { uid: 'u', namespace: 'n', name: 's' } };
		const first = stubApi({ ...good, [SECRETS]: no('it'), [BOOTSTRAP]: no('it') });
		const second = stubApi({ ...good, [SECRETS]: [token], [BOOTSTRAP]: no('it') });
		const third = stubApi({ ...good, [BOOTSTRAP]: no('it') });
		const found = await collect([first, second, third], NOTHING);
		assert.equal(
			found.credentials.map(({ uid }) => uid),
			['secret:u'],
		);
		assert.equal(
			found.gaps.map(gap => gap.permission),
			['list secrets in namespace kube-system'],
		);
		assert.equal(
			second.asked.map(([what]) => what),
			[`list ${SECRETS}`, `list ${BOOTSTRAP}`],
		);
		assert.equal(
			third.asked.map(([what]) => what),
			[`list ${BOOTSTRAP}`],
		);
	});

	it('lists of one source that different contexts may read :: are put together', async () => {
		const RBAC = '/apis/rbac.authorization.k8s.io/v1';
		const metadata = (uid: string) => ({ metadata: { uid, name: uid } });
		const [cluster, local] = [`${RBAC}/clusterrolebindings`, `${RBAC}/rolebindings`];
		const first = stubApi({ ...good, [cluster]: [metadata('c')], [local]: no('it') });
		const second = stubApi({ ...good, [cluster]: no('it'), [local]: [metadata('r')] });
		const found = await collect([first, second], NOTHING);
		assert.equal(
			found.bindings.map(({ uid }) => uid),
			['c', 'r'],
		);
		assert.equal(found.gaps, []);
		assert.equal(found.sources[0], { source: 'bindings', status: 'complete', count: 2 });
	});

	it('what no context may read :: is told as the first one was', async () => {
		const late = new ApiError('timeout', 0, 'too late');
		const found = await collect(
			[stubApi({ ...good, [SECRETS]: no('it') }), stubApi({ ...good, [SECRETS]: late })],
			NOTHING,
		);
		assert.equal(
			found.gaps.map(({ code }) => code),
			['forbidden'],
		);
	});

	it('a gap of one object :: is no reason to ask through another', async () => {
		const token = { metadata: { uid: 'u', namespace: 'kube-system', name: 'bootstrap-token-abcdef' } };
		const second = stubApi(good);
		const found = await collect([stubApi({ ...good, [BOOTSTRAP]: [token] }), second], NOTHING);
		assert.equal(
			found.gaps.map(gap => [gap.code, gap.subject]),
			[['not_configured', 'secret:u']],
		);
		assert.equal(second.asked, []);
	});
});

describe('toStatus', it => {
	const one = { subject: 'x' };
	for (const [status, count, gaps] of [
		['complete', 0, []],
		['complete', 1, [forbidden('bindings', { code: 'not_configured', ...one })]],
		['partial', 1, [forbidden('bindings', one)]],
		['partial', 1, [forbidden('bindings')]],
		['denied', 0, [forbidden('bindings')]],
		['unavailable', 0, [forbidden('bindings', { code: 'timeout' })]],
	] as const) {
		it(`${status} :: ${count} read, gaps ${JSON.stringify(gaps.map(gap => [gap.code, gap.subject]))}`, () =>
			assert.equal(toStatus('bindings', { count, gaps: [...gaps] }), { source: 'bindings', status, count }));
	}
});

describe('probe', it => {
	const VERSION = '/version';
	const NAMESPACE = '/api/v1/namespaces/kube-system';
	const metadata = { uid: 'u-1', creationTimestamp: '2026-01-01T00:00:00Z' };
	const asked = (answers: Answers) => probe(stubApi(answers));
	const blank = { uid: '', createdAt: null, version: '', isReachable: true, gaps: [] };

	it('who answers', async () =>
		assert.equal(await asked({ [VERSION]: { gitVersion: 'v1.34.4' }, [NAMESPACE]: { metadata } }), {
			uid: 'u-1',
			createdAt: 1_767_225_600,
			version: 'v1.34.4',
			isReachable: true,
			gaps: [],
		}));

	it('who may not ask :: is let in all the same', async () =>
		assert.equal(await asked({ [VERSION]: no('v'), [NAMESPACE]: no('n') }), {
			...blank,
			gaps: [
				{
					...forbidden('cluster'),
					message: 'HTTP 403: v is forbidden; grant "get /version" to read it',
					permission: 'get /version',
				},
				{
					...forbidden('cluster'),
					message: 'HTTP 403: n is forbidden; grant "get namespaces/kube-system" to read it',
					permission: 'get namespaces/kube-system',
				},
			],
		}));

	it('who is not known, or nobody there :: is not reached', async () => {
		const unknown = new ApiError('forbidden', 401, 'HTTP 401');
		const { isReachable, gaps } = await asked({ [VERSION]: unknown, [NAMESPACE]: { metadata } });
		assert.equal([isReachable, gaps.length], [false, 1]);
		assert.equal((await asked({ [VERSION]: new ApiError('unreachable', 0, 'gone') })).isReachable, false);
	});

	it('something else that speaks JSON :: is no API server', async () => {
		for (const answer of [{}, null, [], 'x', { gitVersion: 7 }]) {
			const { isReachable, uid, gaps } = await asked({ [VERSION]: answer, [NAMESPACE]: answer });
			assert.equal([isReachable, uid, gaps.map(gap => gap.code)], [false, '', ['partial']]);
		}
	});
});
