import { Agent } from 'node:http';
import { assert, describe } from '../../helpers/describe.ts';
import { clock, keyOf, raw, signedRoa, signedRpc, signedV3, type V3, withCloud } from '../helpers/cloud.ts';

const SMALL = { clusters: 3, identities: 30, bindings: 12 };
const CLUSTERS = { action: 'DescribeClustersV1', version: '2015-12-15', path: '/api/v1/clusters' };
const CALLER = { action: 'GetCallerIdentity', version: '2015-04-01', method: 'POST' };
const USERS = { action: 'ListUsers', version: '2019-08-15', method: 'POST' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('startCloud, requests of version 3', it => {
	it('takes parameters from the query and from a form', () =>
		withCloud(SMALL, async fleet => {
			const query = await raw(
				fleet.http,
				signedV3(fleet.http, { key: fleet, ...USERS, query: { MaxItems: '2' } }),
			);
			const form = await raw(
				fleet.http,
				signedV3(fleet.http, { key: fleet, ...USERS, headers: FORM, body: 'MaxItems=2' }),
			);
			assert.equal(
				[query, form].map(({ status, json }) => [status, json.Users.User.length, json.IsTruncated]),
				[
					[200, 2, true],
					[200, 2, true],
				],
			);
		}));

	it('takes dates with and without a fraction, any case of a header, empty parameters and a space in a path', () =>
		withCloud(SMALL, async fleet => {
			const send = async (v3: Partial<V3>) => {
				const { status, json } = await raw(
					fleet.http,
					signedV3(fleet.http, { key: fleet, ...CLUSTERS, ...v3 }),
				);
				return [status, json.code ?? json.Code ?? json.page_info.total_count];
			};
			const upper = (name: string) => name.replace(/(^|-)[a-z]/g, letter => letter.toUpperCase());
			assert.equal(await send({ headers: { 'x-acs-date': new Date().toISOString() } }), [200, 3]);
			assert.equal(await send({ spell: upper }), [200, 3]);
			assert.equal(await send({ spell: name => name.toUpperCase() }), [200, 3]);
			assert.equal(await send({ query: { name: '', page_size: '50' } }), [200, 3]);
			assert.equal(await send({ query: { name: "a b+c*~!'()&=%" } }), [200, 0]);
			const path = '/clusters/a%20b';
			assert.equal(await send({ action: 'DescribeClusterDetail', path }), [404, 'ErrorClusterNotFound']);
		}));

	it('takes an empty parameter that was signed as its bare name', () =>
		withCloud(SMALL, async fleet => {
			// `name=` on the wire, `name` where it is signed: signed without query, then put right by hand.
			const { createHash, createHmac } = await import('node:crypto');
			const signed = signedV3(fleet.http, { key: fleet, ...CLUSTERS });
			const names = /SignedHeaders=([^,]+)/.exec(signed.headers.authorization ?? '')?.[1] ?? '';
			const canonical = [
				'GET',
				CLUSTERS.path,
				'name',
				...names.split(';').map(name => `${name}:${signed.headers[name]}`),
				'',
				names,
				signed.headers['x-acs-content-sha256'],
			].join('\n');
			const digest = createHash('sha256').update(canonical).digest('hex');
			const signature = createHmac('sha256', fleet.accessKeySecret)
				.update(`ACS3-HMAC-SHA256\n${digest}`)
				.digest('hex');
			const authorization = `ACS3-HMAC-SHA256 Credential=${fleet.accessKeyId},SignedHeaders=${names},Signature=${signature}`;
			const { status } = await raw(fleet.http, {
				...signed,
				path: `${CLUSTERS.path}?name=`,
				headers: { ...signed.headers, authorization },
			});
			assert.is(status, 200);
		}));

	it('serves many calls over one connection', () =>
		withCloud(SMALL, async fleet => {
			const agent = new Agent({ keepAlive: true, maxSockets: 1 });
			const { request } = await import('node:http');
			const ports = new Set<number | undefined>();
			for (let call = 0; call < 3; call++) {
				const { path, method, headers } = signedV3(fleet.http, { key: fleet, ...CLUSTERS });
				await new Promise<void>((resolve, reject) => {
					request(`http://${fleet.http}${path}`, { method, headers, agent }, response => {
						ports.add(response.socket.localPort);
						response.resume().on('end', resolve);
					})
						.on('error', reject)
						.end();
				});
			}
			agent.destroy();
			assert.is(ports.size, 1);
		}));

	it('refuses what is not signed well, with the code of the cloud', () =>
		withCloud(SMALL, async fleet => {
			const { accessKeyId, accessKeySecret } = fleet;
			const send = async (v3: Partial<V3>, change: object = {}) => {
				const signed = signedV3(fleet.http, { key: fleet, ...CLUSTERS, ...v3 });
				const { status, json } = await raw(fleet.http, { ...signed, ...change });
				return `${status} ${json.code ?? json.Code ?? ''}`;
			};
			const at = (seconds: number) => ({
				headers: { 'x-acs-date': new Date((clock() + seconds) * 1000).toISOString() },
			});
			assert.is(await send({ key: { accessKeyId, accessKeySecret: 'other' } }), '400 SignatureDoesNotMatch');
			assert.is(
				await send({ key: { accessKeyId: 'nobody', accessKeySecret } }),
				'404 InvalidAccessKeyId.NotFound',
			);
			assert.is(await send(at(-16 * 60)), '400 InvalidTimeStamp.Expired');
			assert.is(await send(at(16 * 60)), '400 InvalidTimeStamp.Expired');
			assert.is(await send(at(-14 * 60)), '200 ');
			assert.is(await send({ unsigned: ['x-acs-version'] }), '400 IncompleteSignature');
			assert.is(await send({ unsigned: ['host'] }), '400 IncompleteSignature');
			assert.is(await send({ ...CALLER, path: '/' }, { body: 'x' }), '400 InvalidContentHash');
			assert.is(await send({ headers: { 'x-acs-content-sha256': 'ff' } }), '400 InvalidContentHash');
			assert.is(await send({}, { headers: { 'x-acs-version': '2015-12-15' } }), '400 MissingSecurityToken');
			assert.is(await send({ path: '/nowhere' }), '404 InvalidAction.NotFound');
			assert.is(
				await send({ ...CALLER, action: 'GetSessionToken', path: '/' }),
				'404 InvalidAction.NotFound',
			);
		}));

	it('takes a nonce once', () =>
		withCloud(SMALL, async fleet => {
			const signed = signedV3(fleet.http, { key: fleet, ...CLUSTERS });
			assert.is((await raw(fleet.http, signed)).status, 200);
			const again = await raw(fleet.http, signed);
			assert.equal([again.status, again.json.Code], [400, 'SignatureNonceUsed']);
			const none = await raw(
				fleet.http,
				signedV3(fleet.http, { key: fleet, ...CLUSTERS, headers: { 'x-acs-signature-nonce': '' } }),
			);
			assert.equal([none.status, none.json.Code], [400, 'MissingSignatureNonce']);
		}));

	it('wants the token of a temporary key, until it ends', () =>
		withCloud(SMALL, async fleet => {
			const ends = clock() + 3600;
			const key = keyOf(fleet, fleet.state.accountId, { securityToken: 'tok', expiresAt: ends });
			const ended = keyOf(fleet, fleet.state.accountId, { securityToken: 'old', expiresAt: clock() - 1 });
			const send = async (pair: V3['key']) => {
				const { status, json } = await raw(fleet.http, signedV3(fleet.http, { key: pair, ...CALLER }));
				return `${status} ${json.Code ?? json.IdentityType}`;
			};
			const { accessKeyId, accessKeySecret } = key;
			assert.is(await send(key), '200 Account');
			assert.is(await send({ accessKeyId, accessKeySecret }), '400 InvalidSecurityToken.Malformed');
			assert.is(await send({ ...key, securityToken: 'kot' }), '400 InvalidSecurityToken.Malformed');
			assert.is(await send(ended), '400 InvalidSecurityToken.Expired');
		}));
});

describe('startCloud, requests of before version 3', it => {
	const ROLES = { Action: 'ListRoles', Version: '2015-05-01', MaxItems: '2' };

	it('RPC answers in XML, and in JSON when asked, from query and form alike', () =>
		withCloud(SMALL, async fleet => {
			for (const how of [{}, { method: 'POST' }, { method: 'POST', inForm: true }]) {
				const xml = await raw(fleet.http, signedRpc(fleet, ROLES, how));
				assert.equal([xml.status, xml.headers['content-type']], [200, 'text/xml;charset=utf-8']);
				assert.match(
					xml.text,
					/^<\?xml version='1.0' encoding='UTF-8'\?><ListRolesResponse><RequestId>[-0-9A-F]{36}<\/RequestId><Roles><Role><RoleId>3\d{17}<\/RoleId>.*<\/Role><Role>.*<\/Role><\/Roles><IsTruncated>true<\/IsTruncated><Marker>/,
				);
				const json = await raw(fleet.http, signedRpc(fleet, { ...ROLES, Format: 'JSON' }, how));
				assert.equal([json.status, json.json.Roles.Role.length], [200, 2]);
			}
		}));

	it('RPC refuses what is not signed well, as XML too', () =>
		withCloud(SMALL, async fleet => {
			const send = async (key: V3['key'], change: Record<string, string> = {}) => {
				const { status, text } = await raw(fleet.http, signedRpc(key, { ...ROLES, ...change }));
				return `${status} ${/<Error>.*<Code>(.+?)<\/Code>/.exec(text)?.[1] ?? ''}`;
			};
			const old = new Date((clock() - 3600) * 1000).toISOString();
			assert.is(await send({ ...fleet, accessKeySecret: 'x' }), '400 SignatureDoesNotMatch');
			assert.is(await send(fleet, { Timestamp: old }), '400 InvalidTimeStamp.Expired');
			assert.is(await send(fleet, { SignatureNonce: '' }), '400 MissingSignatureNonce');
			assert.is(await send(fleet, { SignatureMethod: 'HMAC-MD5' }), '400 InvalidSignatureMethod');
			assert.is(await send(fleet, { MaxItems: '1001' }), '400 InvalidParameter.MaxItems');
			const once = signedRpc(fleet, ROLES);
			await raw(fleet.http, once);
			assert.match((await raw(fleet.http, once)).text, /<Code>SignatureNonceUsed</);
		}));

	it('XML keeps hostile names text', () =>
		withCloud(SMALL, async fleet => {
			const call = { Action: 'ListUsers', Version: '2015-05-01', MaxItems: '1000' };
			const { text } = await raw(fleet.http, signedRpc(fleet, call));
			assert.match(text, '=cmd|&lt;script&gt;alert(1)&lt;/script&gt;');
			assert.not.match(text, '<script>');
		}));

	it('ROA answers in JSON, with a nonce, without one, with an x-acs-date, with an empty parameter', () =>
		withCloud(SMALL, async fleet => {
			const send = async (query: Record<string, string>, headers: object = {}) => {
				const { status, json } = await raw(fleet.http, signedRoa(fleet, CLUSTERS.path, query, headers));
				return `${status} ${json.code ?? json.Code ?? json.page_info.total_count}`;
			};
			assert.is(await send({ page_size: '2', page_number: '1' }), '200 3');
			assert.is(await send({}), '200 3');
			assert.is(await send({ name: '' }), '200 3');
			assert.is(await send({ name: '生产 a*b' }), '200 0');
			assert.is(await send({}, { 'x-acs-signature-nonce': 'n1' }), '200 3');
			assert.is(await send({}, { 'x-acs-signature-nonce': 'n1' }), '400 SignatureNonceUsed');
			assert.is(await send({}, { 'x-acs-date': new Date().toISOString() }), '200 3');
			const old = new Date((clock() - 3600) * 1000).toUTCString();
			assert.is(await send({}, { Date: old }), '400 InvalidTimeStamp.Expired');
			const key = { ...fleet, accessKeySecret: 'x' };
			const wrong = await raw(fleet.http, signedRoa(key, CLUSTERS.path, {}));
			assert.equal([wrong.status, wrong.json.Code], [400, 'SignatureDoesNotMatch']);
		}));

	it('AssumeRole gives a key that works, and is the role', () =>
		withCloud(SMALL, async fleet => {
			const { accountId, roles } = fleet.state;
			const role = roles[0];
			const asker = keyOf(fleet, accountId);
			const call = {
				Action: 'AssumeRole',
				Version: '2015-04-01',
				Format: 'JSON',
				RoleArn: `acs:ram::${accountId}:role/${role?.name}`,
				RoleSessionName: 'nightly',
			};
			const { json } = await raw(fleet.http, signedRpc(asker, call));
			const { AccessKeyId, AccessKeySecret, SecurityToken } = json.Credentials;
			const key = {
				accessKeyId: AccessKeyId,
				accessKeySecret: AccessKeySecret,
				securityToken: SecurityToken,
			};
			const who = await raw(fleet.http, signedV3(fleet.http, { key, ...CALLER }));
			const { IdentityType, PrincipalId, RoleId, UserId } = who.json;
			assert.equal(
				{ IdentityType, PrincipalId, RoleId, UserId },
				{
					IdentityType: 'AssumedRoleUser',
					PrincipalId: `${role?.id}:nightly`,
					RoleId: role?.id,
					UserId: undefined,
				},
			);
			const denied = await raw(fleet.http, signedRpc(fleet, call));
			assert.equal([denied.status, denied.json.Code], [403, 'NoPermission']);
			const none = await raw(fleet.http, signedRpc(asker, { ...call, RoleArn: 'acs:ram::1:role/x' }));
			assert.equal([none.status, none.json.Code], [404, 'EntityNotExist.Role']);
		}));
});
