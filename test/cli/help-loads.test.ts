import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assert, describe } from '../helpers/describe.ts';
import { foreignPackages, loadedFiles } from '../helpers/loaded-files.ts';

const ROOT = new URL('../../', import.meta.url);
const MAIN = fileURLToPath(new URL('dist/cli/main.js', ROOT));
/** Ours, and what later commands bring. */
const HEAVY = ['@duckdb/node-api', '@alicloud/cs20151215'];

describe('[cli] kubelapse --help', it => {
	it('loads no package that we depend on but yargs', async () => {
		const { dependencies } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
			dependencies: Record<string, string>;
		};
		const ours = [...Object.keys(dependencies), ...HEAVY];
		for (const words of [['--help'], ['scan', '--help'], ['usage', '--help'], ['--version']]) {
			const loaded = foreignPackages(await loadedFiles([MAIN, ...words]));
			assert.equal(
				loaded.filter(name => ours.includes(name)),
				['yargs'],
				words.join(' '),
			);
		}
	});
});

describe('loadedFiles', it => {
	it('sees packages of both module systems', async () => {
		const urls = ['yaml', 'zod'].map(name => JSON.stringify(import.meta.resolve(name)));
		const code = urls.map(url => `await import(${url});`).join('');
		const loaded = foreignPackages(await loadedFiles(['--input-type=module', '-e', code]));
		assert.equal(loaded, ['yaml', 'zod']);
	});
});
