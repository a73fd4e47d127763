import { lineWriter, stableJson } from '../../src/reporters/stable-json.ts';
import { assert, describe } from '../helpers/describe.ts';

const shared = { b: 1, a: ['x', { z: 1, id: 2 }] };

/** One after the other through one writer: each has to come out as if it were alone. */
const ELEMENTS: unknown[] = [
	{ message: 'm', id: '1', zeta: null, alpha: [1, 2.5, true] },
	{ id: '2', message: 'n', zeta: undefined, alpha: [] },
	{ id: '3', message: 'o', zeta: shared, alpha: shared },
	{ id: '4', message: 'p', zeta: shared, alpha: [shared, shared] },
	{ id: '5', 10: 'ten', 9: 'nine', '-1': 'minus', '01': 'text' },
	JSON.parse('{"__proto__":{"b":1,"a":2},"id":"6"}'),
	{ 'a"b\\\n': '\u202e</script>\u0085\ud800', id: '\u2028' },
	{},
	{ only: undefined },
	[],
	[undefined, null, Number.NaN, -0, {}],
	'text',
	null,
	7,
];

describe('lineWriter', it => {
	it('writes each element as stableJson does, whatever came before it', () => {
		const write = lineWriter();
		const twice = [...ELEMENTS, ...ELEMENTS];
		assert.equal(
			twice.map(element => write(element)),
			twice.map(element => stableJson(element)),
		);
	});

	it('tells objects apart whose keys differ only in their order or bounds', () => {
		const write = lineWriter();
		const elements = [{ a: 1, b: 2 }, { b: 3, a: 4 }, { 'a","b': 5 }, { 'a,b': 6 }];
		assert.equal(
			elements.map(element => write(element)),
			['{"a":1,"b":2}', '{"a":4,"b":3}', '{"a\\",\\"b":5}', '{"a,b":6}'],
		);
	});

	it('goes on where objects have more shapes than it keeps', () => {
		const write = lineWriter();
		const elements = Array.from({ length: 1500 }, (_, index) => ({ [`key-${index}`]: index, id: index }));
		assert.equal(
			elements.map(element => write(element)),
			elements.map(element => stableJson(element)),
		);
	});
});
