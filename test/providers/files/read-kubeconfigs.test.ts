import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScanError } from '../../../src/lib/scan-error.ts';
import { expandFiles } from '../../../src/providers/files/glob.ts';
import { readKubeconfigFiles } from '../../../src/providers/files/read-kubeconfigs.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { inFolder, oneUser, readAll } from '../../helpers/kubeconfig-folder.ts';

describe('readKubeconfigFiles', it => {
	it('one bad file never stops the others', () =>
		inFolder(
			{ 'a.yaml': '\u0000\u0001', 'b.yaml': oneUser('{token: t}'), 'c.yaml': '', 'd.yaml': '{"users":[' },
			async dir => {
				writeFileSync(join(dir, 'e.yaml'), Buffer.alloc(50_000_000, 'a'));
				const { endpoints, errors } = await readAll(dir, '*.yaml');
				assert.equal(
					endpoints.map(e => e.name),
					['h:6443'],
				);
				assert.equal(errors, [
					'KUBECONFIG_INVALID kubeconfig DIR/a.yaml: line 1: binary data or not UTF-8',
					'KUBECONFIG_INVALID kubeconfig DIR/c.yaml: line 1: the file is empty',
					'KUBECONFIG_INVALID kubeconfig DIR/d.yaml: line 1: not valid YAML (the indentation does not fit, or a bracket is missing)',
					'FILE_UNREADABLE DIR/e.yaml is 50 MB large, over the limit of 10 MB',
				]);
			},
		));

	it('folder in place of a file', () =>
		inFolder({ 'd/x': '' }, async dir =>
			assert.equal(await readAll(dir, 'd'), {
				endpoints: [],
				errors: ['FILE_UNREADABLE DIR/d is not a regular file'],
			}),
		));

	it('stops between two files when interrupted', () =>
		inFolder({ a: '' }, async dir =>
			assert.equal(await readKubeconfigFiles([join(dir, 'a')], AbortSignal.abort()), []),
		));
});

describe('expandFiles', it => {
	const names = [
		'b.yaml',
		'a.yaml',
		'c.conf',
		'.hidden.yaml',
		'x/1.yaml',
		'x/y/2.yaml',
		'x/.git/3.yaml',
		'odd[1].yaml',
	];
	const folder = Object.fromEntries(names.map(name => [name, '']));
	const expand = (dir: string, ...patterns: string[]) =>
		expandFiles(patterns.map(pattern => join(dir, pattern))).map(path => path.slice(dir.length + 1));

	it('patterns, sorted, without hidden files and folders', () =>
		inFolder(folder, dir =>
			assert.equal(
				['*.yaml', '?.{conf,yaml}', '[!ac].*', '**/*.yaml', '.*.yaml', 'x/*/*'].map(p => expand(dir, p)),
				[
					['a.yaml', 'b.yaml', 'odd[1].yaml'],
					['a.yaml', 'b.yaml', 'c.conf'],
					['b.yaml'],
					['a.yaml', 'b.yaml', 'odd[1].yaml', 'x/1.yaml', 'x/y/2.yaml'],
					['.hidden.yaml'],
					['x/y/2.yaml'],
				],
			),
		));

	it('a path that exists is taken as it is, each file once', () =>
		inFolder(folder, dir => {
			symlinkSync('a.yaml', join(dir, 'z.yaml'));
			assert.equal(expand(dir, 'odd[1].yaml', 'z.yaml', '[az].yaml', 'x/../b.yaml'), [
				'odd[1].yaml',
				'z.yaml',
				'b.yaml',
			]);
		}));

	it('refuses what names no file', () =>
		inFolder({ ...folder, 'd/e/f': '' }, dir => {
			symlinkSync('loop', join(dir, 'loop'));
			symlinkSync('gone', join(dir, 'dangling.lnk'));
			for (const pattern of ['nope', 'nope/*', '*.txt', 'd/*', '', 'l[o]op', '*.lnk', '[z-a]', 'a\u0000b']) {
				assert.throws(
					() => expandFiles([join(dir, 'a.yaml'), pattern === '' ? '' : join(dir, pattern)]),
					(error: unknown) => error instanceof ScanError && error.code === 'FILE_UNREADABLE',
					pattern,
				);
			}
		}));
});
