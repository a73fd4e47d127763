import { glob, isAnything } from '../../src/lib/glob.ts';
import { assert, describe } from '../helpers/describe.ts';

const CASES: [pattern: string, matches: string[], leaves: string[]][] = [
	['alice', ['alice'], ['', 'Alice', 'alice2', 'malice']],
	['*', ['', 'anything', 'a\nb'], []],
	['a*', ['a', 'ab'], ['', 'ba']],
	['*a', ['a', 'ba'], ['ab']],
	['a*b', ['ab', 'a*b', 'axxb'], ['a', 'b', 'abc']],
	['ab*ba', ['abba', 'ab-ba'], ['aba']],
	['*b*c*', ['bc', 'abbcc'], ['cb']],
	['orphan/*', ['orphan/role_missing'], ['orphan', 'an-orphan/x']],
	['a.c', ['a.c'], ['abc']],
	['(a+)+$', ['(a+)+$'], ['aaaa']],
	['[a-z]*', ['[a-z]', '[a-z]x'], ['b']],
	['a?', ['a?'], ['ab']],
];

describe('glob', it => {
	for (const [pattern, matches, leaves] of CASES) {
		it(`${pattern} :: matches`, () => assert.equal(matches.filter(glob(pattern)), matches));
		it(`${pattern} :: leaves alone`, () => assert.equal(leaves.filter(glob(pattern)), []));
	}
	it('ten thousand stars, and what makes other matchers go back for ever, take no time', () => {
		const began = performance.now();
		const text = 'a'.repeat(10_000);
		assert.is(glob('*'.repeat(10_000))(text), true);
		assert.is(glob('*a'.repeat(10_000))(text), true);
		assert.is(glob(`${'a*'.repeat(5_000)}b`)(text), false);
		assert.is(glob(`${'*a'.repeat(5_000)}*b*`)(text), false);
		assert.ok(performance.now() - began < 1_000);
	});
	it('stars alone are anything', () =>
		assert.equal(['*', '***', '', 'a*', '* '].map(isAnything), [true, true, false, false, false]));
});
