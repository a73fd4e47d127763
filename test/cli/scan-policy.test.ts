import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../src/model/report.ts';
import { clusterFacts, credentialOf } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { ownPolicy } from '../helpers/own-policy.ts';
import { type CliResult, spawnCli } from '../helpers/spawn-cli.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

/** A process that cannot start another one, the compiler's among them. */
const NO_COMPILER = `data:text/javascript,${encodeURIComponent(
	`import child from 'node:child_process';
	import { syncBuiltinESMExports } from 'node:module';
	child.spawn = () => { throw new Error('no process is started'); };
	syncBuiltinESMExports();`,
)}`;

/** Runs with `facts/` of one cluster with one certificate, and `org/credential/<name>.rego` for each name. */
function withFolders<T>(policies: Record<string, string>, work: (cwd: string) => Promise<T>): Promise<T> {
	return withTempDir(async cwd => {
		await Promise.all(['facts', 'org/credential'].map(path => mkdir(join(cwd, path), { recursive: true })));
		const facts = clusterFacts({ credentials: [credentialOf('kim')] });
		await writeFile(join(cwd, 'facts/prod.json'), JSON.stringify(facts));
		for (const [name, text] of Object.entries(policies))
			await writeFile(join(cwd, `org/credential/${name}.rego`), text);
		return work(cwd);
	});
}

interface ScanOptions {
	node?: string[];
	env?: Record<string, string>;
}

async function scan(
	cwd: string,
	words: string[],
	options: ScanOptions = {},
): Promise<CliResult & { report: Report | null }> {
	const flags = [
		'scan',
		'--facts',
		'facts',
		'--format',
		'json',
		'--out',
		'-',
		'--now',
		'2027-01-15T08:00:00Z',
	];
	const result = await spawnCli([...flags, ...words], { cwd, ...options });
	return { ...result, report: result.stdout === '' ? null : JSON.parse(result.stdout) };
}

/** What the report says of one policy: where it comes from, and what its findings propose. */
function told({ report }: { report: Report | null }, id: string) {
	return {
		origin: report?.policies.find(policy => policy.id === id)?.origin,
		safe: report?.findings
			.filter(({ policyId }) => policyId === id)
			.map(({ remediation }) => remediation.safe),
	};
}

describe('[cli] scan --policy', it => {
	it('judges by them beside the shipped ones, advises only, and compiles once', () =>
		withFolders({ own: ownPolicy('credential/own'), expired: ownPolicy('credential/expired') }, async cwd => {
			const first = await scan(cwd, ['--policy', 'org']);
			const origin = { folder: 'org', isTrusted: false, replaces: false };
			assert.equal(told(first, 'credential/own'), { origin, safe: [false] });
			assert.equal(told(first, 'credential/expired'), {
				origin: { ...origin, replaces: true },
				safe: [false],
			});
			assert.is(told(first, 'credential/weak_key').origin, null);
			assert.match(first.stderr, 'credential/expired of org replaces the shipped policy of that id');

			const second = await scan(cwd, ['--policy', 'org'], { node: ['--import', NO_COMPILER] });
			assert.equal([second.code, second.stdout], [first.code, first.stdout]);
			const elsewhere = { XDG_CACHE_HOME: join(cwd, 'elsewhere') };
			const uncached = await scan(cwd, ['--policy', 'org'], {
				node: ['--import', NO_COMPILER],
				env: elsewhere,
			});
			assert.equal([uncached.code, uncached.stdout], [2, '']);

			await writeFile(join(cwd, 'kubelapse.yaml'), 'policy: [org]\ntrusted-policies: [org]\n');
			const trusted = await scan(cwd, [], { node: ['--import', NO_COMPILER] });
			assert.equal(told(trusted, 'credential/own'), { origin: { ...origin, isTrusted: true }, safe: [true] });
		}));

	it('two runs at once, without a cache and with one that cannot be written', () =>
		withFolders({ own: ownPolicy('credential/own') }, async cwd => {
			await writeFile(join(cwd, 'file'), '');
			const [one, two, blocked] = await Promise.all([
				scan(cwd, ['--policy', 'org']),
				scan(cwd, ['--policy', 'org']),
				scan(cwd, ['--policy', 'org'], { env: { XDG_CACHE_HOME: join(cwd, 'file') } }),
			]);
			assert.equal([one.stdout, two.stdout], [blocked.stdout, blocked.stdout]);
			assert.ok(one.report);
			assert.match(blocked.stderr, 'warning: the compiled policies cannot be kept for the next run: ');
			const cache = join(cwd, '.cache/kubelapse/policies');
			assert.is((await readdir(cache)).length, 1);
			const [entry = ''] = await readdir(cache);
			assert.ok((await readFile(join(cache, entry, 'policy.wasm'))).length > 0);
		}));

	it('a mistake :: exits 2 naming the file, with nothing on stdout', () =>
		withFolders({ own: 'package policies.credential.own\n\ndeny contains 1 if {{\n' }, async cwd => {
			await mkdir(join(cwd, 'empty'));
			const [syntax, empty, missing] = await Promise.all(
				['org', 'empty', 'nowhere'].map(folder => scan(cwd, ['--policy', folder])),
			);
			const lines = [syntax, empty, missing].map(result => [
				result?.code,
				result?.stdout,
				result?.stderr.split('\n')[0],
			]);
			assert.match(String(lines[0]?.[2]), /^kubelapse: error: org\/credential\/own\.rego:\d+:\d+: /);
			assert.equal(lines, [
				[2, '', lines[0]?.[2]],
				[2, '', 'kubelapse: error: there is no policy in empty'],
				[2, '', 'kubelapse: error: cannot read the folder nowhere'],
			]);
		}));
});
