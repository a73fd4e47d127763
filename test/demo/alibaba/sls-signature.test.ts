import { createHmac } from 'node:crypto';
import type { CloudRequest } from '../../../src/demo/alibaba/request.ts';
import type { Verifier } from '../../../src/demo/alibaba/signature.ts';
import { verifyLog } from '../../../src/demo/alibaba/sls-signature.ts';
import type { AccessKey } from '../../../src/demo/alibaba/state.ts';
import { assert, describe } from '../../helpers/describe.ts';

const KEY: AccessKey = {
	id: 'testak',
	secret: 'secretSECRET',
	securityToken: '',
	holder: '2000',
	expiresAt: null,
	allowed: null,
};

function verifier(at: string, change: Partial<AccessKey> = {}): Verifier {
	return { keys: [{ ...KEY, ...change }], nowMs: () => Date.parse(at), nonces: new Map() };
}

/** GET of the log store; `query` and `headers` are put over what it has. */
function get(query: Record<string, string>, headers: Record<string, string>): CloudRequest {
	return {
		method: 'GET',
		path: '/logstores/audit-c1',
		query: Object.entries(query),
		headers,
		body: Buffer.alloc(0),
		form: [],
		json: undefined,
	};
}

const V1_QUERY = { to: '2', type: 'log', from: '1', line: '1', query: '*' };
const V1_HEADERS = {
	host: 'k8s-log-c1.localhost:1',
	date: 'Sun, 22 Nov 2026 08:24:26 GMT',
	'x-log-apiversion': '0.6.0',
	'x-log-bodyrawsize': '0',
	'x-log-signaturemethod': 'hmac-sha256',
	authorization: 'LOG testak:32FHHRAZNZtEnOAkcS1ilnotaHoSoJ2+G8gy0Kt4h5s=',
};
const V4_QUERY = { from: '1', line: '1', query: 'a: "2-1"', to: '2', type: 'log' };
const V4_HEADERS = {
	host: '127.0.0.1:32811',
	'x-log-apiversion': '0.6.0',
	'x-log-bodyrawsize': '0',
	'x-log-date': '20261122T082455Z',
	'x-log-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
	authorization:
		'SLS4-HMAC-SHA256 Credential=testak/20261122/cn-hangzhou/sls/aliyun_v4_request,Signature=c73095d449ebe4be995932e8b0cb15ba1a1bd540ad9b4cf5896b7d0d696bf4e0',
};
const AT = '2026-11-22T08:25:00Z';

function outcome(request: CloudRequest, against = verifier(AT)): string {
	const found = verifyLog(request, against);
	return 'id' in found ? 'ok' : `${found.status} ${found.code}`;
}

describe('verifyLog', it => {
	it('takes the requests of the SDK in version 1 and version 4', () => {
		assert.is(outcome(get(V1_QUERY, V1_HEADERS)), 'ok');
		assert.is(outcome(get(V4_QUERY, V4_HEADERS)), 'ok');
	});

	it('takes HMAC-SHA1 and an unsigned x-log-date, as Python sends them', () => {
		const date = 'Sun, 22 Nov 2026 08:24:26 GMT';
		const text = `GET\n\n\n${date}\nx-log-apiversion:0.6.0\nx-log-signaturemethod:hmac-sha1\n/logstores/audit-c1?query=a b+&to=2`;
		const signature = createHmac('sha1', KEY.secret).update(text).digest('base64');
		const headers = {
			date,
			'x-log-apiversion': '0.6.0',
			'x-log-signaturemethod': 'hmac-sha1',
			'x-log-date': date,
			authorization: `LOG testak:${signature}`,
		};
		assert.is(outcome(get({ to: '2', query: 'a b+' }, headers)), 'ok');
		assert.is(outcome(get({ to: '3', query: 'a b+' }, headers)), '401 SignatureNotMatch');
	});

	it('refuses what differs, is late, or is of nobody', () => {
		const v1 = (change: object, query = {}) => get({ ...V1_QUERY, ...query }, { ...V1_HEADERS, ...change });
		const v4 = (change: object, query = {}) => get({ ...V4_QUERY, ...query }, { ...V4_HEADERS, ...change });
		const nobody = verifier(AT, { id: 'other' });
		const temporary = verifier(AT, { securityToken: 'token' });
		const ended = verifier(AT, { expiresAt: 1 });
		assert.equal(
			[
				outcome(v1({}, { query: 'b' })),
				outcome(v4({}, { query: 'b' })),
				outcome(v4({ host: 'other' })),
				outcome(v4({ 'x-log-content-sha256': 'ff' })),
				outcome(v1({ 'content-md5': 'ff' })),
				outcome(v1({ authorization: '' })),
				outcome(v1({ authorization: 'LOG testak' })),
				outcome(v1({}), verifier('2026-11-22T08:40:00Z')),
				outcome(v4({}), verifier('2026-11-22T08:09:00Z')),
				outcome(v1({}), nobody),
				outcome(v4({}), nobody),
				outcome(v1({}), temporary),
				outcome(v1({}), ended),
			],
			[
				'401 SignatureNotMatch',
				'401 SignatureNotMatch',
				'401 SignatureNotMatch',
				'400 PostBodyInvalid',
				'400 PostBodyInvalid',
				'401 SignatureNotMatch',
				'401 SignatureNotMatch',
				'400 RequestTimeTooSkewed',
				'400 RequestTimeTooSkewed',
				'401 InvalidAccessKeyId',
				'401 InvalidAccessKeyId',
				'401 SecurityTokenInvalid',
				'401 SecurityTokenExpired',
			],
		);
	});
});
