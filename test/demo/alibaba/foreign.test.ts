import { createHmac } from 'node:crypto';
import type { CloudFleet } from '../../../src/demo/alibaba/fleet.ts';
import { byCodeUnit } from '../../../src/lib/text.ts';
import { assert, describe } from '../../helpers/describe.ts';
import {
	clients,
	clock,
	keyOf,
	type Reply,
	raw,
	signedRoa,
	signedRpc,
	signedV3,
	withCloud,
} from '../helpers/cloud.ts';

const SMALL = { clusters: 3, identities: 30, bindings: 12 };
const CLUSTERS = { action: 'DescribeClustersV1', version: '2015-12-15', path: '/api/v1/clusters' };

/** A call of the Container Service, signed by a key that may do everything. */
function call(fleet: CloudFleet, method: string, path: string, query = {}, body?: unknown): Promise<Reply> {
	const text = body === undefined ? {} : { body: JSON.stringify(body) };
	const v3 = { key: fleet.administrator, version: '2015-12-15', action: 'Any', method, path, query, ...text };
	return raw(fleet.http, signedV3(fleet.http, v3));
}

function firstCluster({ state }: CloudFleet) {
	const cluster = state.clusters.find(({ kubernetes, audit }) => kubernetes !== null && audit.isEnabled);
	if (cluster === undefined) throw new Error('no cluster has an API server');
	return cluster;
}

/** Somebody else's kubeconfig that counts as used. */
function usedOf(fleet: CloudFleet) {
	const cluster = firstCluster(fleet);
	const issued = cluster.kubeconfigs.find(
		({ accountType, certState, accountId }) =>
			accountType === 'RamUser' && certState === 'Unexpired' && accountId !== holderOf(fleet),
	);
	if (issued === undefined) throw new Error('nobody has a file');
	issued.activity = { answer: 'found', last: clock() - 60, auditId: 'a1' };
	return { cluster, issued, path: `/cluster/${cluster.id}/user/${issued.accountId}/permissions` };
}

function holderOf({ state, administrator }: CloudFleet) {
	return state.accessKeys.find(({ id }) => id === administrator.accessKeyId)?.holder;
}

describe('startCloud, as clients of other languages call it', it => {
	it('takes the yes of Python, which begins with a capital letter', () =>
		withCloud(SMALL, async fleet => {
			const { cluster, issued, path } = usedOf(fleet);
			for (const Force of ['False', '1', 'yes', ''])
				assert.is((await call(fleet, 'DELETE', path, { Force })).json.code, 'ErrorKubeconfigInUse');
			assert.is((await call(fleet, 'DELETE', path, { Force: 'True' })).status, 200);
			assert.is(issued.certState, 'Removed');
			const states = `/clusters/${cluster.id}/kubeconfig/states`;
			const totals = await Promise.all(
				['True', 'true', 'False'].map(async cloudServiceKubeConfig => {
					const { json } = await call(fleet, 'GET', states, { cloudServiceKubeConfig });
					return json.page.total_count;
				}),
			);
			assert.is(totals[0], totals[1]);
			assert.is.not(totals[0], totals[2]);
			cluster.hasPublicEndpoint = false;
			const file = await call(fleet, 'GET', `/k8s/${cluster.id}/user_config`, { PrivateIpAddress: 'True' });
			assert.is(file.status, 200);
		}));

	it('says what should have been signed, and at the gateway words errors alike for every product', () =>
		withCloud(SMALL, async fleet => {
			const wrong = { ...fleet.administrator, accessKeySecret: 'x' };
			const rpc = { Action: 'ListRoles', Version: '2015-05-01', Format: 'JSON' };
			const replies = [
				await raw(fleet.http, signedRpc(wrong, rpc)),
				await raw(fleet.http, signedRoa(wrong, CLUSTERS.path, {})),
				await raw(fleet.http, signedV3(fleet.http, { key: wrong, ...CLUSTERS })),
			];
			const [texts, codes] = [
				replies.map(({ json }) => json.Message.split('server string to sign is:')[1]),
				replies.map(({ status, json }) => [status, json.Code, Object.keys(json)]),
			];
			assert.match(texts[0], /^GET&%2F&AccessKeyId%3DLTAI/);
			assert.match(texts[1], /^GET\napplication\/json\n\n\n.*\/api\/v1\/clusters$/s);
			assert.match(texts[2], /^ACS3-HMAC-SHA256\n[0-9a-f]{64}$/);
			const form = ['Code', 'Message', 'RequestId', 'HostId'];
			assert.equal(codes, Array(3).fill([400, 'SignatureDoesNotMatch', form]));
			const nowhere = await call(fleet, 'GET', '/nowhere');
			assert.equal([nowhere.status, nowhere.json.Code], [404, 'InvalidAction.NotFound']);
			const { status, json } = await call(fleet, 'GET', '/clusters/nope');
			assert.equal([status, Object.keys(json)], [404, ['code', 'message', 'requestId']]);
		}));

	it('tells a version that nobody has from an action that nobody has', () =>
		withCloud(SMALL, async fleet => {
			const send = async (Action: string, Version: string, Format = 'JSON') => {
				const { status, text } = await raw(
					fleet.http,
					signedRpc(fleet.administrator, { Action, Version, Format }),
				);
				return `${status} ${/Code(?:":"|>)(.+?)["<]/.exec(text)?.[1]}`;
			};
			assert.is(await send('ListUsers', '2014-05-01'), '400 InvalidVersion');
			assert.is(await send('ListUsers', 'toString'), '400 InvalidVersion');
			assert.is(await send('ListUsers', '2014-05-01', 'XML'), '400 InvalidVersion');
			assert.is(await send('Frobnicate', '2015-05-01'), '404 InvalidAction.NotFound');
			assert.is(await send('toString', '2019-08-15'), '404 InvalidAction.NotFound');
		}));

	it('throttles in the words of the gateway', () =>
		withCloud({ ...SMALL, rate: 1 }, async fleet => {
			await call(fleet, 'GET', CLUSTERS.path);
			const { status, json, headers } = await call(fleet, 'GET', CLUSTERS.path);
			assert.equal([status, json.Code, headers['x-acs-retry-after']], [400, 'Throttling.User', '1000']);
		}));

	it('leaves out the last activity where there was none, as a Go client reads it as a time', () =>
		withCloud(SMALL, async fleet => {
			const { cluster, issued } = usedOf(fleet);
			const path = `/clusters/${cluster.id}/users/${issued.accountId}/activity-state`;
			const found = (await call(fleet, 'GET', path)).json;
			assert.equal([found.active, found.last_audit_id, typeof found.last_activity], [true, 'a1', 'string']);
			issued.activity = { answer: 'none' };
			const none = (await call(fleet, 'GET', path)).json;
			assert.equal(
				[none.active, Object.keys(none)],
				[false, ['log_project_name', 'log_store_name', 'log_query_exp', 'active']],
			);
		}));

	it('does not mind a type of no body that was put on after signing', () =>
		withCloud(SMALL, async fleet => {
			const { headers, ...rest } = signedRoa(fleet.administrator, CLUSTERS.path, {});
			const typed = { ...headers, 'Content-Type': 'application/octet-stream' };
			assert.is((await raw(fleet.http, { ...rest, headers: typed })).status, 200);
			const { headers: again, ...more } = signedRoa(fleet.administrator, CLUSTERS.path, {});
			const full = { ...again, 'Content-Type': 'application/json', 'Content-Length': '2' };
			const { json } = await raw(fleet.http, { ...more, headers: full, body: '{}' });
			assert.is(json.Code, 'SignatureDoesNotMatch');
		}));

	it('takes the same nonce of two keys', () =>
		withCloud(SMALL, async fleet => {
			const headers = { 'x-acs-signature-nonce': '1' };
			for (const [key, status] of [
				[fleet, 200],
				[fleet.operator, 200],
				[fleet, 400],
			] as const)
				assert.is(
					(await raw(fleet.http, signedV3(fleet.http, { key, ...CLUSTERS, headers }))).status,
					status,
				);
		}));

	it('says of a role who may assume it, as text that is JSON', () =>
		withCloud(SMALL, async fleet => {
			const { accountId, roles } = fleet.state;
			const of = { Action: 'GetRole', Version: '2015-05-01', Format: 'JSON', RoleName: roles[0]?.name ?? '' };
			const { json } = await raw(fleet.http, signedRpc(fleet, of));
			const { Statement } = JSON.parse(json.Role.AssumeRolePolicyDocument);
			assert.equal(Statement[0].Principal, { RAM: [`acs:ram::${accountId}:root`] });
		}));

	it('lists clusters as it did before there were pages', () =>
		withCloud(SMALL, async fleet => {
			const names = async (query: object) =>
				(await call(fleet, 'GET', '/clusters', query)).json.map(({ name }: { name: string }) => name);
			const all = fleet.state.clusters.map(({ name }) => name);
			assert.equal(await names({}), all);
			assert.equal(await names({ name: all[1] }), [all[1]]);
		}));

	it('gives a kubeconfig the names that the real one has', () =>
		withCloud(SMALL, async fleet => {
			const { id } = firstCluster(fleet);
			const { json } = await call(fleet, 'GET', `/k8s/${id}/user_config`, { TemporaryDurationMinutes: '30' });
			assert.match(json.config, /\nclusters:\n- name: kubernetes\n/);
			assert.match(json.config, `current-context: "${holderOf(fleet)}-${id}"`);
		}));
});

describe('startCloud, AssumeRoleWithOIDC', it => {
	const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const tokenOf = (claims: object) => `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;

	it('needs no signature, and gives a key of the role that may scan', () =>
		withCloud(SMALL, async fleet => {
			const { accountId, roles } = fleet.state;
			const claims = { iss: 'https://oidc', sub: 'sa', aud: ['sts'], exp: clock() + 60 };
			const send = async (change: Record<string, string>) => {
				const form = new URLSearchParams({
					RoleArn: `acs:ram::${accountId}:role/${roles[0]?.name}`,
					OIDCProviderArn: `acs:ram::${accountId}:oidc-provider/rrsa`,
					RoleSessionName: 'nightly',
					OIDCToken: tokenOf(claims),
					...change,
				});
				const query = 'Action=AssumeRoleWithOIDC&Format=JSON&Version=2015-04-01&SignatureNonce=n';
				return raw(fleet.http, {
					method: 'POST',
					path: `/?${query}`,
					headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
					body: form.toString(),
				});
			};
			const { status, json } = await send({});
			assert.equal([status, json.OIDCTokenInfo.ClientIds], [200, 'sts']);
			const { AccessKeyId, AccessKeySecret, SecurityToken } = json.Credentials;
			const pair = {
				accessKeyId: AccessKeyId,
				accessKeySecret: AccessKeySecret,
				securityToken: SecurityToken,
			};
			const sdk = clients(fleet, pair);
			assert.is((await sdk.sts.getCallerIdentity()).body?.principalId, `${roles[0]?.id}:nightly`);
			assert.is((await sdk.ram.listRoles({ validate() {}, toMap: () => ({}) } as never)).statusCode, 200);
			const bad = await Promise.all(
				[
					{ OIDCToken: tokenOf({ ...claims, exp: clock() - 1 }) },
					{ OIDCToken: tokenOf({ ...claims, exp: 'never' }) },
					{ OIDCToken: 'a.b.c' },
					{ OIDCToken: '' },
					{ OIDCToken: `${tokenOf(claims)}.x` },
					{ OIDCProviderArn: 'acs:ram::1:oidc-provider/rrsa' },
					{ RoleArn: 'acs:ram::1:role/x' },
				].map(async change => (await send(change)).json.Code),
			);
			assert.equal(bad, [
				'AuthenticationFail.OIDCToken.Expired',
				'AuthenticationFail.OIDCToken.Invalid',
				'AuthenticationFail.OIDCToken.Invalid',
				'AuthenticationFail.OIDCToken.Invalid',
				'AuthenticationFail.OIDCToken.Invalid',
				'EntityNotExist.OIDCProvider',
				'EntityNotExist.Role',
			]);
		}));
});

describe('startCloud, a temporary key in the forms of before version 3', it => {
	it('RPC has its token among the parameters, ROA in a header', () =>
		withCloud(SMALL, async fleet => {
			const key = keyOf(fleet, fleet.state.accountId, { securityToken: 't+/=', expiresAt: clock() + 60 });
			const rpc = { Action: 'GetCallerIdentity', Version: '2015-04-01', Format: 'JSON' };
			assert.is((await raw(fleet.http, signedRpc(key, rpc))).json.IdentityType, 'Account');
			const token = { 'x-acs-security-token': 't+/=', 'x-acs-accesskey-id': key.accessKeyId };
			assert.is((await raw(fleet.http, signedRoa(key, CLUSTERS.path, {}, token))).status, 200);
			const without = await raw(fleet.http, signedRoa(key, CLUSTERS.path, {}));
			assert.is(without.json.Code, 'InvalidSecurityToken.Malformed');
		}));

	it('a form whose parameters stand partly in the query is signed as one list', () =>
		withCloud(SMALL, async fleet => {
			const { path, headers } = signedRpc(fleet, {
				Action: 'ListUsers',
				Version: '2019-08-15',
				Format: 'json',
			});
			const query = new URLSearchParams(path.slice(2));
			query.delete('Signature');
			const enc = (text: string) =>
				encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
			const all = [...query, ['MaxItems', '2'] as const, ['Status', 'active,freeze'] as const];
			const line = all
				.map(([name, value]) => `${enc(name)}=${enc(value)}`)
				.sort(byCodeUnit)
				.join('&');
			const text = `POST&%2F&${enc(line)}`;
			query.set('Signature', createHmac('sha1', `${fleet.accessKeySecret}&`).update(text).digest('base64'));
			const { json } = await raw(fleet.http, {
				method: 'POST',
				path: `/?${query}`,
				headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
				body: 'MaxItems=2&Status=active%2Cfreeze',
			});
			assert.is(json.Users.User.length, 2);
		}));
});
