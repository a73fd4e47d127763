import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openOutput } from '../../src/cli/output.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { assert, describe } from '../helpers/describe.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

const MANIFEST = '.kubelapse-manifest.json';

async function tree(dir: string): Promise<string[]> {
	return (await readdir(dir, { recursive: true })).sort();
}

function modeOf(path: string): Promise<number> {
	return stat(path).then(({ mode }) => mode & 0o777);
}

async function codeOf(run: Promise<unknown>): Promise<string> {
	return run.then(
		() => '',
		(error: unknown) => (error instanceof ScanError ? error.code : String(error)),
	);
}

function* failing(): Generator<string> {
	yield 'half';
	throw new Error('password=hunter2 broke it');
}

describe('openOutput', it => {
	it('writes files and folders for their owner alone, and nothing else', () =>
		withTempDir(async dir => {
			const out = join(dir, 'deep', 'out');
			const output = await openOutput(out);
			const result = await output.write([
				{ path: 'report.html', text: 'page' },
				{ path: 'sarif/a.sarif', text: ['o', 'ne'] },
			]);
			assert.equal(result, { written: ['report.html', 'sarif/a.sarif'], failed: [] });
			assert.equal(await tree(out), [MANIFEST, 'report.html', 'sarif', 'sarif/a.sarif']);
			assert.is(await readFile(join(out, 'sarif/a.sarif'), 'utf8'), 'one');
			assert.equal(
				await Promise.all([out, join(out, 'sarif'), join(out, 'report.html')].map(modeOf)),
				[0o700, 0o700, 0o600],
			);
		}));
	it('a file that no run wrote is kept under another name, once', () =>
		withTempDir(async dir => {
			await writeFile(join(dir, 'report.html'), 'by hand');
			await writeFile(join(dir, 'report.html.old'), 'older');
			for (const text of ['one', 'two']) {
				const output = await openOutput(dir);
				output.clear();
				await output.write([{ path: 'report.html', text }]);
			}
			const names = ['report.html', 'report.html.old', 'report.html.old-2'];
			assert.equal(await tree(dir), [MANIFEST, ...names]);
			assert.equal(await Promise.all(names.map(name => readFile(join(dir, name), 'utf8'))), [
				'two',
				'older',
				'by hand',
			]);
		}));
	it('clear removes what an earlier run wrote, and only that', () =>
		withTempDir(async dir => {
			await (await openOutput(dir)).write([{ path: 'sarif/old.sarif', text: '' }]);
			await writeFile(join(dir, 'sarif', 'notes.txt'), 'mine');
			const output = await openOutput(dir);
			output.clear();
			await output.write([{ path: 'result.json', text: '{}' }]);
			assert.equal(await tree(dir), [MANIFEST, 'result.json', 'sarif', 'sarif/notes.txt']);
		}));
	it('without clear the files of an earlier run stay, and stay known', () =>
		withTempDir(async dir => {
			await (await openOutput(dir)).write([{ path: 'result.json', text: '' }]);
			await (await openOutput(dir)).write([{ path: 'report.html', text: '' }]);
			const output = await openOutput(dir);
			output.clear();
			assert.equal(await tree(dir), [MANIFEST]);
		}));
	it('a manifest that names files elsewhere removes none of them', () =>
		withTempDir(async dir => {
			const out = join(dir, 'out');
			await mkdir(join(out, 'sub'), { recursive: true });
			await mkdir(join(dir, 'far'));
			for (const name of ['far/kept', 'kept', 'out/.env', 'out/sub/kept'])
				await writeFile(join(dir, name), '');
			await symlink(join(dir, 'far'), join(out, 'link'));
			await symlink(join(dir, 'kept'), join(out, 'alias'));
			const hostile = [
				'../kept',
				join(dir, 'kept'),
				'link/kept',
				'sub/../../kept',
				'.env',
				'sub',
				'alias',
				7,
				'',
			];
			await writeFile(join(out, MANIFEST), JSON.stringify({ files: hostile }));
			const before = await tree(dir);
			(await openOutput(out)).clear();
			assert.equal(await tree(dir), before);
		}));
	it('a manifest that is garbage removes nothing', () =>
		withTempDir(async dir => {
			await writeFile(join(dir, 'result.json'), '');
			for (const text of ['', '[]', 'null', '{"files": {}}', '\u0000']) {
				await writeFile(join(dir, MANIFEST), text);
				(await openOutput(dir)).clear();
			}
			assert.equal(await tree(dir), [MANIFEST, 'result.json']);
		}));
	it('writes through no link inside the folder, but replaces one that has a name of its own', () =>
		withTempDir(async dir => {
			const out = join(dir, 'out');
			await mkdir(join(dir, 'elsewhere'));
			await mkdir(out);
			await writeFile(join(dir, 'victim'), 'kept');
			await symlink(join(dir, 'elsewhere'), join(out, 'sarif'));
			await symlink(join(dir, 'victim'), join(out, 'report.html'));
			const { written, failed } = await (await openOutput(out)).write([
				{ path: 'sarif/a.sarif', text: '' },
				{ path: 'report.html', text: 'page' },
			]);
			assert.equal(
				[written, failed.map(({ path }) => path)],
				[['report.html'], [join(out, 'sarif/a.sarif')]],
			);
			assert.equal(await tree(join(dir, 'elsewhere')), []);
			assert.equal(
				[await readFile(join(dir, 'victim'), 'utf8'), (await lstat(join(out, 'report.html'))).isFile()],
				['kept', true],
			);
		}));
	it('one file that fails keeps none of the others, leaves nothing half-written and no secret in its reason', () =>
		withTempDir(async dir => {
			await mkdir(join(dir, 'result.json'));
			const result = await (await openOutput(dir)).write([
				{ path: 'a.txt', text: failing() },
				{ path: '../b.txt', text: '' },
				{ path: 'result.json', text: '' },
				{ path: 'c.txt', text: 'c' },
			]);
			assert.equal(result, {
				written: ['c.txt'],
				failed: [
					{ path: join(dir, 'a.txt'), reason: 'password=[removed] broke it' },
					{ path: join(dir, '../b.txt'), reason: 'not a path below the folder' },
					{ path: join(dir, 'result.json'), reason: 'EISDIR' },
				],
			});
			assert.equal(await tree(dir), [MANIFEST, 'c.txt', 'result.json']);
		}));
	it('writes that run side by side are all in the manifest', () =>
		withTempDir(async dir => {
			const output = await openOutput(dir);
			const names = ['a', 'b', 'c', 'd', 'e'];
			await Promise.all(names.map(path => output.write([{ path, text: '' }])));
			assert.equal(JSON.parse(await readFile(join(dir, MANIFEST), 'utf8')).files, names);
		}));
	it('a file where the folder should be, or above it, is refused before anything is scanned', () =>
		withTempDir(async dir => {
			await writeFile(join(dir, 'file'), '');
			assert.equal(
				await Promise.all(['file', 'file/below'].map(path => codeOf(openOutput(join(dir, path))))),
				['OUTPUT_UNWRITABLE', 'OUTPUT_UNWRITABLE'],
			);
		}));
	it('a file system without room or rights is refused', async () => {
		// Root passes permission bits, but nobody makes files in there.
		assert.is(
			await codeOf(openOutput('/proc/self/kubelapse')),
			process.platform === 'linux' ? 'OUTPUT_UNWRITABLE' : '',
		);
	});
});
