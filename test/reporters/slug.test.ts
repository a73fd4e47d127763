import { clusterSlugs, slug } from '../../src/reporters/slug.ts';
import { assert, describe } from '../helpers/describe.ts';
import { HOSTILE } from './fixtures/report.ts';

describe('slug', it => {
	it('keeps letters and digits, and folds accents', () =>
		assert.is(slug('Prod_Zürich (2)', 'x'), 'prod-zu-rich-2'));
	it('falls back where nothing is left', () => assert.is(slug('李', 'cluster'), 'cluster'));
	for (const [i, name] of HOSTILE.entries()) {
		it(`is safe in a path :: hostile ${i}`, () =>
			assert.match(slug(name, 'cluster'), /^[a-z0-9][a-z0-9-]{0,39}$/));
	}
	it('does not end in a hyphen when cut', () => assert.is(slug('abc def', 'x', 4), 'abc'));
});

describe('clusterSlugs', it => {
	it('takes the first eight of a UUID', () =>
		assert.equal(
			[...clusterSlugs([{ uid: '0a1b2c3d-aaaa-4bbb-8ccc-000000000001', name: 'Prod EU' }]).values()],
			['prod-eu-0a1b2c3d'],
		));
	it('hashes any other uid, since a server may claim what it likes', () =>
		assert.match(
			[...clusterSlugs([{ uid: '../../etc', name: '' }]).values()][0] ?? '',
			/^cluster-[0-9a-f]{8}$/,
		));
	it('keeps two clusters apart that look the same', () => {
		const same = ['x', 'y'].map(end => ({ uid: `0a1b2c3d-aaaa-4bbb-8ccc-00000000000${end}`, name: 'prod' }));
		assert.is(new Set(clusterSlugs(same).values()).size, 2);
	});
});
