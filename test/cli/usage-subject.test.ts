import { parseSince, parseSubject, rbacSubject } from '../../src/cli/usage-subject.ts';
import { DAY, HOUR } from '../../src/lib/epoch.ts';
import { assert, describe } from '../helpers/describe.ts';

const HASH = 'a1'.repeat(32);
const CERTIFICATE = { kind: 'credential', id: `X509SHA256=${HASH}` } as const;
const NOW = 1_795_341_600;

const refused = (work: () => unknown) => {
	try {
		work();
	} catch (error) {
		return error instanceof Error && 'code' in error ? error.code : error;
	}
	return 'taken';
};

describe('parseSubject', it => {
	const cases = [
		[`X509SHA256=${HASH}`, CERTIFICATE],
		[`x509:${HASH}`, CERTIFICATE],
		[HASH, CERTIFICATE],
		[HASH.toUpperCase(), CERTIFICATE],
		[HASH.toUpperCase().replace(/..(?!$)/g, '$&:'), CERTIFICATE],
		['JTI=2f1C', { kind: 'credential', id: 'JTI=2f1C' }],
		['secret/shop/robot', { kind: 'token_secret', id: 'shop/robot' }],
		['system:serviceaccount:shop:robot', { kind: 'username', id: 'system:serviceaccount:shop:robot' }],
		['alice', { kind: 'username', id: 'alice' }],
		['secrets', { kind: 'username', id: 'secrets' }],
		['oidc:al/ice@example.com', { kind: 'username', id: 'oidc:al/ice@example.com' }],
		[`${HASH}0`, { kind: 'username', id: `${HASH}0` }],
	] as const;
	for (const [word, subject] of cases) it(`takes ${word}`, () => assert.equal(parseSubject(word), subject));
	for (const word of ['X509SHA256=ab', 'x509:', 'JTI=', 'secret/shop', 'secret/a/b/c', 'secret:1f2e'])
		it(`refuses ${word}, which no user is called`, () =>
			assert.is(
				refused(() => parseSubject(word)),
				'USAGE',
			));
});

describe('rbacSubject', it => {
	it('names service accounts and users as bindings do', () => {
		assert.equal(rbacSubject('system:serviceaccount:shop:robot'), {
			kind: 'ServiceAccount',
			name: 'robot',
			namespace: 'shop',
		});
		for (const name of ['alice', 'system:serviceaccount:shop', 'system:serviceaccount:a:b:c'])
			assert.equal(rbacSubject(name), { kind: 'User', name, namespace: '' });
	});
});

describe('parseSince', it => {
	it('takes a time, a day, and how long ago', () => {
		const read = ['30d', '12h', '2026-11-22', '2026-11-22T10:00:00Z'].map(word => parseSince(word, NOW));
		assert.equal(read, [NOW - 30 * DAY, NOW - 12 * HOUR, NOW - 10 * HOUR, NOW]);
	});
	for (const word of ['30', 'd', '-3d', 'yesterday', '2026-02-30'])
		it(`refuses ${word}`, () =>
			assert.is(
				refused(() => parseSince(word, NOW)),
				'USAGE',
			));
});
