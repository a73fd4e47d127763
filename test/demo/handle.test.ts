import { createCluster } from '../../src/demo/cluster.ts';
import { handle } from '../../src/demo/handle.ts';
import { createKeyRing } from '../../src/demo/issue.ts';
import { analyticsStaging } from '../../src/demo/seeds/analytics-staging.ts';
import { edgeLegacy } from '../../src/demo/seeds/edge-legacy.ts';
import { paymentsProd } from '../../src/demo/seeds/payments-prod.ts';
import type { ClusterSeed } from '../../src/demo/seeds/seed.ts';
import { readCertificate } from '../../src/lib/x509.ts';
import { assert, describe } from '../helpers/describe.ts';
import { NOW } from './helpers/fleet.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const AUTHORIZATION = '/apis/authorization.k8s.io/v1';

/** A cluster without surprises, and a way to ask it as somebody. */
async function clusterOf(seed: ClusterSeed) {
	const cluster = await createCluster({ ...seed, hiccups: [] }, createKeyRing(), NOW);
	const ask = (username: string, url: string, post?: unknown, accept = 'application/json') => {
		const user = { username, groups: ['system:authenticated'], extra: {} };
		const method = post === undefined ? 'GET' : 'POST';
		const body = typeof post === 'string' ? post : JSON.stringify(post);
		const request = { method, url, accept, contentType: 'application/json', body };
		// biome-ignore lint/suspicious/noExplicitAny: the shapes of a whole API, asserted by value.
		const answer = handle(cluster, user, request) as { code: number; body: any };
		return answer;
	};
	return { cluster, ask };
}

describe('handle', it => {
	it('404 for what it does not serve', async () => {
		const { ask } = await clusterOf(edgeLegacy);
		for (const path of [
			'/',
			'/api/v2',
			'/api/v1/x/',
			'/apis/apps',
			'/apis/toString/v1',
			'/apis/authorization.k8s.io/v2',
			'/api/v1/pods',
			'/api/v2/secrets',
			'/apis/apps/v1/secrets',
			'/api/v1/clusterroles',
			'/api/v1/secrets//x',
			'/api/v1/toString',
			`${RBAC}/namespaces/edge/clusterroles`,
			`${RBAC}/namespaces/edge/roles/camera-sync/status`,
			'/api/v1/namespaces/%E0%A4%A',
			'//127.0.0.1/version',
		]) {
			assert.equal([path, ask('contractor-7', path).code], [path, 404]);
		}
	});

	it('tells clients that look around which resources there are', async () => {
		const { ask } = await clusterOf(edgeLegacy);
		assert.equal(ask('contractor-7', '/api').body.versions, ['v1']);
		const groups = ask('contractor-7', '/apis?timeout=32s').body.groups.map(
			({ preferredVersion }: { preferredVersion: { groupVersion: string } }) => preferredVersion.groupVersion,
		);
		assert.equal(groups, [
			'rbac.authorization.k8s.io/v1',
			'certificates.k8s.io/v1',
			'authentication.k8s.io/v1',
			'authorization.k8s.io/v1',
		]);
		const named = (path: string) =>
			ask('contractor-7', path).body.resources.map(
				(resource: { name: string; namespaced: boolean }) => `${resource.name} ${resource.namespaced}`,
			);
		assert.equal(named('/api/v1'), ['namespaces false', 'serviceaccounts true', 'secrets true']);
		assert.equal(named(RBAC), [
			'clusterroles false',
			'clusterrolebindings false',
			'roles true',
			'rolebindings true',
		]);
		assert.equal(named(AUTHORIZATION), [
			'selfsubjectaccessreviews false',
			'selfsubjectrulesreviews false',
			'subjectaccessreviews false',
		]);
		const verbs = (path: string) =>
			ask('contractor-7', path).body.resources.map(({ verbs }: { verbs: string[] }) => verbs.join(' '));
		assert.equal(verbs(RBAC), [
			'get list',
			'create delete get list patch',
			'get list',
			'create delete get list patch',
		]);
		assert.equal(verbs('/api/v1'), ['get list', 'get list', 'delete get list patch']);
		assert.equal(verbs(AUTHORIZATION), ['create', 'create', 'create']);
		assert.is(ask('contractor-7', '/apis/certificates.k8s.io/').body.kind, 'APIGroup');
	});

	it('reads one object', async () => {
		const { ask } = await clusterOf(edgeLegacy);
		const { body } = ask('kubelapse-scanner', '/api/v1/namespaces/kube-system');
		assert.equal([body.kind, body.apiVersion, body.metadata.name], ['Namespace', 'v1', 'kube-system']);
		assert.is(body.metadata.creationTimestamp, '2022-12-27T08:00:00Z');
	});

	it('reads one object :: missing', async () => {
		const { ask } = await clusterOf(edgeLegacy);
		const { code, body } = ask('contractor-7', `${RBAC}/namespaces/edge/roles/nothing`);
		assert.equal([code, body.reason], [404, 'NotFound']);
		assert.is(body.message, 'roles.rbac.authorization.k8s.io "nothing" not found');
	});

	it('reads one object :: forbidden by name', async () => {
		const { ask } = await clusterOf(edgeLegacy);
		const { code, body } = ask('kubelapse-scanner', '/api/v1/namespaces/edge/secrets/x');
		assert.is(code, 403);
		assert.is(
			body.message,
			'secrets "x" is forbidden: User "kubelapse-scanner" cannot get resource "secrets" in API group "" in the namespace "edge"',
		);
		assert.equal(body.details, { name: 'x', kind: 'secrets' });
	});

	it('lists one namespace', async () => {
		const { ask } = await clusterOf(paymentsProd);
		const { body } = ask('lena.fischer@payments.example', '/api/v1/namespaces/ci/secrets');
		assert.equal(
			body.items.map((item: { metadata: object; type: string }) => item.type),
			['kubernetes.io/service-account-token'],
		);
	});

	it('pages in small steps without losing or doubling any', async () => {
		const { ask } = await clusterOf(paymentsProd);
		const all = ask('lena.fischer@payments.example', '/api/v1/serviceaccounts').body.items;
		const paged: object[] = [];
		let next = '';
		do {
			const path = `/api/v1/serviceaccounts?limit=3&continue=${next}`;
			const { body } = ask('lena.fischer@payments.example', path);
			assert.is(body.metadata.remainingItemCount ?? 0, all.length - paged.length - body.items.length);
			paged.push(...body.items);
			next = body.metadata.continue ?? '';
		} while (next !== '');
		assert.equal(paged, all);
	});

	it('410 for a continue token of an older revision, and 400 for one that is none', async () => {
		const { ask } = await clusterOf(edgeLegacy);
		const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
		const old = token({ v: 'meta.k8s.io/v1', rv: 1, start: 'a\0' });
		const bad = [token(null), token({ v: 'v2', rv: 1, start: 'a' }), token({ rv: 1 }), '%%%', 'bm8'];
		const codes = [old, ...bad].map(
			next => ask('kubelapse-scanner', `${RBAC}/clusterroles?limit=5&continue=${next}`).code,
		);
		assert.equal(codes, [410, 400, 400, 400, 400, 400]);
	});

	it('refuses selectors that it cannot honour', async () => {
		const { ask } = await clusterOf(edgeLegacy);
		const paths = ['labelSelector=a', 'watch=true', 'fieldSelector=type=x', 'fieldSelector=__proto__=x'];
		assert.equal(
			paths.map(query => ask('kubelapse-scanner', `/api/v1/serviceaccounts?${query}`).code),
			[400, 400, 400, 400],
		);
	});

	it('406 for a form that it does not serve', async () => {
		const { ask } = await clusterOf(edgeLegacy);
		const codes = ['application/yaml', 'application/json;as=Table;g=meta.k8s.io;v=v1'].map(
			accept => ask('kubelapse-scanner', '/api/v1/serviceaccounts', undefined, accept).code,
		);
		assert.equal(codes, [406, 406]);
	});

	it('says through what somebody may, and nothing of why not', async () => {
		const { ask } = await clusterOf(edgeLegacy);
		const spec = { resourceAttributes: { verb: 'list', resource: 'secrets' } };
		const path = `${AUTHORIZATION}/selfsubjectaccessreviews`;
		assert.equal(ask('kubelapse-scanner', path, { spec }).body.status, { allowed: false });
		assert.equal(ask('contractor-7', path, { spec }).body.status, {
			allowed: true,
			reason:
				'RBAC: allowed by ClusterRoleBinding "cluster-admin" of ClusterRole "cluster-admin" to User "contractor-7"',
		});
	});

	it('says where another authorizer may know more', async () => {
		const path = `${AUTHORIZATION}/selfsubjectrulesreviews`;
		const spec = { namespace: 'default' };
		const status = async (seed: ClusterSeed) => {
			const { body } = (await clusterOf(seed)).ask('kubelapse-scanner', path, { spec });
			return [body.status.incomplete, body.status.evaluationError, body.status.resourceRules.length > 0];
		};
		assert.equal(await status(edgeLegacy), [false, undefined, true]);
		assert.equal(await status(analyticsStaging), [
			true,
			'webhook authorizer does not support user rule resolution',
			true,
		]);
	});

	it('refuses a review that asks nothing, or is none', async () => {
		const { ask } = await clusterOf(edgeLegacy);
		const codes = [
			ask('x', `${AUTHORIZATION}/selfsubjectrulesreviews`, { spec: {} }).code,
			ask('x', `${AUTHORIZATION}/selfsubjectaccessreviews`, {}).code,
			ask('x', `${AUTHORIZATION}/selfsubjectaccessreviews`, '{').code,
			ask('x', `${AUTHORIZATION}/selfsubjectaccessreviews`, 'null').code,
			ask('x', '/apis/authentication.k8s.io/v1/selfsubjectrulesreviews', {}).code,
		];
		assert.equal(codes, [400, 422, 400, 400, 404]);
	});
});

describe('createCluster', it => {
	it('makes the certificates that the seeds tell', async () => {
		const ring = createKeyRing();
		const certificates = async (seed: ClusterSeed) =>
			(await createCluster(seed, ring, NOW)).requests.flatMap(({ issued }) =>
				issued === null ? [] : [readCertificate(issued.certificatePem)],
			);
		const payments = await certificates(paymentsProd);
		const analytics = await certificates(analyticsStaging);
		const keyOf = (list: typeof payments, user: string) =>
			list.find(({ commonName }) => commonName === user)?.publicKeySha256;
		assert.is(keyOf(payments, 'etl-runner'), keyOf(analytics, 'etl-runner'));
		assert.is.not(keyOf(payments, 'dana.okafor'), keyOf(payments, 'break-glass'));
		const weak = analytics.filter(({ keyAlgorithm }) => keyAlgorithm === 'RSA');
		assert.equal(
			weak.map(({ commonName, keyBits }) => [commonName, keyBits]),
			[['spark-submit', 1024]],
		);
		assert.equal(
			payments.filter(({ notAfter }) => notAfter < NOW).map(({ commonName }) => commonName),
			['dana.okafor'],
		);
	});

	it('is the same in every run, but for keys', async () => {
		const objects = async () => {
			const { cluster } = await clusterOf(paymentsProd);
			const { certificatesigningrequests, ...others } = cluster.objects;
			return { ...others, requests: certificatesigningrequests.map(({ metadata }) => metadata) };
		};
		assert.equal(await objects(), await objects());
	});
});
