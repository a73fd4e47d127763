import { decodeJwt } from '../../src/lib/jwt.ts';
import { readToken } from '../../src/lib/token.ts';
import { sha256 } from '../../src/lib/x509.ts';
import { assert, describe } from '../helpers/describe.ts';
import { jwt } from '../helpers/kubeconfig-fixtures.ts';

const NOTHING = {
	issuer: '',
	subject: '',
	expiresAt: null,
	notBefore: null,
	issuedAt: null,
	serviceAccount: null,
	secretName: '',
	tokenId: '',
	unreadable: [],
};

describe('decodeJwt', it => {
	it('bound service-account token', () =>
		assert.equal(
			decodeJwt(
				jwt({
					iss: 'https://kubernetes.default.svc',
					sub: 'system:serviceaccount:ci:deploy',
					exp: 200.9,
					nbf: 100,
					iat: 100,
					'kubernetes.io': { namespace: 'ci', serviceaccount: { name: 'deploy', uid: 'u-1' } },
				}),
			),
			{
				issuer: 'https://kubernetes.default.svc',
				subject: 'system:serviceaccount:ci:deploy',
				expiresAt: 200,
				notBefore: 100,
				issuedAt: 100,
				serviceAccount: { namespace: 'ci', name: 'deploy', uid: 'u-1' },
				secretName: '',
				tokenId: '',
				unreadable: [],
			},
		));

	it('token of a Secret', () =>
		assert.equal(
			decodeJwt(
				jwt({
					sub: 'system:serviceaccount:ci:deploy',
					'kubernetes.io/serviceaccount/namespace': 'ci',
					'kubernetes.io/serviceaccount/service-account.name': 'deploy',
					'kubernetes.io/serviceaccount/service-account.uid': 'u-1',
					'kubernetes.io/serviceaccount/secret.name': 'deploy-token',
				}),
			),
			{
				...NOTHING,
				subject: 'system:serviceaccount:ci:deploy',
				serviceAccount: { namespace: 'ci', name: 'deploy', uid: 'u-1' },
				secretName: 'deploy-token',
			},
		));

	it('claims of the wrong type are none, and unreadable times are named', () =>
		assert.equal(
			decodeJwt(jwt({ iss: 1, sub: ['a'], exp: 'soon', nbf: 1e300, iat: null, 'kubernetes.io': [1] })),
			{ ...NOTHING, unreadable: ['exp', 'nbf'] },
		));

	it('hostile names stay as they are', () =>
		assert.is(decodeJwt(jwt({ sub: '<script>\n\u202e' }))?.subject, '<script>\n\u202e'));

	for (const [title, token] of [
		['no parts', 'hunter22'],
		['two parts', jwt({}).split('.').slice(0, 2).join('.')],
		['five parts, encrypted', `${jwt({})}.a.b`],
		['payload no JSON', `${jwt({}).split('.')[0]}.aHVudGVyMjI.x`],
		['payload a list', `${jwt({}).split('.')[0]}.W10.x`],
		['header no JSON', `aHVudGVyMjI.${jwt({}).split('.')[1]}.x`],
		['longer than any header', jwt({ sub: 'x'.repeat(70_000) })],
		['nested beyond the stack', `${jwt({}).split('.')[0]}.${'eyJhIjp7'.repeat(5000)}.x`],
	] as const) {
		it(`no JSON Web Token :: ${title}`, () => assert.is(decodeJwt(token), null));
	}
});

describe('readToken', it => {
	it('bootstrap token :: keeps its id', () =>
		assert.equal(readToken(' abcdef.0123456789abcdef\n'), { kind: 'bootstrap', id: 'abcdef' }));
	it('JSON Web Token', () =>
		assert.equal(readToken(jwt({ sub: 'a' })), {
			kind: 'jwt',
			claims: { ...NOTHING, subject: 'a' },
			digest: sha256(Buffer.from('{"sub":"a"}').toString('base64url')),
		}));
	it('JSON Web Token :: any claim changes its digest, its signature does not', () => {
		const digest = (claims: object, signature?: string) => {
			const token = readToken(jwt(claims, signature));
			return token.kind === 'jwt' ? token.digest : '';
		};
		const of = digest({ sub: 'a' });
		assert.is(digest({ sub: 'a' }, 'other'), of);
		const others = [{ jti: '1' }, { iat: 1 }, { exp: 2 }, { groups: ['system:masters'] }];
		const digests = others.map(more => digest({ sub: 'a', ...more }));
		assert.is(new Set([of, ...digests]).size, 5);
	});
	it('anything else', () => assert.equal(readToken('hunter22'), { kind: 'opaque' }));
});
