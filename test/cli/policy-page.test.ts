import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inForce, type PolicyInForce, policyList, policyPage } from '../../src/cli/policy-page.ts';
import type { Policy } from '../../src/model/policy.ts';
import { assert, describe } from '../helpers/describe.ts';
import { ownPolicy } from '../helpers/own-policy.ts';
import { spawnCli } from '../helpers/spawn-cli.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

const policy: Policy = {
	id: 'credential/old',
	title: 'Old credential',
	description: 'It is older\n  than max_seconds.',
	question: 'Is it old?',
	why: 'Old ones leak.',
	traps: [{ case: 'One that is endless.', test: 'test_leaves_endless' }],
	severity: 'medium',
	privilegedSeverity: 'high',
	kind: 'credential',
	needs: ['kubeconfig', 'roles'],
	minGrade: 'B',
	ends: 'nothing',
	remediation: 'End it.',
	controls: [
		{ framework: 'A', version: '1', id: 'a', strength: 'exact' },
		{ framework: 'B', version: '2', id: 'b', strength: 'analogy' },
	],
	params: {
		max_seconds: { default: 100, description: 'Age.' },
		robots: { default: ['ci'], description: 'Names.' },
	},
	origin: null,
};

function loaded(overrides: object, changes: Partial<Policy> = {}) {
	const params = { credential: { old: { max_seconds: 7, robots: ['ci'] } }, lib: { use: { lag: 5 } } };
	const lag = { lag: { default: 1, description: 'Lag.' } };
	const libraries = {
		other: { params: lag, readBy: ['credential/new'] },
		use: { params: lag, readBy: ['credential/new', 'credential/old'] },
	};
	const bundle = {
		wasm: new Uint8Array(),
		catalog: [{ ...policy, ...changes }],
		params,
		libraries,
		kinds: {},
		digest: '',
	};
	return { bundle, overrides, changed: [] };
}

const file = { file: 'p.yaml', config: null };

function only(
	changes: Partial<Policy> = {},
	from = { ...file, config: 'k.yaml' as string | null },
): PolicyInForce {
	const [first] = inForce(
		loaded({ credential: { old: { max_seconds: 7 } }, lib: { use: { lag: 5 } } }, changes),
		from,
	);
	if (first === undefined) throw new Error('no policy');
	return first;
}

describe('inForce', it => {
	it('says of each threshold what it is and who says so', () =>
		assert.equal(only({}, file).params, {
			max_seconds: { default: 100, description: 'Age.', value: 7, from: file },
			robots: { default: ['ci'], description: 'Names.', value: ['ci'], from: null },
		}));
	it('has the thresholds of the libraries that the policy reads', () =>
		assert.equal(only({}, file).libraryParams, {
			'lib/use': { lag: { default: 1, description: 'Lag.', value: 5, from: file } },
		}));
});

describe('policyPage', it => {
	it('has everything that there is to say', () =>
		assert.equal(policyPage(only()), [
			'credential/old: Old credential',
			'',
			'Question',
			'  Is it old?',
			'',
			'Why it matters',
			'  Old ones leak.',
			'',
			'What trips it',
			'  It is older than max_seconds.',
			'',
			'What does not',
			'  - One that is endless.',
			'',
			'Severity     medium; high where the subject is privileged',
			'Judges       each credential',
			'Needs        kubeconfig, roles',
			'Evidence     grade B or better',
			'A plan       leaves it to people',
			'From         kubelapse',
			'',
			'What ends it',
			'  End it.',
			'',
			'Thresholds (--params)',
			'  max_seconds = 7 (p.yaml, which k.yaml names; default 100): Age.',
			'  robots = ["ci"] (default): Names.',
			'',
			'Thresholds of lib/use (--params)',
			'  lag = 5 (p.yaml, which k.yaml names; default 1): Lag.',
			'',
			'Controls',
			'  A 1 a (exact)',
			'  B 2 b (by analogy)',
		]));
	it('says whose a policy is, and what that means', () => {
		const from = (isTrusted: boolean, replaces: boolean) =>
			policyPage(only({ origin: { folder: 'org', isTrusted, replaces } })).find(line => /^From/.test(line));
		assert.equal(
			[from(true, true), from(true, false), from(false, false)],
			[
				'From         org, in place of the shipped policy (trusted by the config)',
				'From         org (trusted by the config)',
				'From         org (advises only: the config does not list the folder under',
			],
		);
	});
	it('hostile METADATA :: neither moves the cursor nor leaves the 80 columns', () => {
		const text = `\u001b[2J<script>\n${'a'.repeat(300)} ${'漢'.repeat(100)}`;
		const page = policyPage(
			only({
				title: text,
				description: text,
				why: text,
				remediation: text,
				traps: [{ case: text, test: '' }],
			}),
		).join('\n');
		assert.not.match(page, /[\u0000-\u0009\u000b-\u001f]/);
		assert.ok(page.split('\n').every(line => line.length <= 80));
	});
});

describe('policyList', it => {
	it('breaks long titles within 80 columns, and names the folder of one’s own', () => {
		const origin = { folder: 'org', isTrusted: false, replaces: true };
		const own = { ...only(), id: 'credential/of_a_very_long_name_indeed', origin };
		const margin = ' '.repeat(own.id.length + 12);
		assert.equal(policyList([own, only()]), [
			`${own.id}  medium    Old credential (replaced by`,
			`${margin}org)`,
			`${'credential/old'.padEnd(own.id.length)}  medium    Old credential`,
		]);
	});
});

describe('[cli] policy explain and list', it => {
	it('go by flags and config, and take one word for --policy', () =>
		withTempDir(async cwd => {
			await mkdir(join(cwd, 'org/credential'), { recursive: true });
			await writeFile(join(cwd, 'org/credential/own.rego'), ownPolicy('credential/own'));
			await writeFile(join(cwd, 'p.yaml'), 'credential: { expires_soon: { window_seconds: 7 } }');
			await writeFile(join(cwd, 'k.yaml'), 'policy: [org]\nparams: p.yaml\ntrusted-policies: [org]\n');
			const own = await spawnCli(['policy', 'explain', '--policy', 'org', 'credential/own'], { cwd });
			assert.match(own.stdout, /^From {9}org \(advises only: /m);
			const json = ['--config', 'k.yaml', '--format', 'json'];
			const shipped = await spawnCli(['policy', 'explain', 'credential/expires_soon', ...json], { cwd });
			const { value, from } = JSON.parse(shipped.stdout).params.window_seconds;
			assert.equal([value, from], [7, { file: 'p.yaml', config: 'k.yaml' }]);
			const list: PolicyInForce[] = JSON.parse((await spawnCli(['policy', 'list', ...json], { cwd })).stdout);
			const origins = list.flatMap(({ id, origin }) => (origin === null ? [] : [{ id, ...origin }]));
			assert.equal(origins, [{ id: 'credential/own', folder: 'org', isTrusted: true, replaces: false }]);
			const unknown = await spawnCli(['policy', 'explain', 'credential/owm', '--policy', 'org'], { cwd });
			assert.equal(
				[unknown.code, unknown.stderr],
				[
					2,
					'kubelapse: error: there is no policy credential/owm\nkubelapse: hint: did you mean credential/own?\n',
				],
			);
		}));
});
