import { changedParams } from '../../src/evaluate/params.ts';
import { assert, describe } from '../helpers/describe.ts';

describe('changedParams', it => {
	const defaults = { b: { x: { days: 3, names: ['a'] } }, lib: { y: { robots: ['r'] } } };

	it('names what differs, that of libraries too, and no value that says the same', () =>
		assert.equal(
			changedParams(defaults, { b: { x: { days: 0, names: ['a'] } }, lib: { y: { robots: [] } } }),
			[
				{ policy: 'b/x', key: 'days', value: 0, default: 3 },
				{ policy: 'lib/y', key: 'robots', value: [], default: ['r'] },
			],
		));
	it('nothing, where all is as shipped', () =>
		assert.equal(changedParams(defaults, structuredClone(defaults)), []));
});
