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
