import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readPolicyFolder, SHIPPED_POLICIES } from '../../src/cli/policy-files.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { assert, describe } from '../helpers/describe.ts';

async function withFolder<T>(files: Record<string, string>, use: (folder: string) => Promise<T>): Promise<T> {
	const folder = await mkdtemp(join(tmpdir(), 'kubelapse-policies-'));
	try {
		for (const [path, text] of Object.entries(files)) {
			await mkdir(dirname(join(folder, path)), { recursive: true });
			await writeFile(join(folder, path), text);
		}
		return await use(folder);
	} finally {
		await rm(folder, { recursive: true });
	}
}

describe('readPolicyFolder', it => {
	it('takes Rego and schemas, whatever the folder is called', async () => {
		const files = {
			'a/b.rego': '1',
			'schemas/s.json': '2',
			'a/data.json': '3',
			'README.md': '4',
			'.git/x.rego': '5',
		};
		const { own } = await withFolder(files, readPolicyFolder);
		assert.equal(own, { 'policies/a/b.rego': '1', 'policies/schemas/s.json': '2' });
	});

	it('follows links to files, as a mounted ConfigMap has them', async () => {
		const { own } = await withFolder({ '..data/a/b.rego': '1', 'a/c.rego': '2' }, async folder => {
			await symlink(join(folder, '..data/a/b.rego'), join(folder, 'a/b.rego'));
			return readPolicyFolder(folder);
		});
		assert.equal(own, { 'policies/a/b.rego': '1', 'policies/a/c.rego': '2' });
	});

	it('adds what is lacking of the shipped main, lib and schemas, and keeps what is there', async () => {
		const { all } = await withFolder({ 'main.rego': 'mine' }, readPolicyFolder);
		assert.is(all['policies/main.rego'], 'mine');
		assert.ok(all['policies/schemas/record.json']);
		assert.equal(
			Object.keys(all).filter(path => !/^policies\/(main\.rego|lib\/|schemas\/)|_test\.rego$/.test(path)),
			[],
		);
	});

	it('adds the shipped policies that are read, and what those read, but none that is there', async () => {
		const files = {
			'org/a.rego': 'import data.policies.privilege.toxic_mix as mix\nx if data.policies.org.b.deny',
			'org/a_test.rego': 'import data.policies.credential.expired\nimport data.policies.no.such',
			'credential/expired.rego': 'mine',
		};
		const { all } = await withFolder(files, readPolicyFolder);
		const policies = Object.keys(all).filter(path => !/^policies\/(main\.rego|lib\/|schemas\/)/.test(path));
		const shipped = (await readPolicyFolder(SHIPPED_POLICIES)).own['policies/privilege/toxic_mix.rego'] ?? '';
		const cited = shipped.match(/(?<=data\.policies\.)\w+\.\w+/g) ?? [];
		assert.equal(
			new Set(policies),
			new Set([
				...Object.keys(files).map(path => `policies/${path}`),
				'policies/privilege/toxic_mix.rego',
				...cited.map(name => `policies/${name.replace('.', '/')}.rego`),
			]),
		);
		assert.equal([all['policies/credential/expired.rego'], cited.length > 0], ['mine', true]);
	});

	it('the shipped folder :: is complete in itself', async () => {
		const { own, all } = await readPolicyFolder(SHIPPED_POLICIES);
		assert.is(all, own);
		assert.ok(own['policies/main.rego']);
	});

	it('a folder that is not there :: FILE_UNREADABLE', async () => {
		const error = await readPolicyFolder('/nowhere/at/all').catch(reason => reason);
		assert.is(error instanceof ScanError && error.code, 'FILE_UNREADABLE');
	});
});
