import { readFileSync, statSync } from 'node:fs';
import { Agent } from 'node:https';
import { basename } from 'node:path';
import { CoreV1Api, type KubeConfig, RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { FAKE_SECRET } from '../../src/demo/credential-objects.ts';
import { readCertificate } from '../../src/lib/x509.ts';
import { assert, describe } from '../helpers/describe.ts';
import { get, load, send, signedIn, withFleet } from './helpers/fleet.ts';

const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
const TOKEN_SECRETS = '/api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Fservice-account-token';
const PARTIAL = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const UNAUTHORIZED = {
	kind: 'Status',
	apiVersion: 'v1',
	metadata: {},
	status: 'Failure',
	message: 'Unauthorized',
	reason: 'Unauthorized',
	code: 401,
};

/** Every page, through the typed API of the official client library. */
async function allRoles(config: KubeConfig) {
	const rbac = config.makeApiClient(RbacAuthorizationV1Api);
	const pages: string[][] = [];
	let next: string | undefined;
	do {
		const page = await rbac.listClusterRole({
			limit: 500,
			...(next === undefined ? {} : { _continue: next }),
		});
		pages.push(page.items.map(role => role.metadata?.name ?? ''));
		next = page.metadata?._continue;
	} while (next);
	return pages;
}

describe('startFleet', it => {
	it('writes a private kubeconfig a cluster, and the files of people as they keep them', () =>
		withFleet(async fleet => {
			const list = (paths: string[]) =>
				paths.map(path => `${(statSync(path).mode & 0o777).toString(8)} ${basename(path)}`);
			assert.equal(list(fleet.kubeconfigs), [
				'600 payments-prod.kubeconfig',
				'600 analytics-staging.kubeconfig',
				'600 edge-legacy.kubeconfig',
			]);
			assert.equal(list(fleet.files), [
				'600 lena-fischer.kubeconfig',
				'600 ravi-menon.kubeconfig',
				'600 dana-okafor.kubeconfig',
				'600 ci-runner.kubeconfig',
				'644 build-agent.kubeconfig',
				'600 warehouse-kiosk.kubeconfig',
				'640 edge-admin.kubeconfig',
				'600 retired-lab.kubeconfig',
			]);
		}));

	it('every file loads in the official client library', () =>
		withFleet(async fleet => {
			const users = fleet.files.map(path => load([], path).getCurrentUser());
			assert.equal(
				users.map(user => Object.keys(user ?? {}).filter(key => user?.[key as keyof typeof user])),
				[
					['exec', 'name'],
					['certData', 'keyData', 'name'],
					['certData', 'keyData', 'name'],
					['name', 'token'],
					['name', 'token'],
					['name', 'username', 'password'],
					['certData', 'keyData', 'name'],
					['authProvider', 'name'],
				].map(keys => keys.toSorted()),
			);
		}));

	it('pages through the official client library', () =>
		withFleet(async fleet => {
			const config = load(fleet.kubeconfigs, 'analytics-staging');
			const pages = await allRoles(config);
			const whole = (await get(config, ROLES)).body;
			assert.equal(
				pages.map(page => page.length),
				[25, whole.items.length - 25],
			);
			assert.equal(
				pages.flat(),
				whole.items.map((role: { metadata: { name: string } }) => role.metadata.name),
			);
		}));

	it('tells how many remain, and nothing of it behind a selector', () =>
		withFleet(async fleet => {
			const config = load(fleet.kubeconfigs, 'analytics-staging');
			const total = (await get(config, TOKEN_SECRETS)).body.items.length;
			const counted = (await get(config, '/api/v1/secrets?limit=1')).body.metadata;
			const selected = (await get(config, `${TOKEN_SECRETS}&limit=1`)).body.metadata;
			assert.is(total, 3);
			assert.is(counted.remainingItemCount, 3);
			assert.equal(Object.keys(selected), ['resourceVersion', 'continue']);
		}));

	it('asks for patience once, then answers', () =>
		withFleet(async fleet => {
			const config = load(fleet.kubeconfigs, 'payments-prod');
			const first = await get(config, '/api/v1/serviceaccounts');
			assert.is(first.code, 429);
			assert.is(first.headers['retry-after'], '1');
			assert.is(first.body, 'Too many requests, please try again later.\n');
			const again = await get(config, '/api/v1/serviceaccounts');
			assert.equal([again.code, again.body.kind], [200, 'ServiceAccountList']);
		}));

	it('fails once as an overloaded etcd does, then answers', () =>
		withFleet(async fleet => {
			const config = load(fleet.kubeconfigs, 'analytics-staging');
			const path = '/apis/rbac.authorization.k8s.io/v1/roles';
			assert.is((await get(config, path)).code, 500);
			assert.is((await get(config, path)).code, 200);
		}));

	it('lets a continue token expire once, and names one that goes on', () =>
		withFleet(async fleet => {
			const config = load(fleet.kubeconfigs, 'edge-legacy');
			const first = (await get(config, `${ROLES}?limit=500`)).body;
			const path = `${ROLES}?limit=500&continue=${first.metadata.continue}`;
			const gone = await get(config, path);
			assert.equal([gone.code, gone.body.reason], [410, 'Expired']);
			const rest = await get(config, `${ROLES}?limit=500&continue=${gone.body.metadata.continue}`);
			assert.is(rest.body.items.length, 15);
			assert.is((await get(config, path)).code, 200);
		}));

	it('refuses what the scanner may not list, in the words of the API server', () =>
		withFleet(async fleet => {
			const refused = await get(load(fleet.kubeconfigs, 'edge-legacy'), TOKEN_SECRETS, PARTIAL);
			assert.equal(refused.body, {
				kind: 'Status',
				apiVersion: 'v1',
				metadata: {},
				status: 'Failure',
				message:
					'secrets is forbidden: User "kubelapse-scanner" cannot list resource "secrets" in API group "" at the cluster scope',
				reason: 'Forbidden',
				details: { kind: 'secrets' },
				code: 403,
			});
		}));

	it('gives metadata without data when that is asked for, and the fake otherwise', () =>
		withFleet(async fleet => {
			const config = load(fleet.kubeconfigs, 'analytics-staging');
			const { body } = await get(config, TOKEN_SECRETS, PARTIAL);
			assert.equal([body.kind, body.apiVersion], ['PartialObjectMetadataList', 'meta.k8s.io/v1']);
			assert.equal(
				body.items.map((item: object) => Object.keys(item)),
				body.items.map(() => ['kind', 'apiVersion', 'metadata']),
			);
			const whole = await config.makeApiClient(CoreV1Api).listSecretForAllNamespaces();
			const tokens = whole.items.map(({ data }) => Buffer.from(data?.token ?? '', 'base64').toString());
			assert.equal(new Set(tokens), new Set([FAKE_SECRET]));
		}));

	it('knows nobody without a credential, or with one of another cluster', () =>
		withFleet(async fleet => {
			const config = load(fleet.kubeconfigs, 'analytics-staging');
			const { ca } = await signedIn(config);
			const trusting = { ...(ca === undefined ? {} : { ca }), agent: new Agent({ ca }) };
			const { cert, key } = pair(load(fleet.kubeconfigs, 'edge-legacy'));
			const foreign = { agent: new Agent({ ca, cert, key }) };
			const token = { ...trusting, headers: { Authorization: 'Bearer nobody' } };
			for (const options of [trusting, token, foreign]) {
				assert.equal((await send(config, '/version', options)).body, UNAUTHORIZED);
			}
		}));

	it('knows nobody whose certificate or token has ended', () =>
		withFleet(async fleet => {
			for (const name of ['dana-okafor', 'ci-runner', 'build-agent']) {
				assert.is((await get(load(fleet.files, name), '/version')).code, 401, name);
			}
			assert.is((await get(load(fleet.files, 'ravi-menon'), '/version')).code, 200);
		}));

	it('knows a client again whose TLS session is resumed', () =>
		withFleet(async fleet => {
			const config = load(fleet.kubeconfigs, 'edge-legacy');
			const { ca } = await signedIn(config);
			const agent = new Agent({ ...pair(config), ca, keepAlive: false });
			const codes = [];
			for (const _ of [1, 2, 3]) codes.push((await send(config, '/version', { agent })).code);
			assert.equal(codes, [200, 200, 200]);
		}));

	it('says who asks, with the id of the certificate', () =>
		withFleet(async fleet => {
			const config = load(fleet.kubeconfigs, 'edge-legacy');
			const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
			const reply = await send(config, path, await signedIn(config), {});
			assert.is(reply.code, 201);
			assert.equal(reply.body.status.userInfo, {
				username: 'kubelapse-scanner',
				groups: ['system:authenticated'],
				extra: {
					'authentication.kubernetes.io/credential-id': [
						`X509SHA256=${readCertificate(pair(config).cert).sha256}`,
					],
				},
			});
		}));

	it('answers nobody once it is closed', () =>
		withFleet(async fleet => {
			const config = load(fleet.kubeconfigs, 'edge-legacy');
			await get(config, '/version');
			await fleet.close();
			const code = await get(config, '/version').then(
				() => 'answered',
				error => error.code,
			);
			assert.is(code, 'ECONNREFUSED');
		}));

	it('puts no fake secret into any file', () =>
		withFleet(async fleet => {
			const texts = [...fleet.kubeconfigs, ...fleet.files].map(path => readFileSync(path, 'utf8'));
			assert.not(texts.some(text => text.includes(FAKE_SECRET)));
		}));
});

function pair(config: KubeConfig): { cert: string; key: string } {
	const user = config.getCurrentUser();
	const text = (base64: string | undefined) => Buffer.from(base64 ?? '', 'base64').toString();
	return { cert: text(user?.certData), key: text(user?.keyData) };
}
