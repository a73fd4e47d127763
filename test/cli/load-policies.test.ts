import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type LoadedPolicies, loadPolicies } from '../../src/cli/load-policies.ts';
import { configureLog } from '../../src/cli/log.ts';
import { readOwnPolicies, withOwnPaths } from '../../src/cli/own-policies.ts';
import { SHIPPED_POLICIES } from '../../src/cli/policy-files.ts';
import { readText } from '../../src/cli/read-text.ts';
import { sourcesKey } from '../../src/evaluate/bundle.ts';
import { digestOf } from '../../src/evaluate/stored-bundle.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { assert, describe } from '../helpers/describe.ts';
import { ownPolicy } from '../helpers/own-policy.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

async function writeAll(dir: string, files: Record<string, string>): Promise<void> {
	for (const [path, text] of Object.entries(files)) {
		await mkdir(dirname(join(dir, path)), { recursive: true });
		await writeFile(join(dir, path), text);
	}
}

/** The error of laying folders below a temporary one over the shipped policies, with `DIR` for that one. */
function refusal(files: Record<string, string>, ...folders: string[]): Promise<string> {
	return withTempDir(async dir => {
		await writeAll(dir, files);
		const read = readOwnPolicies(
			folders.map(folder => join(dir, folder)),
			[],
		);
		return described(read, dir);
	});
}

async function described(promise: Promise<unknown>, dir: string): Promise<string> {
	const error = await promise.then(
		() => null,
		reason => reason,
	);
	return error instanceof ScanError
		? `${error.code}: ${error.message}`.replaceAll(dir, 'DIR')
		: String(error);
}

const own = ownPolicy('credential/own');

describe('readOwnPolicies', it => {
	it('says where each policy comes from, and leaves tests out', () =>
		withTempDir(async dir => {
			await writeAll(dir, {
				'a/credential/own.rego': own,
				'a/credential/own_test.rego': 'package x',
				'a/lib/ours.rego': 'package lib.ours',
				'b/credential/expired.rego': own,
			});
			const folders = [join(dir, 'a'), join(dir, 'b')];
			const { origins, places, sources } = await readOwnPolicies(
				[...folders, join(dir, 'a/')],
				[join(dir, 'b')],
			);
			assert.equal(Object.fromEntries(origins), {
				'credential/own': { folder: folders[0], isTrusted: false, replaces: false },
				'credential/expired': { folder: folders[1], isTrusted: true, replaces: true },
			});
			assert.equal(Object.fromEntries(places), {
				'policies/credential/own.rego': join(dir, 'a/credential/own.rego'),
				'policies/lib/ours.rego': join(dir, 'a/lib/ours.rego'),
				'policies/credential/expired.rego': join(dir, 'b/credential/expired.rego'),
			});
			assert.is(sources['policies/credential/expired.rego'], own);
			assert.ok(sources['policies/main.rego']);
			assert.equal(
				Object.keys(sources).filter(path => path.endsWith('_test.rego')),
				[],
			);
		}));

	it('one folder under two names :: is one', () =>
		withTempDir(async dir => {
			await writeAll(dir, { 'a/credential/own.rego': own });
			await symlink(join(dir, 'a'), join(dir, 'link'));
			const { origins } = await readOwnPolicies([join(dir, 'a'), join(dir, 'link')], []);
			assert.is(origins.size, 1);
		}));

	it('a link out of a trusted place :: is not trusted', () =>
		withTempDir(async dir => {
			await writeAll(dir, { 'else/credential/own.rego': own, 'trusted/x': '' });
			await symlink(join(dir, 'else'), join(dir, 'trusted/link'));
			const { origins } = await readOwnPolicies([join(dir, 'trusted/link')], [join(dir, 'trusted')]);
			assert.is(origins.get('credential/own')?.isTrusted, false);
		}));

	it('one id in two folders :: names both files', async () =>
		assert.is(
			await refusal({ 'a/credential/own.rego': own, 'b/credential/own.rego': own }, 'a', 'b'),
			'POLICY_INVALID: credential/own is there twice: DIR/a/credential/own.rego and DIR/b/credential/own.rego',
		));

	it('a lib of one name in two folders :: is refused unless it is the same', async () => {
		const files = { 'a/x/y.rego': own, 'b/x/z.rego': own, 'a/lib/l.rego': 'package lib.l\n' };
		assert.is(await refusal({ ...files, 'b/lib/l.rego': files['a/lib/l.rego'] }, 'a', 'b'), 'null');
		assert.is(
			await refusal({ ...files, 'b/lib/l.rego': '' }, 'a', 'b'),
			'POLICY_INVALID: lib/l is there twice: DIR/a/lib/l.rego and DIR/b/lib/l.rego',
		);
	});

	for (const path of ['lib/subjects.rego', 'main.rego', 'schemas/record.json']) {
		it(`${path} of one's own :: does not replace the shipped one`, async () => {
			const files = { 'a/credential/own.rego': own, [`a/${path}`]: '{}' };
			assert.is(
				await refusal(files, 'a'),
				`POLICY_INVALID: DIR/a/${path} has the path of the shipped policies/${path}, which other policies rely on`,
			);
			const copy = await readText(join(SHIPPED_POLICIES, path), 'policy');
			assert.is(await refusal({ ...files, [`a/${path}`]: copy }, 'a'), 'null');
		});
	}

	it('no policy :: names the folder, and what lies too deep in it', async () => {
		assert.equal(
			await Promise.all([
				refusal({ 'a/notes.md': '' }, 'a'),
				refusal({ 'a/credential/own_test.rego': '', 'a/lib/l.rego': '', 'a/schemas/s.json': '{}' }, 'a'),
				refusal({ 'a/policies/credential/own.rego': own }, 'a'),
				refusal({}, 'nowhere'),
			]),
			[
				'POLICY_INVALID: there is no policy in DIR/a',
				'POLICY_INVALID: there is no policy in DIR/a',
				'POLICY_INVALID: there is no policy in DIR/a, only DIR/a/policies/credential/own.rego',
				'FILE_UNREADABLE: cannot read the folder DIR/nowhere',
			],
		);
	});
});

/** Loads `org/` below a temporary folder, whose caches lie there too. */
function load(dir: string, params?: string): Promise<LoadedPolicies> {
	configureLog({ level: 'error' });
	const settings = { policy: [join(dir, 'org')], 'trusted-policies': [], params };
	return loadPolicies(settings, { env: {}, platform: 'linux', home: dir }).finally(() =>
		configureLog({ level: 'info' }),
	);
}

const withParam = ownPolicy('credential/own', {
	condition: 'data.params.credential.own.max_seconds > 0',
	metadata: `#   params:
#     max_seconds:
#       default: 100
#       description: Age.
`,
});

describe('withOwnPaths', it => {
	it('names the user’s files, and leaves shipped ones and other errors alone', () => {
		const places = new Map([['policies/credential/own.rego', 'org/credential/own.rego']]);
		const named = (error: unknown) => {
			const given = withOwnPaths(error, { places, sources: {}, origins: new Map() });
			return given instanceof ScanError ? [given.code, given.message, given.hint] : given;
		};
		const text = 'policies/credential/own.rego:3:1: x in policies/credential/own.rego, policies/lib/a.rego:1';
		assert.equal(named(new ScanError('POLICY_INVALID', text, { hint: 'h' })), [
			'POLICY_INVALID',
			'org/credential/own.rego:3:1: x in org/credential/own.rego, policies/lib/a.rego:1',
			'h',
		]);
		assert.equal(named(new ScanError('COMPILER_FAILED', text)), ['COMPILER_FAILED', text, '']);
		assert.is(named('policies/credential/own.rego'), 'policies/credential/own.rego');
	});
});

describe('loadPolicies', it => {
	it('compiles, keeps, and gives the same again; what was corrupted is compiled again', () =>
		withTempDir(async dir => {
			await writeAll(dir, { 'org/credential/own.rego': withParam });
			const cache = join(dir, '.cache/kubelapse/policies');
			const judged = ({ bundle: { wasm, ...rest } }: LoadedPolicies) => ({ ...rest, wasm: digestOf(wasm) });
			const first = judged(await load(dir));
			assert.equal(judged(await load(dir)), first);
			for (const entry of await readdir(cache)) await writeFile(join(cache, entry, 'policy.wasm'), 'none');
			assert.equal(judged(await load(dir)), first);

			await writeAll(dir, {
				'good.yaml': 'credential: { own: { max_seconds: 7 }, expires_soon: { window_seconds: 8 } }',
				'key.yaml': 'credential: { own: { max_second: 7 } }',
				'type.yaml': 'credential: { own: { max_seconds: soon } }',
			});
			const { params } = (await load(dir, join(dir, 'good.yaml'))).bundle;
			assert.equal(
				[params.credential?.own?.max_seconds, params.credential?.expires_soon?.window_seconds],
				[7, 8],
			);
			assert.equal(
				[
					await described(load(dir, join(dir, 'key.yaml')), dir),
					await described(load(dir, join(dir, 'type.yaml')), dir),
				],
				[
					'PARAMS_INVALID: DIR/key.yaml: unknown param credential/own/max_second',
					'PARAMS_INVALID: DIR/type.yaml: credential/own/max_seconds: expected a number, found a string',
				],
			);
		}));

	it('a source that does not parse :: is named as the user wrote it, and nothing is kept', () =>
		withTempDir(async dir => {
			await writeAll(dir, { 'org/credential/own.rego': own.replace('if {', 'if {{') });
			assert.match(
				await described(load(dir), dir),
				/^POLICY_INVALID: DIR\/org\/credential\/own\.rego:\d+:\d+: /,
			);
			assert.equal(await readdir(dir), ['org']);
		}));
});

describe('sourcesKey', it => {
	it('is another for other sources, whatever their order', async () => {
		const sources = [
			{ a: '1', b: '2' },
			{ b: '2', a: '1' },
			{ a: '2', b: '1' },
		];
		const [one, reversed, other] = await Promise.all(sources.map(sourcesKey));
		assert.equal([one === reversed, one === other], [true, false]);
	});
});
