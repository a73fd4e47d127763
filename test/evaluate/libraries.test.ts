import { librariesOf } from '../../src/evaluate/libraries.ts';
import { assert, describe } from '../helpers/describe.ts';

const specs = { use: { lag: { default: 1, description: 'Lag.' } }, names: {}, none: {} };

/** Which policies read each library. */
function readers(sources: Record<string, string>): Record<string, string[]> {
	const libraries = Object.entries(librariesOf(specs, sources));
	return Object.fromEntries(libraries.map(([name, { readBy }]) => [name, readBy]));
}

describe('librariesOf', it => {
	it('has the thresholds, and the policies that read them by themselves or through another library', () => {
		const sources = {
			'policies/org/b.rego': 'import data.lib.use',
			'policies/org/a.rego': 'import data.lib\n\ndeny contains {} if lib.names.f',
			'policies/org/c.rego': 'deny contains {} if data.lib.middle.g',
			'policies/org/d.rego': '# lib.use\ndeny contains {"lib.names": 1} if input.lib',
			'policies/org/a_test.rego': 'import data.lib.none',
			'policies/lib/middle.rego': 'import data.lib.use\nimport data.lib.middle',
		};
		assert.equal(readers(sources), { use: ['org/b', 'org/c'], names: ['org/a'], none: [] });
		assert.equal(librariesOf(specs, sources).use?.params, specs.use);
	});
	it('what ends early, and no source at all', () => {
		assert.equal(readers({ 'policies/org/a.rego': 'lib.', 'policies/org/b.rego': '' }), readers({}));
		assert.equal(librariesOf({}, {}), {});
	});
});
