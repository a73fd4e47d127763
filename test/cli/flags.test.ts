import { formats, oneOf, parseAllowedGap, parseMoment, parseStepWord } from '../../src/cli/flags.ts';
import { formats as reporterFormats } from '../../src/reporters/index.ts';
import { assert, describe } from '../helpers/describe.ts';

describe('formats', it => {
	it('are those of the reporters, in their order', () => assert.equal(formats, reporterFormats));
});

describe('oneOf', it => {
	it('gives the choice', () => assert.is(oneOf('b', ['a', 'b'], 'letter'), 'b'));
	it('names the nearest one, and all', () =>
		assert.throws(
			() => oneOf('hgih', ['high', 'low'], 'severity'),
			(error: Error) => error.message === 'unknown severity "hgih", did you mean high? (known: high, low)',
		));
	it('takes no list for one of its words', () => assert.throws(() => oneOf(['a'], ['a'], 'letter')));
});

describe('parseAllowedGap', it => {
	it('a source, everywhere or in one cluster, whose name may hold an @', () =>
		assert.equal(['roles', 'roles@prod', 'usage@admin@prod', 'roles@'].map(parseAllowedGap), [
			{ source: 'roles', cluster: null },
			{ source: 'roles', cluster: 'prod' },
			{ source: 'usage', cluster: 'admin@prod' },
			{ source: 'roles', cluster: null },
		]));
	it('refuses what is no source', () => assert.throws(() => parseAllowedGap('@prod')));
});

describe('parseStepWord', it => {
	it('an action, or how an id begins', () =>
		assert.equal(['delete_binding', '0123', '0123456789ab'].map(parseStepWord), [
			'delete_binding',
			'0123',
			'0123456789ab',
		]));
	for (const word of ['delete_bindings', '012', '0123456789abc', '0123G', '', ['a', 'b']])
		it(`refuses ${JSON.stringify(word)}: it would choose nothing`, () =>
			assert.throws(() => parseStepWord(word)));
});

describe('parseMoment', it => {
	it('a day is its first second, in UTC', () =>
		assert.equal(['1970-01-02', '2024-02-29'].map(parseMoment), [86_400, 1_709_164_800]));
	it('reads RFC 3339', () =>
		assert.equal(['1970-01-01T00:00:09Z', '2024-02-29T00:00:00+00:00'].map(parseMoment), [9, 1_709_164_800]));
	for (const text of [
		'',
		'now',
		'5',
		'2026-02-30T00:00:00Z',
		'2026-13-01T00:00:00Z',
		'2026-02-30',
		'2026-1-1',
		'2026-01-01T25:00:00Z',
	]) {
		it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseMoment(text)));
	}
});
