import type { CloudRequest } from '../../../src/demo/alibaba/request.ts';
import { verify } from '../../../src/demo/alibaba/signature.ts';
import type { AccessKey } from '../../../src/demo/alibaba/state.ts';
import { byCodeUnit } from '../../../src/lib/text.ts';
import { assert, describe } from '../../helpers/describe.ts';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const key: AccessKey = {
	id: 'testak',
	secret: 'secretSECRET',
	securityToken: '',
	holder: '200000000000000001',
	expiresAt: null,
	allowed: null,
};

interface Vector {
	method?: string;
	path?: string;
	query?: [string, string][];
	headers: Record<string, string>;
	body?: string;
	signature: string;
}

/** Seen from the official SDK, and worked out again from the documentation: not made by this code. */
const VECTORS: Record<string, Vector> = {
	'a DELETE with a parameter': {
		method: 'DELETE',
		path: '/cluster/c1/user/2000/permissions',
		query: [['Force', 'false']],
		headers: {
			'x-acs-action': 'CleanClusterUserPermissions',
			'x-acs-version': '2015-12-15',
			'x-acs-signature-nonce': 'b47e062b70f874fe71d1e6856ef4b02c366728a50ad569e167734324a027b573',
		},
		signature: '20436713c5e2fb2e6a50fb79bffe092e84f618d2db5ec84064eba9a90852bff2',
	},
	'a JSON body': {
		method: 'POST',
		path: '/permissions/users/2000/update',
		query: [['mode', 'delete']],
		headers: {
			'x-acs-action': 'UpdateUserPermissions',
			'x-acs-version': '2015-12-15',
			'x-acs-signature-nonce': '2f47f0c1e8bd9371ff9088c6054de1957f0c49d9c248d044457e7e819ef07ddc',
			'content-type': 'application/json; charset=utf-8',
			'x-acs-content-sha256': '4b14458859914d4bf163f41bf0254fe8ebace575d74cf8338d2084be5c5e0178',
		},
		body: '[{"cluster":"c1","namespace":"default","role_name":"dev","role_type":"namespace"}]',
		signature: '622f07c325fdca103faedd6a443eb27bf6e59d8e9203a837a36307253c139352',
	},
	'RPC with its parameter in the query': {
		method: 'POST',
		query: [['MaxItems', '1000']],
		headers: {
			'x-acs-action': 'ListUsers',
			'x-acs-version': '2015-05-01',
			'x-acs-signature-nonce': '0b7654dd403fe5b61ec1097fc2aa6356ee420a47d8bbbf0dd4243919652adfe8',
		},
		signature: '88773ce7c67ccb3c61e18dd5af693a1a43b994061d52f09da103e22567cfdaf4',
	},
	'a temporary key': {
		method: 'POST',
		headers: {
			'x-acs-action': 'GetCallerIdentity',
			'x-acs-version': '2015-04-01',
			'x-acs-signature-nonce': '1d28b3f0e223b1ed8d39c1148432272329a5d5b290ad8bb77b8b9a3f8f516b72',
			'x-acs-credentials-provider': 'static_sts',
			'x-acs-accesskey-id': 'testak',
			'x-acs-security-token': 'tok',
		},
		signature: '2fb3153b3f6f5c492d596be5113f666e516aedaa9ed65c0923e11923c1b4e5f1',
	},
	'text that every encoder writes differently': {
		path: '/api/v1/clusters',
		query: [
			['name', "生产 a*b'(~)!+/"],
			['page_number', '1'],
			['page_size', '50'],
		],
		headers: {
			host: '127.0.0.1:32811',
			'x-acs-date': '2026-11-22T08:24:55Z',
			'x-acs-action': 'DescribeClustersV1',
			'x-acs-version': '2015-12-15',
			'x-acs-signature-nonce': '6f46d3bd7ac01851ebe5ae9752a5f702648f8bf6faec726c7218e05a9b91ca7c',
		},
		signature: '29b8736f1852ca590c6591a92768609756c43248d11624e41f8964d99fd41d79',
	},
};

function requestOf({ method = 'GET', path = '/', query = [], headers, body = '', signature }: Vector) {
	const all: Record<string, string> = {
		host: '127.0.0.1:34741',
		'x-acs-date': '2026-11-22T08:24:26Z',
		'x-acs-credentials-provider': 'static_ak',
		'x-acs-content-sha256': EMPTY,
		...headers,
	};
	const signed = Object.keys(all).sort(byCodeUnit).join(';');
	const authorization = `ACS3-HMAC-SHA256 Credential=testak,SignedHeaders=${signed},Signature=${signature}`;
	const request: CloudRequest = {
		method,
		path,
		query,
		headers: { ...all, authorization },
		body: Buffer.from(body),
		form: [],
		json: undefined,
	};
	return request;
}

function check(request: CloudRequest, keys = [key]) {
	const nowMs = () => Date.parse('2026-11-22T08:24:40Z');
	const result = verify(request, { keys, nowMs, nonces: new Map() });
	return 'id' in result ? result.id : result.code;
}

describe('verify, signature version 3', it => {
	for (const [title, vector] of Object.entries(VECTORS)) {
		const token = vector.headers['x-acs-security-token'] ?? '';
		const keys = [{ ...key, securityToken: token }];
		it(`accepts ${title}, and nothing that differs from it`, () => {
			assert.is(check(requestOf(vector), keys), 'testak');
			const method = vector.method === 'PUT' ? 'POST' : 'PUT';
			assert.is(check(requestOf({ ...vector, method }), keys), 'SignatureDoesNotMatch');
			assert.is(check(requestOf({ ...vector, path: '/other' }), keys), 'SignatureDoesNotMatch');
			const query: [string, string][] = [...(vector.query ?? []), ['x', '1']];
			assert.is(check(requestOf({ ...vector, query }), keys), 'SignatureDoesNotMatch');
			assert.is(check(requestOf({ ...vector, body: `${vector.body ?? ''} ` }), keys), 'InvalidContentHash');
			assert.is(
				check(requestOf(vector), [{ ...key, securityToken: token, secret: 'SECRET' }]),
				'SignatureDoesNotMatch',
			);
		});
	}
});
