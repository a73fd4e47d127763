import { chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../src/cli/cache-folder.ts';
import { createPolicyCache } from '../../src/cli/policy-cache.ts';
import type { StoredBundle } from '../../src/evaluate/stored-bundle.ts';
import { assert, describe } from '../helpers/describe.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

const key = (n: number) => n.toString(16).padStart(64, '0');

const bundle = (text: string): StoredBundle => ({
	'policy.wasm': Buffer.from(`${text} wasm`),
	'catalog.json': Buffer.from(`${text} catalog`),
	'data.json': Buffer.from(`${text} data`),
});

/** A cache with one entry, and what it gives after a case has done something to its files. */
function damaged(damage: (entry: string) => Promise<unknown>): Promise<StoredBundle | null> {
	return withTempDir(async dir => {
		const cache = createPolicyCache(join(dir, 'cache'));
		await cache.store(key(1), bundle('one'));
		await damage(join(dir, 'cache', key(1)));
		return cache.load(key(1));
	});
}

const rewrite = (name: string, change: (text: string) => string) => async (entry: string) =>
	writeFile(join(entry, name), change(await readFile(join(entry, name), 'utf8')));

const damages: [string, (entry: string) => Promise<unknown>][] = [
	['cut off', rewrite('policy.wasm', text => text.slice(0, -1))],
	['changed by a letter', rewrite('catalog.json', text => text.replace('o', 'O'))],
	['data of another', rewrite('data.json', () => 'two data')],
	['without a file', entry => rm(join(entry, 'data.json'))],
	['without a seal', entry => rm(join(entry, 'sha256'))],
	['kept under another key', rewrite('sha256', text => text.replace(key(1), key(2)))],
	['in a folder that others may write', entry => chmod(join(entry, '..'), 0o777)],
];

describe('createPolicyCache', it => {
	it('gives back what was kept, and null for what was not', () =>
		withTempDir(async dir => {
			const cache = createPolicyCache(join(dir, 'a/b'));
			assert.is(await cache.load(key(1)), null);
			await cache.store(key(1), bundle('one'));
			assert.equal([await cache.load(key(1)), await cache.load(key(2))], [bundle('one'), null]);
		}));

	for (const [title, damage] of damages)
		it(`an entry ${title} :: is no entry`, async () => assert.is(await damaged(damage), null));

	it('an entry that is broken :: gives way to a good one', () =>
		withTempDir(async dir => {
			const cache = createPolicyCache(dir);
			await cache.store(key(1), bundle('one'));
			await writeFile(join(dir, key(1), 'policy.wasm'), '');
			await cache.store(key(1), bundle('one'));
			assert.equal(await cache.load(key(1)), bundle('one'));
			assert.equal(await readdir(dir), [key(1)]);
		}));

	it('is readable by its owner alone', () =>
		withTempDir(async dir => {
			await createPolicyCache(join(dir, 'a/b')).store(key(1), bundle('one'));
			const paths = ['a', 'a/b', `a/b/${key(1)}`, `a/b/${key(1)}/policy.wasm`, `a/b/${key(1)}/sha256`];
			const modes = await Promise.all(
				paths.map(async path => ((await stat(join(dir, path))).mode & 0o777).toString(8)),
			);
			assert.equal(modes, ['700', '700', '700', '600', '600']);
		}));

	it('many runs at once, over a broken entry :: each reads what was kept or nothing, and one stays', () =>
		withTempDir(async dir => {
			const cache = createPolicyCache(dir);
			await mkdir(join(dir, key(1)));
			const seen = await Promise.all(
				Array.from({ length: 20 }, async (_, at) => {
					if (at % 2 === 0) await cache.store(key(1), bundle('one'));
					return cache.load(key(1));
				}),
			);
			assert.equal(
				seen
					.filter(entry => entry !== null)
					.every(entry => Buffer.from(entry['policy.wasm']).equals(bundle('one')['policy.wasm'])),
				true,
			);
			assert.equal([await cache.load(key(1)), await readdir(dir)], [bundle('one'), [key(1)]]);
		}));

	it('keeps the sixteen that were used last, and sweeps what a killed run left', () =>
		withTempDir(async dir => {
			const cache = createPolicyCache(dir);
			for (let n = 0; n < 16; n++) {
				await cache.store(key(n), bundle(`${n}`));
				await utimes(join(dir, key(n)), 1000 + n, 1000 + n);
			}
			for (const left of ['old', 'new']) await mkdir(join(dir, `.${key(1)}-${left}`));
			await utimes(join(dir, `.${key(1)}-old`), 1000, 1000);
			await writeFile(join(dir, 'of-somebody-else'), '');
			await cache.load(key(0));
			await cache.store(key(16), bundle('16'));
			const names = Array.from({ length: 17 }, (_, n) => key(n)).filter(name => name !== key(1));
			assert.equal((await readdir(dir)).sort(), [`.${key(1)}-new`, ...names, 'of-somebody-else']);
		}));

	it('a folder that cannot be made :: is the system’s error', () =>
		withTempDir(async dir => {
			await writeFile(join(dir, 'file'), '');
			const cache = createPolicyCache(join(dir, 'file/cache'));
			const error = await cache.store(key(1), bundle('one')).catch(reason => reason);
			assert.is(error.code, 'ENOTDIR');
			assert.is(await cache.load(key(1)), null);
		}));
});

describe('cacheFolder', it => {
	const home = '/home/kim';
	const linux = (env: Record<string, string>) => cacheFolder({ env, platform: 'linux', home });
	it('goes by XDG_CACHE_HOME, then by the system', () =>
		assert.equal(
			[
				linux({ XDG_CACHE_HOME: '/c' }),
				linux({}),
				cacheFolder({ env: {}, platform: 'darwin', home }),
				cacheFolder({ env: { LOCALAPPDATA: '/local' }, platform: 'win32', home }),
				cacheFolder({ env: {}, platform: 'win32', home }),
			],
			[
				'/c/kubelapse',
				'/home/kim/.cache/kubelapse',
				'/home/kim/Library/Caches/kubelapse',
				'/local/kubelapse',
				'/home/kim/AppData/Local/kubelapse',
			],
		));
	it('takes neither an empty nor a relative path, nor another system’s variable', () =>
		assert.equal(
			[{ XDG_CACHE_HOME: '' }, { XDG_CACHE_HOME: 'c' }, { LOCALAPPDATA: '/local' }].map(linux),
			Array(3).fill('/home/kim/.cache/kubelapse'),
		));
});
