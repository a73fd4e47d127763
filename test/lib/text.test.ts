import { describeDetails } from '../../src/lib/describe-details.ts';
import { formatDuration, formatRfc3339, parseRfc3339 } from '../../src/lib/epoch.ts';
import { redact } from '../../src/lib/redact.ts';
import { oneLine } from '../../src/lib/text.ts';
import { assert, describe } from '../helpers/describe.ts';

describe('oneLine', it => {
	it('shows what would move the cursor, break the line or reorder text', () =>
		assert.is(oneLine('a\u001b[2J\nb\u202ec\u0085\ud800'), 'a\\u{1b}[2J\\u{a}b\\u{202e}c\\u{85}\\u{d800}'));
	it('keeps letters of any script and whole surrogate pairs', () =>
		assert.is(oneLine('Ольга 李 🙂'), 'Ольга 李 🙂'));
	it('shows tag characters, which hide text', () => assert.is(oneLine('a\u{e0041}'), 'a\\u{e0041}'));
	it('cuts a long name in the middle', () => assert.is(oneLine(`a${'x'.repeat(10_000)}z`, 7), 'axx…xxz'));
});

describe('redact', it => {
	it('JSON Web Token', () =>
		assert.is(redact('got eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.abc-_1 back'), 'got [token removed] back'));
	it('PEM :: cut before its end', () =>
		assert.is(redact('x -----BEGIN RSA PRIVATE KEY-----\nMII'), 'x [PEM removed]'));
	it('password in a URL', () => assert.is(redact('GET https://bob:pw@h/x failed'), 'GET https://h/x failed'));
	it('named values', () =>
		assert.is(
			redact('{"accessToken": "abc", password=hunter2;x'),
			'{"accessToken": [removed], password=[removed];x',
		));
	it('leaves what a message suggests in place of a wrong word', () => {
		const hints = [
			'custom.kind has the unknown word "token": write one of credential, grant',
			'c.tokn_secret: did you mean token_secret?',
		];
		assert.equal(hints.map(redact), hints);
		assert.is(redact('"token": write-one-of, password: did'), '"token": [removed], password: [removed]');
	});
	it('bootstrap token :: keeps its public id', () =>
		assert.is(redact('abcdef.0123456789abcdef'), 'abcdef.[removed]'));
	it('cuts a hostile text first, at a space :: whose cost would grow with its cube', () =>
		assert.is(redact(`x ${'token-'.repeat(1_000_000)}`), 'x …'));
	it('leaves a long path, not a long key', () => {
		const path = `/home/builder/workspace/${'platform-security/'.repeat(6)}kubeconfigs`;
		const key = `${'aB3dE5gH7'.repeat(6)}/${'kL9nP1rS'.repeat(6)}`;
		assert.is(redact(`open ${path}: ${key}`), `open ${path}: [removed]`);
	});
	it('leaves a long name', () => {
		const name = 'gke_acme-payments-production-123456_europe-west1-a_payments-production';
		assert.is(redact(name), name);
	});
	it('leaves plain words, paths and digests', () => {
		const text = `open /etc/kubernetes/admin.conf: no such file, sha256 ${'ab'.repeat(32)}`;
		assert.is(redact(text), text);
	});
});

describe('parseRfc3339', it => {
	it('reads the offset', () => assert.is(parseRfc3339('1970-01-01T01:00:10+01:00'), 10));
	it('refuses nonsense', () =>
		assert.equal(['', 'tomorrow', '2026-13-01T00:00:00Z', '2026-01-01'].map(parseRfc3339), [
			null,
			null,
			null,
			null,
		]));
});

describe('formatDuration', it => {
	it('names the two largest units', () =>
		assert.equal([0, 59, 3600, 90_061, -90_061].map(formatDuration), [
			'0 s',
			'59 s',
			'1 h',
			'1 d 1 h',
			'1 d 1 h',
		]));
});

describe('formatRfc3339', it => {
	it('writes UTC without fractions', () => assert.is(formatRfc3339(0), '1970-01-01T00:00:00Z'));
	it('takes any number', () =>
		assert.equal([1e18, Number.NaN].map(formatRfc3339), ['beyond any calendar', 'beyond any calendar']));
});

describe('describeDetails', it => {
	it('says units, dates and lists, and leaves out what is empty', () =>
		assert.is(
			describeDetails({
				key: 'x',
				secondsLeft: 3600,
				notAfter: 0,
				keyBits: 1024,
				powers: ['bind', 'escalate'],
				groups: [],
				lastUsed: null,
			}),
			'left 1 h, not after 1970-01-01T00:00:00Z, key bits 1024, powers bind, escalate',
		));
	it('neutralises what a cluster wrote', () =>
		assert.is(describeDetails({ group: 'a\u001b[2J' }), 'group a\\u{1b}[2J'));
});
