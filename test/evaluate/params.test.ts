import { applyParams } from '../../src/evaluate/params.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { assert, describe } from '../helpers/describe.ts';

const defaults = {
	credential: {
		expires_soon: { window_seconds: 1_209_600, ignored_issuers: ['kubelet'] },
		weak_key: { min_rsa_bits: 2048, is_strict: false, curve: 'P-256' },
	},
	lib: { person: { robots: [] as string[] } },
};

function refused(overrides: unknown): [code: string, message: string, hint: string] {
	try {
		applyParams(defaults, overrides);
	} catch (error) {
		if (error instanceof ScanError) return [error.code, error.message, error.hint];
	}
	throw new Error('was taken');
}

describe('applyParams', it => {
	it('replaces what is named and leaves the rest, and the defaults, alone', () => {
		const before = structuredClone(defaults);
		const overrides = {
			credential: { expires_soon: { window_seconds: 60 }, weak_key: { is_strict: true, curve: '' } },
			lib: { person: { robots: ['ci', 'cd'] } },
		};
		assert.equal(applyParams(defaults, overrides), {
			credential: {
				expires_soon: { window_seconds: 60, ignored_issuers: ['kubelet'] },
				weak_key: { min_rsa_bits: 2048, is_strict: true, curve: '' },
			},
			lib: { person: { robots: ['ci', 'cd'] } },
		});
		assert.equal(defaults, before);
	});
	it('nothing to override', () => assert.equal(applyParams(defaults, {}), defaults));
	it('a list may become empty', () =>
		assert.equal(applyParams({ a: { b: { c: ['x'] } } }, { a: { b: { c: [] } } }), { a: { b: { c: [] } } }));

	it('unknown key :: names the nearest right one', () => {
		assert.equal(refused({ credentials: {} }), [
			'PARAMS_INVALID',
			'unknown category credentials',
			'did you mean credential?',
		]);
		assert.equal(refused({ credential: { expire_soon: {} } }), [
			'PARAMS_INVALID',
			'unknown policy with params credential/expire_soon',
			'did you mean credential/expires_soon?',
		]);
		assert.equal(refused({ credential: { expires_soon: { windowSeconds: 1 } } }), [
			'PARAMS_INVALID',
			'unknown param credential/expires_soon/windowSeconds',
			'did you mean credential/expires_soon/window_seconds?',
		]);
	});
	it('unknown key :: lists the right ones when none is near', () =>
		assert.equal(
			refused({ credential: { weak_key: { x: 1 } } })[2],
			'known are credential/weak_key/min_rsa_bits, credential/weak_key/is_strict, credential/weak_key/curve',
		));

	it('wrong type :: says which is right', () => {
		assert.equal(refused({ credential: { expires_soon: { window_seconds: '60' } } }), [
			'PARAMS_INVALID',
			'credential/expires_soon/window_seconds: expected a number, found a string',
			'its default is 1209600',
		]);
		const wrong: [string, string, unknown][] = [
			['expires_soon', 'window_seconds', Number.NaN],
			['expires_soon', 'window_seconds', null],
			['expires_soon', 'window_seconds', [1]],
			['expires_soon', 'ignored_issuers', 'kubelet'],
			['expires_soon', 'ignored_issuers', ['kubelet', 5]],
			['weak_key', 'is_strict', 'yes'],
			['weak_key', 'curve', 256],
			['weak_key', 'curve', undefined],
		];
		for (const [name, key, value] of wrong) {
			assert.is(
				refused({ credential: { [name]: { [key]: value } } })[0],
				'PARAMS_INVALID',
				`${key} ${value}`,
			);
		}
	});
	it('wrong shape', () => {
		for (const overrides of [
			null,
			undefined,
			[],
			'x',
			5,
			{ credential: [] },
			{ credential: null },
			{ credential: { weak_key: 5 } },
		]) {
			assert.is(refused(overrides)[0], 'PARAMS_INVALID');
		}
	});

	it('hostile keys are unknown keys, and stay on one line', () => {
		for (const key of ['__proto__', 'constructor', 'toString', 'a\nb', '\u001b[2J', 'x'.repeat(10_000)]) {
			const [code, message, hint] = refused(JSON.parse(`{${JSON.stringify(key)}: {}}`));
			assert.is(code, 'PARAMS_INVALID', key);
			assert.not.match(message + hint, /[\n\u001b]/);
			assert.ok(message.length <= 300);
			assert.is(refused({ credential: JSON.parse(`{${JSON.stringify(key)}: {}}`) })[0], 'PARAMS_INVALID');
		}
		assert.is(Object.hasOwn(Object.prototype, 'polluted'), false);
	});
});
