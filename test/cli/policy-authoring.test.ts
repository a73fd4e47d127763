import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readExamples } from '../../src/cli/policy-examples.ts';
import { readPolicyFolder } from '../../src/cli/policy-files.ts';
import { policyTemplate } from '../../src/cli/policy-template.ts';
import { checkPolicies, formatPolicies, testPolicies } from '../../src/evaluate/bundle.ts';
import { recordKinds } from '../../src/evaluate/metadata.ts';
import { assert, describe } from '../helpers/describe.ts';
import { spawnCli } from '../helpers/spawn-cli.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

async function write(dir: string, files: Record<string, string>): Promise<void> {
	for (const [path, text] of Object.entries(files)) {
		const place = join(dir, path.replace(/^policies\//, ''));
		await mkdir(dirname(place), { recursive: true });
		await writeFile(place, text);
	}
}

/** How the examples of a folder with the policies `org/a` and `solo/b`, of credentials, end. */
function examplesOf(files: Record<string, unknown>): Promise<Record<string, string>> {
	return withTempDir(async dir => {
		await write(dir, { ...policyTemplate('org', 'a', 'credential'), ...policyTemplate('org', 'c', 'grant') });
		await write(dir, policyTemplate('solo', 'b', 'credential'));
		const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
		await write(dir, Object.fromEntries(Object.entries(files).map(([path, value]) => [path, text(value)])));
		const { examples, unusable } = await readExamples(dir, ['org/a', 'org/c', 'solo/b']);
		const { all } = await readPolicyFolder(dir);
		const ran = await testPolicies(all, { coverage: false, examples });
		const mine = [...ran.examples, ...unusable].filter(({ file }) => file.slice('policies/'.length) in files);
		return Object.fromEntries(mine.map(({ name, message }) => [name, message]));
	});
}

describe('[wasm] policyTemplate', it => {
	it('of every kind :: checks, is formatted but for long lines, and passes with every line reached', () =>
		withTempDir(async dir => {
			for (const kind of recordKinds) {
				const template = policyTemplate('org', `my_${kind}`, kind);
				await write(dir, { ...template, ...(await formatPolicies(template)) });
			}
			const { own, all } = await readPolicyFolder(dir);
			const ids = recordKinds.map(kind => `org/my_${kind}`);
			const { examples, unusable } = await readExamples(dir, ids);
			assert.equal([await checkPolicies(all), await formatPolicies(own), unusable], [[], {}, []]);
			const ran = await testPolicies(all, { coverage: true, examples });
			const failed = [...ran.tests, ...ran.examples].filter(({ outcome }) => outcome !== 'pass');
			const uncovered = ran.coverage.filter(({ file, notCovered }) => file in own && notCovered > 0);
			assert.equal([failed, uncovered, ran.examples.length], [[], [], 2 * recordKinds.length]);
		}));
});

describe('[wasm] examples', it => {
	it('are judged by their policy, validated, and named where they cannot be used', async () => {
		const old = { notBefore: 1_700_000_000 };
		const read = { $base: 'credential', gaps: [{ source: 'kubeconfig', code: 'partial', scope: 'record' }] };
		assert.equal(
			await examplesOf({
				'org/examples/a/ng.old.json': { $base: 'credential', credential: old },
				'org/examples/a/ok.old.json': { $base: 'credential', credential: old },
				'org/examples/a/ng.list.json': [{ $base: 'credential', credential: old }, { $base: 'credential' }],
				'org/examples/a/ok.gap.json': read,
				'org/examples/a/ok.member.json': { $base: 'credential', credential: { fingerprint: 'x' } },
				'org/examples/a/ok.partial.json': { kind: 'credential', now: 1 },
				'org/examples/a/ng.kind.json': { $base: 'grant' },
				'org/examples/a/ng.base.json': { $base: '<script>' },
				'org/examples/a/ok.empty.json': [],
				'org/examples/a/ok.text.json': '{"token": "s3cret"',
				'org/examples/a/maybe.json': {},
				'org/examples/d/ok.nobody.json': { $base: 'credential' },
				'org/examples/ok.whose.json': { $base: 'credential' },
				'solo/examples/ok.only.json': { $base: 'token_secret', credential: { notBefore: 1_799_999_999 } },
			}),
			{
				'ng.old': '',
				'ok.old': 'policy tripped: [{"ageSeconds":100000000}]',
				'ng.list[0]': '',
				'ng.list[1]': 'policy did not trip: it answered pass',
				'ok.gap': 'policy answered unknown',
				'ok.member': 'is no record: credential: Additional property fingerprint is not allowed',
				'ok.partial': 'is no record: cluster is required',
				'ng.kind': 'its kind is "grant", and the policy judges records of kind "credential"',
				'ng.base':
					'$base is "<script>": write one of credential, grant, identity, connection, cluster, key, waiver, finding, token_secret',
				'ok.empty': 'an example is one record, or a list of records',
				'ok.text': 'is no JSON',
				maybe: 'is neither ok.<case>.json nor ng.<case>.json: name it so',
				'ok.nobody': 'there is no policy org/d: did you mean org/a?',
				'ok.whose': 'org has several policies, or none: put it into org/examples/<name>/',
				'ok.only': '',
			},
		);
	});
});

describe('[cli] policy check', it => {
	it('examples that are no records :: are named with file and field', () =>
		withTempDir(async cwd => {
			const template = policyTemplate('org', 'a', 'credential');
			await write(join(cwd, 'own'), { ...template, ...(await formatPolicies(template)) });
			const good = await spawnCli(['policy', 'check', 'own'], { cwd });
			assert.equal([good.code, good.stdout, good.stderr], [0, '2 files checked\n', '']);

			const examples = {
				'ok.member.json': { $base: 'credential', credential: { fingerprint: 'x' } },
				'ng.type.json': { $base: 'credential', credential: { notBefore: 'soon' } },
				'ng.list.json': [{ $base: 'credential' }, { kind: 'credential', now: 1 }],
				'ok.kind.json': { $base: 'grant' },
				'ok.passes.json': { $base: 'credential', credential: { notBefore: 1 } },
				'usual.json': {},
			};
			const files = Object.entries(examples).map(([name, value]) => [
				`org/examples/a/${name}`,
				JSON.stringify(value),
			]);
			await write(join(cwd, 'own'), Object.fromEntries(files));
			const { code, stdout } = await spawnCli(['policy', 'check', 'own', '--format', 'json'], { cwd });
			const { mistakes }: { mistakes: { file: string; row: number; message: string }[] } = JSON.parse(stdout);
			assert.equal(
				[code, mistakes.map(({ file, row, message }) => `${file}:${row}: ${message}`)],
				[
					1,
					[
						'own/org/examples/a/ng.list.json:1: [1]: is no record: cluster is required',
						'own/org/examples/a/ng.type.json:1: is no record: credential.notBefore: Invalid type. Expected: integer, given: string',
						'own/org/examples/a/ok.kind.json:1: its kind is "grant", and the policy judges records of kind "credential"',
						'own/org/examples/a/ok.member.json:1: is no record: credential: Additional property fingerprint is not allowed',
						'own/org/examples/a/usual.json:1: is neither ok.<case>.json nor ng.<case>.json: name it so',
					],
				],
			);
		}));
});

describe('[cli] policy test', it => {
	it('prints text, JSON and JUnit, and exits 1 below --min-coverage', () =>
		withTempDir(async cwd => {
			const template = policyTemplate('org', 'a', 'grant');
			// Nothing reaches its last rule.
			const policy = `${template['policies/org/a.rego']}\nunknown contains {} if input.grant.roleName == ""\n`;
			await write(join(cwd, 'own'), { ...template, 'policies/org/a.rego': policy });
			const words = ['policy', 'test', 'own'];
			const [quiet, json, junit, low, high, whole] = await Promise.all([
				spawnCli([...words, '--quiet'], { cwd }),
				spawnCli([...words, '--format', 'json'], { cwd }),
				spawnCli([...words, '--format', 'junit'], { cwd }),
				spawnCli([...words, '--min-coverage', '10'], { cwd }),
				spawnCli([...words, '--min-coverage', '100'], { cwd }),
				spawnCli([...words, '--min-coverage', '100', '--format', 'json'], { cwd }),
			]);
			assert.equal([quiet.code, quiet.stdout], [0, '4 passed, 0 failed\n']);
			const { tests } = JSON.parse(json.stdout);
			assert.equal([json.code, tests.length], [0, 4]);
			assert.equal([junit.code, junit.stdout.match(/<testcase /g)?.length], [0, 4]);
			assert.equal([low.code, high.code, whole.code], [0, 1, 1]);
			assert.match(high.stdout, /own\/org\/a\.rego/);
			const { coverage } = JSON.parse(whole.stdout);
			assert.equal(
				coverage.files.map(({ file, isBelow }: { file: string; isBelow: boolean }) => [file, isBelow]),
				[['own/org/a.rego', true]],
			);
		}));

	it('fails where a test fails, where there is none, and where policies do not compile', () =>
		withTempDir(async cwd => {
			const template = policyTemplate('org', 'a', 'grant');
			const policy = template['policies/org/a.rego'] ?? '';
			await write(join(cwd, 'failing'), {
				...template,
				'policies/org/examples/a/ng.usual.json': '{"$base":"grant"}',
			});
			await write(join(cwd, 'untested'), { 'policies/org/a.rego': policy });
			await write(join(cwd, 'broken'), {
				...template,
				'policies/org/a.rego': policy.replace('input.grant', 'input.grnt'),
			});
			const test = (...words: string[]) => spawnCli(['policy', 'test', ...words], { cwd });
			const [failing, untested, broken, text] = await Promise.all([
				test('failing', '--format', 'junit'),
				test('untested', '--format', 'junit'),
				test('broken', '--format', 'junit'),
				test('broken'),
			]);
			const failures = ({ stdout }: { stdout: string }) =>
				/failures="(\d+)" errors="(\d+)"/.exec(stdout)?.[0];
			assert.equal(
				[failing, untested, broken, text].map(result => [result.code, failures(result)]),
				[
					[1, 'failures="1" errors="0"'],
					[1, 'failures="1" errors="0"'],
					[2, 'failures="0" errors="1"'],
					[2, undefined],
				],
			);
			assert.match(text.stderr, 'broken/org/a.rego:');
		}));
});

describe('[cli] policy new', it => {
	it('writes a policy that passes, and never over anything', () =>
		withTempDir(async cwd => {
			const first = await spawnCli(['policy', 'new', 'org/stale'], { cwd });
			assert.equal(
				[first.code, first.stdout.split('\n')],
				[
					0,
					[
						'wrote policies/org/stale.rego',
						'wrote policies/org/stale_test.rego',
						'wrote policies/org/examples/stale/ok.usual.json',
						'wrote policies/org/examples/stale/ng.sample.json',
						'next: kubelapse policy test policies',
						'',
					],
				],
			);
			const tested = await spawnCli(['policy', 'test', 'policies', '--quiet'], { cwd });
			assert.equal([tested.code, tested.stdout], [0, '5 passed, 0 failed\n']);
			const again = await spawnCli(['policy', 'new', 'org/stale', '--kind', 'grant'], { cwd });
			assert.equal([again.code, again.stdout], [2, '']);
			assert.match(again.stderr, /policies\/org\/stale\.rego is there already/);
		}));

	it('a folder that can never be made :: is told, here and by build', () =>
		withTempDir(async cwd => {
			await write(join(cwd, 'own'), policyTemplate('org', 'a', 'grant'));
			const results = await Promise.all([
				spawnCli(['policy', 'new', 'org/b', '--dir', '/proc/x/y'], { cwd }),
				spawnCli(['policy', 'build', 'own', '--out', '/proc/x/y'], { cwd }),
				spawnCli(['policy', 'build', 'own', '--out', 'own/org/a.rego/y'], { cwd }),
				spawnCli(['policy', 'build', 'own', '--out', 'deep/er'], { cwd }),
			]);
			assert.equal(
				results.map(({ code, stderr }) => [code, stderr.split('\n')[0]?.replace('kubelapse: error: ', '')]),
				[
					[2, 'cannot write /proc/x/y/org/b.rego (ENOENT)'],
					[2, 'cannot write to /proc/x/y (ENOENT)'],
					[2, 'cannot write to own/org/a.rego/y (ENOTDIR)'],
					[0, ''],
				],
			);
			assert.equal((await readdir(join(cwd, 'deep/er'))).sort(), [
				'catalog.json',
				'data.json',
				'policy.wasm',
			]);
		}));

	it('an id that cannot be, or that is ours :: is refused with what to write', () =>
		withTempDir(async cwd => {
			const cases: [string, RegExp][] = [
				['Org/Stale-Token.rego', /did you mean org\/stale_token\?/],
				['../../etc/x', /did you mean etc\/x\?/],
				['org/import', /import has a meaning of its own/],
				['org/old_test', /leave _test out/],
				['credential/expired', /--replace to stand in its place/],
			];
			for (const [id, hint] of cases) {
				const { code, stderr } = await spawnCli(['policy', 'new', id], { cwd });
				assert.is(code, 2);
				assert.match(stderr, hint);
			}
			assert.equal(await readdir(cwd), []);
		}));
});
