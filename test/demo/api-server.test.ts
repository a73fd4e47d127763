import { Agent } from 'node:https';
import {
	type ApiException,
	KubeConfig,
	PatchStrategy,
	RbacAuthorizationV1Api,
	setHeaderOptions,
} from '@kubernetes/client-node';
import { startApiServer } from '../../src/demo/api-server.ts';
import { type DemoCluster, serviceAccountUser } from '../../src/demo/cluster.ts';
import { createKeyRing, issueCertificate } from '../../src/demo/issue.ts';
import type { WriteHiccup } from '../../src/demo/seeds/seed.ts';
import { assert, describe } from '../helpers/describe.ts';
import { NOW, send, signedIn } from './helpers/fleet.ts';
import { CRBS, clusterRoleBinding, GROUP, SECRET, smallCluster } from './helpers/small-cluster.ts';

const READERS = `${CRBS}/readers`;

/** Runs against the small cluster behind real TLS, signed in as one of its masters. */
async function withServer(run: (cluster: DemoCluster, config: KubeConfig) => Promise<void>): Promise<void> {
	const { cluster } = await smallCluster();
	const server = await startApiServer(cluster);
	const keys = await createKeyRing()({ user: '', groups: [], from: 0, until: 0 });
	const seed = { user: 'admin', groups: ['system:masters'], from: -1, until: 1 };
	const { certificatePem, keyPem } = await issueCertificate(cluster.authority, seed, keys, NOW);
	const base64 = (text: string) => Buffer.from(text).toString('base64');
	const config = new KubeConfig();
	const caData = base64(cluster.authority.certificatePem);
	config.loadFromClusterAndUser(
		{ name: 'small', server: server.url, skipTLSVerify: false, caData },
		{ name: 'admin', certData: base64(certificatePem), keyData: base64(keyPem) },
	);
	await run(cluster, config).finally(() => server.close());
}

/** One write over the wire; what became of the connection where there is no answer. */
async function sendWrite(config: KubeConfig, method: string, path: string, body?: object) {
	const options = await signedIn(config);
	const type = method === 'PATCH' ? 'application/json-patch+json' : 'application/json';
	const headers = { ...options.headers, 'Content-Type': type };
	return send(config, path, { ...options, method, headers }, body).then(
		({ code, headers: { 'retry-after': wait } }) =>
			wait === undefined ? code : `${code}, again in ${wait} s`,
		({ code }) => code,
	);
}

describe('startApiServer', it => {
	it('lets the official client library create, patch and delete', () =>
		withServer(async (cluster, config) => {
			const rbac = config.makeApiClient(RbacAuthorizationV1Api);
			const made = await rbac.createClusterRoleBinding({ body: clusterRoleBinding('made') });
			const body = [
				{ op: 'test', path: '/metadata/uid', value: made.metadata?.uid },
				{ op: 'add', path: '/subjects/-', value: { kind: 'User', name: 'noor' } },
			];
			const jsonPatch = setHeaderOptions('Content-Type', PatchStrategy.JsonPatch);
			const patched = await rbac.patchClusterRoleBinding({ name: 'made', body }, jsonPatch);
			assert.equal(
				patched.subjects?.map(({ name }) => name),
				['mei', 'noor'],
			);
			const removal = (resourceVersion: string | undefined) =>
				rbac.deleteClusterRoleBinding({
					name: 'made',
					body: { preconditions: { uid: made.metadata?.uid ?? '', resourceVersion: resourceVersion ?? '' } },
				});
			const stale = await removal(made.metadata?.resourceVersion).catch(
				(error: ApiException<string>) => error.code,
			);
			assert.is(stale, 409);
			assert.is((await removal(patched.metadata?.resourceVersion)).status, 'Success');
			const left = await rbac.readClusterRoleBinding({ name: 'made' }).catch(error => error.code);
			assert.is(left, 404);
			const said = cluster.writes.map(({ method, code, isStored }) => `${method} ${code} ${isStored}`);
			assert.equal(said, ['POST 201 true', 'PATCH 200 true', 'DELETE 409 false', 'DELETE 200 true']);
		}));

	it('lets a write go wrong once, in each way, and tells what was stored', async () => {
		const answers = [
			'too_many_requests',
			'etcd_timeout',
			'etcd_timeout_stored',
			'reset',
			'reset_stored',
			'slow',
		] as const;
		const seen: unknown[] = [];
		for (const answer of answers) {
			await withServer(async (cluster, config) => {
				cluster.hiccups.push({ resource: 'clusterrolebindings', on: 'write', answer, ms: 20 });
				const first = await sendWrite(config, 'DELETE', READERS);
				const again = await sendWrite(config, 'DELETE', READERS);
				const log = cluster.writes.map(({ code, isStored }) => `${code} ${isStored}`);
				seen.push([answer, first, again, log, cluster.hiccups.length]);
			});
		}
		assert.equal(seen, [
			['too_many_requests', '429, again in 1 s', 200, ['429 false', '200 true'], 0],
			['etcd_timeout', 500, 200, ['500 false', '200 true'], 0],
			['etcd_timeout_stored', 500, 404, ['500 true', '404 false'], 0],
			['reset', 'ECONNRESET', 200, ['0 false', '200 true'], 0],
			['reset_stored', 'ECONNRESET', 404, ['0 true', '404 false'], 0],
			['slow', 200, 404, ['200 true', '404 false'], 0],
		]);
	});

	it('keeps who is slow waiting, with the write done', () =>
		withServer(async (cluster, config) => {
			cluster.hiccups.push({ resource: '*', on: 'write', answer: 'slow', ms: 10_000 });
			const options = { ...(await signedIn(config)), method: 'DELETE', signal: AbortSignal.timeout(500) };
			const ended = await send(config, READERS, options).catch(error => error.name);
			assert.is(ended, 'AbortError');
			assert.equal(
				cluster.writes.map(({ code, isStored }) => [code, isStored]),
				[[200, true]],
			);
		}));

	it('ends a token with the label of its Secret, or with the Secret', () =>
		withServer(async (cluster, config) => {
			const account = serviceAccountUser(cluster, { namespace: 'shop', name: 'web' });
			cluster.tokens.set('of-a-secret', { ...account, secret: 'shop/web-token' });
			cluster.tokens.set('of-no-token', { ...account, secret: 'shop/plain' });
			cluster.tokens.set('bound', account);
			const { ca } = await signedIn(config);
			const whoami = (token: string) =>
				send(
					config,
					'/apis/authentication.k8s.io/v1/selfsubjectreviews',
					{ agent: new Agent({ ca }), headers: { Authorization: `Bearer ${token}` } },
					{},
				);
			for (const binding of cluster.objects.clusterrolebindings)
				binding.subjects = [{ kind: 'Group', name: 'system:serviceaccounts', apiGroup: GROUP }];
			cluster.objects.clusterroles.forEach(({ rules }) => {
				rules.push({
					verbs: ['create'],
					apiGroups: ['authentication.k8s.io'],
					resources: ['selfsubjectreviews'],
				});
			});
			const codes = async () => [
				(await whoami('of-a-secret')).code,
				(await whoami('bound')).code,
				(await whoami('of-no-token')).code,
			];
			const label = '/metadata/labels/kubernetes.io~1legacy-token-invalid-since';
			assert.equal((await whoami('of-a-secret')).body.status.userInfo, account);
			assert.equal(await codes(), [201, 201, 401]);
			const quarantine = [{ op: 'add', path: label, value: '2027-01-15' }];
			assert.is(await sendWrite(config, 'PATCH', SECRET, quarantine), 200);
			assert.equal(await codes(), [401, 201, 401]);
			assert.is(await sendWrite(config, 'PATCH', SECRET, [{ op: 'remove', path: label }]), 200);
			assert.equal(await codes(), [201, 201, 401]);
			assert.is(await sendWrite(config, 'DELETE', SECRET), 200);
			assert.equal(await codes(), [401, 201, 401]);
		}));
});

describe('WriteHiccup', it => {
	it('is kept for a write that would be stored, of its own resource', async () => {
		const { cluster, ask } = await smallCluster();
		const hiccups: WriteHiccup[] = [
			{ resource: 'secrets', on: 'write', answer: 'etcd_timeout' },
			{ resource: '*', on: 'write', answer: 'slow', ms: 7 },
			{ resource: 'clusterrolebindings', on: 'write', answer: 'reset' },
		];
		cluster.hiccups.push(...hiccups);
		const codes = [
			ask('admin', `GET ${CRBS}`),
			ask('nobody', `DELETE ${READERS}`),
			ask('admin', `DELETE ${READERS}?dryRun=All`),
			ask('admin', `DELETE ${READERS}`, { preconditions: { uid: 'x' } }),
			ask('admin', `PATCH ${READERS}`, []),
		].map(({ code }) => code);
		assert.equal([codes, cluster.hiccups], [[200, 403, 200, 409, 200], hiccups]);
		const step = [{ op: 'add', path: '/metadata/labels/c', value: 'd' }];
		const answers = [0, 1, 2]
			.map(() => ask('admin', `PATCH ${READERS}`, step))
			.map(({ code, delayMs }) => [code, delayMs]);
		// The first is done, so that the others change nothing.
		assert.equal(answers, [
			[200, 7],
			[200, undefined],
			[200, undefined],
		]);
		assert.equal(ask('admin', `DELETE ${READERS}`), { code: 0, body: '' });
		assert.equal(cluster.hiccups, hiccups.slice(0, 1));
	});
});
