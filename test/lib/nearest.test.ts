import { nearest } from '../../src/lib/nearest.ts';
import { assert, describe } from '../helpers/describe.ts';

const keys = ['windowSeconds', 'robots', 'maxDays', 'kubeconfig'];

describe('nearest', it => {
	it('finds a letter left out, put in, changed or swapped', () =>
		assert.equal(
			['windowSecond', 'robotss', 'maxDaya', 'kubeocnfig'].map(word => nearest(word, keys)),
			['windowSeconds', 'robots', 'maxDays', 'kubeconfig'],
		));
	it('ignores case', () => assert.is(nearest('WINDOWSECONDS', keys), 'windowSeconds'));
	it('prefers the nearer, then the first', () => {
		assert.is(nearest('cat', ['cart', 'cats', 'cat']), 'cat');
		assert.is(nearest('cat', ['cart', 'cats']), 'cart');
	});
	it('is null when nothing is near', () => {
		assert.is(nearest('somethingElse', keys), null);
		assert.is(nearest('x', ['ab']), null);
		assert.is(nearest('', ['a']), null);
		assert.is(nearest('x', []), null);
	});
	it('hostile :: a word of 10,000 letters is near nothing', () =>
		assert.is(nearest('a'.repeat(10_000), ['a'.repeat(9_999)]), null));
});
