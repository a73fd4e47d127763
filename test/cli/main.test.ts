import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startFleet } from '../../src/demo/fleet.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { Report } from '../../src/model/report.ts';
import { assert, describe } from '../helpers/describe.ts';
import { type CliResult, spawnCli } from '../helpers/spawn-cli.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

/** A kubeconfig without any secret; `server` need not answer. */
function kubeconfig(server: string): string {
	return JSON.stringify({
		apiVersion: 'v1',
		kind: 'Config',
		'current-context': 'dev',
		clusters: [{ name: 'dev', cluster: { server, 'insecure-skip-tls-verify': true } }],
		contexts: [{ name: 'dev', context: { cluster: 'dev', user: 'kim' } }],
		users: [{ name: 'kim', user: { username: 'kim', password: 'hunter2' } }],
	});
}

function run(words: string[]): Promise<CliResult> {
	return withTempDir(cwd => spawnCli(words, { cwd }));
}

/** The first word of each line, and the error's line whole. */
const errorOf = ({ code, stdout, stderr }: CliResult) => [code, stdout, stderr.split('\n')[0]];

const usageErrors: [string, string[], string][] = [
	['no command', [], 'no command is given'],
	['an unknown command', ['scna'], 'unknown argument: scna'],
	['an unknown flag', ['scan', '--kubeconfg', 'a'], 'unknown argument: kubeconfg'],
	[
		'an unknown format',
		['scan', '--format', 'htm'],
		'--format: unknown format "htm", did you mean html? (known: html, json, sarif)',
	],
	['a word for a number', ['scan', '--timeout', 'soon'], '--timeout: takes a whole number from 1 to 86400'],
	[
		'a number out of range',
		['scan', '--concurrency', '0'],
		'--concurrency: takes a whole number from 1 to 1024',
	],
	[
		'one value given twice',
		['scan', '--out', 'a', '--out', 'b'],
		'--out: takes one value, and is given more than once',
	],
	['no value', ['scan', '--kubeconfig'], 'not enough arguments following: kubeconfig'],
	['an empty value', ['scan', '--out='], '--out: no value is given'],
	[
		'a time that is none',
		['scan', '--now', 'noon'],
		'--now: no time: "noon"; write it as 2026-11-22, or as 2026-11-22T00:00:00Z',
	],
	['a terminal escape', ['scan', '--\u001b[2J'], 'unknown argument: \\u{1b}[2J'],
	[
		'a secret',
		['scan', '--now', 'password=hunter2'],
		'--now: no time: "password=[removed]"; write it as 2026-11-22, or as 2026-11-22T00:00:00Z',
	],
	[
		'several formats on stdout',
		['scan', '--out', '-', '--facts', '.'],
		'--out - prints one format, and several are asked for',
	],
];

describe('[cli] usage', it => {
	for (const [title, words, message] of usageErrors) {
		it(`${title} exits 2 with the reason, nothing on stdout`, async () => {
			const result = await withTempDir(async cwd => {
				await writeFile(join(cwd, 'a.json'), '{}');
				return spawnCli(words, { cwd });
			});
			assert.equal(errorOf(result), [2, '', `kubelapse: error: ${message}`]);
			assert.match(result.stderr, /^kubelapse: hint: .+\n$/m);
		});
	}
	it('a mistyped flag is answered with the right one', async () =>
		assert.match((await run(['scan', '--kubeconfg', 'a'])).stderr, 'did you mean --kubeconfig?'));
	it('only flags of the command itself are proposed', async () => {
		const [near, other, nested] = await Promise.all([
			run(['demo', '--saev-facts', 'x']),
			run(['demo', '--expect', 'x']),
			run(['policy', 'list', '--formt', 'json']),
		]);
		assert.match(near.stderr, 'hint: did you mean --save-facts? kubelapse demo --help');
		assert.match(other.stderr, 'hint: kubelapse demo --help');
		assert.match(nested.stderr, 'hint: did you mean --format?');
	});
	it('of a command of policy :: in our words, with what was meant and whose help says more', async () => {
		const help = (of: string) => `kubelapse ${of} --help lists what there is`;
		const cases: [words: string[], message: string, hint: string][] = [
			[['policy', 'lst'], 'unknown argument: lst', `did you mean list? ${help('policy')}`],
			[['policy', 'constructor'], 'unknown argument: constructor', help('policy')],
			[
				['policy', 'explian', 'credential/expired'],
				'unknown arguments: explian, credential/expired',
				`did you mean explain? ${help('policy')}`,
			],
			[['policy', 'explain'], 'policy explain needs <id>', help('policy explain')],
			[['policy', 'preview'], 'policy preview needs <facts..>', help('policy preview')],
			[['policy', 'preview', 'facts'], 'policy preview needs --policy', help('policy preview')],
			[
				['policy', 'check', 'a', 'b'],
				'unknown argument: b',
				`no flag stands before b; ${help('policy check')}`,
			],
			[
				['policy', 'check', '--format', 'jsn'],
				'--format: unknown value "jsn", did you mean json? (known: text, json)',
				help('policy check'),
			],
			[
				['policy', 'test', '--format', 'json', '--format', 'junit'],
				'--format: takes one value, and is given more than once',
				help('policy test'),
			],
			[
				['policy', 'new', 'org/a', '--kind', 'grnt'],
				'--kind: unknown value "grnt", did you mean grant? (known: credential, grant, identity, connection, cluster, key, waiver, finding)',
				help('policy new'),
			],
			[['waive'], 'waive needs <finding>', help('waive')],
			[['waive', 'x', '--owner', 'a'], 'waive needs --reason, --expires', help('waive')],
		];
		const results = await Promise.all(cases.map(([words]) => run(words)));
		assert.equal(
			results.map(({ code, stdout, stderr }) => [code, stdout, stderr]),
			cases.map(([, message, hint]) => [2, '', `kubelapse: error: ${message}\nkubelapse: hint: ${hint}\n`]),
		);
	});
	it('as JSON where that is asked for', async () => {
		const { stderr } = await run(['scan', '--log-format', 'json', '--zzzzzz']);
		const { time: _, ...line } = JSON.parse(stderr);
		assert.equal(line, {
			level: 'error',
			code: 'USAGE',
			hint: 'kubelapse scan --help lists what there is',
			message: 'unknown argument: zzzzzz',
		});
	});
	it('a stack only with --debug', async () => {
		const [plain, debug] = await Promise.all([
			run(['scan', '--zzzzzz']),
			run(['scan', '--zzzzzz', '--debug']),
		]);
		assert.equal([plain.stderr.includes('    at '), debug.stderr.includes('    at ')], [false, true]);
	});
	it('messages do not follow LANG', async () => {
		const german = await withTempDir(cwd =>
			spawnCli(['scan', '--zzzzzz'], { cwd, env: { LANG: 'de_DE.UTF-8' } }),
		);
		assert.match(german.stderr, 'unknown argument: zzzzzz');
	});
});

/** Prints each module that is loaded, from a loader hook. */
const TRACE = `data:text/javascript,${encodeURIComponent(
	`import { register } from 'node:module';
	register('data:text/javascript,' + encodeURIComponent('export async function load(u, c, n) { process._rawDebug(u); return n(u, c); }'));`,
)}`;
const HEAVY = /node_modules\/(zod|yaml|handlebars|@kubernetes|@open-policy-agent|@peculiar|p-limit)\//;

describe('[cli] --help', it => {
	for (const words of [['--help'], ['scan', '--help'], ['--version'], ['completion'], ['scan', '--zzzzzz']]) {
		it(`${words.join(' ')} loads nothing heavy`, async () => {
			const { stderr } = await withTempDir(cwd => spawnCli(words, { cwd, node: ['--import', TRACE] }));
			assert.match(stderr, 'dist/cli/main.js');
			assert.equal(
				stderr.split('\n').filter(line => HEAVY.test(line)),
				[],
			);
		});
	}
	it('fits 80 columns', async () => {
		const texts = await Promise.all(
			['scan', 'report', 'waive', 'doctor', 'demo', 'policy', 'init', 'schema'].map(name =>
				run([name, '--help']),
			),
		);
		assert.equal(
			texts.flatMap(({ stdout }) => stdout.split('\n')).filter(line => line.length > 80),
			[],
		);
	});
});

describe('[cli] scan', it => {
	it('what cannot work is refused before anything is contacted, and costs no earlier report', () =>
		withTempDir(async cwd => {
			await writeFile(join(cwd, 'file'), '');
			await writeFile(join(cwd, 'kubelapse.yaml'), 'quiet: true\n');
			const results = await Promise.all(
				[
					['--out', 'file'],
					['--config', 'gone.yaml'],
					['--facts', 'gone'],
					['--kubeconfig', 'file', '--save-facts', 'kubelapse-report'],
					[],
				].map(words => spawnCli(['scan', ...words], { cwd })),
			);
			assert.equal(
				results.map(({ code, stderr }) => [code, stderr.split('\n')[0]]),
				[
					[2, `kubelapse: error: nothing to scan: there is no ${cwd}/.kube/config`],
					[2, 'kubelapse: error: cannot read config gone.yaml (ENOENT)'],
					[2, 'kubelapse: error: cannot read the facts folder gone (ENOENT)'],
					[2, 'kubelapse: error: --save-facts kubelapse-report is the folder of --out or --facts too'],
					[2, `kubelapse: error: nothing to scan: there is no ${cwd}/.kube/config`],
				],
			);
			assert.equal((await readdir(cwd)).sort(), ['file', 'kubelapse.yaml']);
		}));
	it('an output folder that is a file is named', () =>
		withTempDir(async cwd => {
			await writeFile(join(cwd, 'file'), '');
			await writeFile(join(cwd, 'a.yaml'), kubeconfig('https://127.0.0.1:1'));
			const result = await spawnCli(['scan', '--files', 'a.yaml', '--out', 'file'], { cwd });
			assert.equal(errorOf(result), [2, '', 'kubelapse: error: cannot write to file (ENOTDIR)']);
		}));
	it('files offline, kept as facts and judged again from them, give the same result', () =>
		withTempDir(async cwd => {
			await writeFile(join(cwd, 'a.yaml'), kubeconfig('https://127.0.0.1:1'));
			const now = ['--now', '2026-11-22T00:00:00Z', '--format', 'json'];
			const live = await spawnCli(
				['scan', '--files', 'a.yaml', ...now, '--save-facts', 'facts', '--out', 'one'],
				{ cwd },
			);
			const again = await spawnCli(['scan', '--facts', 'facts', ...now, '--out', 'two'], { cwd });
			const [one, two] = await Promise.all(
				['one', 'two'].map(dir => readFile(join(cwd, dir, 'result.json'), 'utf8')),
			);
			assert.equal([live.code, again.code, one === two, one?.includes('hunter2')], [1, 1, true, false]);
			assert.equal(await readdir(join(cwd, 'two')), ['.kubelapse-manifest.json', 'result.json']);
		}));
	it('--out - prints the report and nothing else', () =>
		withTempDir(async cwd => {
			await writeFile(join(cwd, 'a.yaml'), kubeconfig('https://127.0.0.1:1'));
			const { stdout } = await spawnCli(['scan', '--files', 'a.yaml', '--out', '-', '--format', 'json'], {
				cwd,
			});
			assert.is(JSON.parse(stdout).apiVersion, 'kubelapse/v1');
		}));
	it('a report is rendered again from its result', () =>
		withTempDir(async cwd => {
			await writeFile(join(cwd, 'a.yaml'), kubeconfig('https://127.0.0.1:1'));
			await spawnCli(['scan', '--files', 'a.yaml', '--out', 'one'], { cwd });
			const result = await spawnCli(['report', 'one/result.json', '--format', 'html', '--out', 'two'], {
				cwd,
			});
			assert.equal(result, { code: 0, stdout: 'wrote html to two\n', stderr: '' });
			const [one, two] = await Promise.all(
				['one', 'two'].map(dir => readFile(join(cwd, dir, 'report.html'), 'utf8')),
			);
			assert.is(one === two, true);
		}));
	it('a report into the folder of another run says what else is there', () =>
		withTempDir(async cwd => {
			await writeFile(join(cwd, 'a.yaml'), kubeconfig('https://127.0.0.1:1'));
			await spawnCli(['scan', '--files', 'a.yaml', '--out', 'one', '--format', 'json'], { cwd });
			await spawnCli(['scan', '--files', 'a.yaml', '--out', 'two', '--format', 'json'], { cwd });
			const words = ['report', 'one/result.json', '--format', 'html', '--out'];
			const own = await spawnCli([...words, 'one'], { cwd });
			const other = await spawnCli([...words, 'two'], { cwd });
			assert.equal([own.code, own.stderr, other.code], [0, '', 0]);
			assert.match(other.stderr, 'warning: two also has 1 file of an earlier run (result.json): choose');
		}));
	it('--quiet and --out - still say why nothing can be relied on', () =>
		withTempDir(async cwd => {
			await writeFile(join(cwd, 'a.yaml'), kubeconfig('https://127.0.0.1:1'));
			const words = ['scan', '--files', 'a.yaml', '--expect', 'gone', '--fail-on', 'critical'];
			const quiet = await spawnCli([...words, '--quiet'], { cwd });
			const printed = await spawnCli([...words, '--out', '-', '--format', 'json'], { cwd });
			const line = 'kubelapse: error: incomplete: 1 cluster not assessed: gone\n';
			assert.equal([quiet.code, quiet.stdout, quiet.stderr], [3, '', line]);
			assert.equal([printed.code, printed.stderr.endsWith(line)], [3, true]);
		}));
	it('thresholds that nothing can reach are refused, and say what they are', () =>
		withTempDir(async cwd => {
			await writeFile(join(cwd, 'a.yaml'), kubeconfig('https://127.0.0.1:1'));
			const soon = (text: string) => `credential: { expires_soon: { ${text} } }`;
			const cases: [text: string, error: string][] = [
				[
					soon('window_seconds: -1'),
					'window_seconds: expected a number from 0 to 9007199254740991, found -1',
				],
				[
					'lib: { usage: { lag_seconds: -1 } }',
					'lib/usage/lag_seconds: expected a number from 0 to 9007199254740991, found -1',
				],
				[soon('window_percent: 101'), 'window_percent: expected a number from 0 to 100, found 101'],
				[soon('window_seconds: 1e300'), 'found 1e+300'],
				[soon('window_seconds: .inf'), 'found a number without a value'],
				['[]', 'params.yaml:1: the params file is no mapping of keys to values'],
				['# nothing', 'params.yaml:1: the params file is empty'],
				['['.repeat(100_000), 'params.yaml:1: the params file is nested too deeply'],
			];
			for (const [text, error] of cases) {
				await writeFile(join(cwd, 'params.yaml'), text);
				const { code, stderr } = await spawnCli(['scan', '--files', 'a.yaml', '--params', 'params.yaml'], {
					cwd,
				});
				assert.equal([code, stderr.includes(error), stderr.includes('hint: ')], [2, true, true], stderr);
			}
		}));
	it('a result that is none is refused by name', () =>
		withTempDir(async cwd => {
			await writeFile(join(cwd, 'result.json'), '{"apiVersion": "kubelapse/v2"}');
			const { code, stderr } = await spawnCli(['report', 'result.json'], { cwd });
			assert.equal(
				[code, stderr.split(' (')[0]],
				[2, 'kubelapse: error: result.json is no result of kubelapse'],
			);
			assert.equal(await readdir(cwd), ['result.json']);
		}));
});

/** A server that takes connections and never answers; gives what `work` gives. */
async function withSilentServer<T>(work: (url: string, connected: Promise<void>) => Promise<T>): Promise<T> {
	let onConnection = () => {};
	const connected = new Promise<void>(resolve => {
		onConnection = resolve;
	});
	const server = createServer(socket => {
		socket.on('error', () => {});
		onConnection();
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	try {
		return await work(`https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, connected);
	} finally {
		server.close();
	}
}

describe('[cli] signals', it => {
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		it(`${signal} writes what is finished and exits 130`, () =>
			withSilentServer((url, connected) =>
				withTempDir(async cwd => {
					await writeFile(join(cwd, 'a.yaml'), kubeconfig(url));
					const { code } = await spawnCli(
						['scan', '--kubeconfig', 'a.yaml', '--format', 'json', '--out', 'out'],
						{
							cwd,
							meanwhile: child => void connected.then(() => child.kill(signal)),
						},
					);
					const report = JSON.parse(await readFile(join(cwd, 'out', 'result.json'), 'utf8'));
					assert.equal([code, report.run.interrupted, report.run.verdict.exitCode], [130, true, 130]);
				}),
			));
	}
	it('a second signal ends at once and leaves nothing half-written', () =>
		withSilentServer((url, connected) =>
			withTempDir(async cwd => {
				await writeFile(join(cwd, 'a.yaml'), kubeconfig(url));
				const { code } = await spawnCli(['scan', '--kubeconfig', 'a.yaml', '--out', 'out'], {
					cwd,
					meanwhile: child =>
						void connected.then(() => {
							child.kill('SIGINT');
							child.stderr?.once('data', () => child.kill('SIGINT'));
						}),
				});
				const files = await readdir(join(cwd, 'out'));
				assert.equal([code, files.filter(name => name.endsWith('.tmp'))], [130, []]);
			}),
		));
	it('a reader of stdout that goes away is no error', () =>
		withTempDir(async cwd => {
			const result = await spawnCli(['schema', 'facts'], {
				cwd,
				meanwhile: child => child.stdout?.destroy(),
			});
			assert.equal(result, { code: 0, stdout: '', stderr: '' });
		}));
});

/** Runs `work` beside the embedded fleet; gives it the scanners' kubeconfigs. */
function withFleet<T>(work: (cwd: string, kubeconfigs: string[]) => Promise<T>): Promise<T> {
	return withTempDir(async cwd => {
		const fleet = await startFleet({ dir: join(cwd, 'fleet'), now: Math.floor(Date.now() / 1000) });
		try {
			return await work(cwd, fleet.kubeconfigs);
		} finally {
			await fleet.close();
		}
	});
}

describe('[cli] doctor', it => {
	it('names the missing permission of each source, and exits 3 where there is one', () =>
		withFleet(async (cwd, kubeconfigs) => {
			const [all, whole] = await Promise.all([
				spawnCli(['doctor', '--kubeconfig', ...kubeconfigs], { cwd }),
				spawnCli(['doctor', '--kubeconfig', ...kubeconfigs.filter(path => path.includes('payments'))], {
					cwd,
				}),
			]);
			assert.equal([all.code, whole.code], [3, 0]);
			assert.match(all.stdout, /^ {2}token_secrets +not readable +missing: list secrets$/m);
			assert.ok(all.stdout.endsWith('\n1 of 3 contexts can be read in full\n'));
		}));
	it('--format json :: one object a context', () =>
		withFleet(async (cwd, kubeconfigs) => {
			const { stdout } = await spawnCli(['doctor', '--format', 'json', '--kubeconfig', ...kubeconfigs], {
				cwd,
			});
			const contexts: { reachable: boolean }[] = JSON.parse(stdout);
			assert.equal(
				contexts.map(({ reachable }) => reachable),
				[true, true, true],
			);
		}));
	it('a context that cannot be used is told beside the others', () =>
		withFleet(async (cwd, kubeconfigs) => {
			await writeFile(join(cwd, 'gone.yaml'), kubeconfig('https://127.0.0.1:1'));
			const { code, stdout } = await spawnCli(['doctor', '--kubeconfig', 'gone.yaml', ...kubeconfigs], {
				cwd,
			});
			assert.is(code, 3);
			assert.match(stdout, 'gone.yaml#dev: cannot be reached');
			assert.match(stdout, '1 of 4 contexts can be read in full');
		}));
});

describe('[cli] init', it => {
	it('writes a config once, and never over another', () =>
		withTempDir(async cwd => {
			const first = await spawnCli(['init'], { cwd });
			await writeFile(join(cwd, 'kubelapse.yaml'), 'quiet: true\n');
			const second = await spawnCli(['init'], { cwd });
			assert.equal(
				[first.code, errorOf(second), await readFile(join(cwd, 'kubelapse.yaml'), 'utf8')],
				[
					0,
					[2, '', 'kubelapse: error: kubelapse.yaml is there already, and stays as it is'],
					'quiet: true\n',
				],
			);
		}));
});

describe('[cli] schema', it => {
	it('prints each published schema', async () => {
		const texts = await Promise.all(
			['result', 'config', 'waivers', 'facts'].map(name => run(['schema', name])),
		);
		assert.equal(
			texts.map(({ stdout }) => JSON.parse(stdout).title),
			[
				'kubelapse result',
				'kubelapse.yaml',
				'waivers.yaml',
				'What kubelapse read of one cluster (--save-facts)',
			],
		);
	});
});

/** The whole cloud has a test of its own, in readme.test.ts. */
const SMALL = ['--clusters', '3', '--identities', '30'];

describe('[cli] demo', it => {
	it('takes what the other examples need: facts, policies, thresholds, waivers, frameworks', () =>
		withTempDir(async cwd => {
			const files = {
				'thresholds.yaml': 'credential: { expires_soon: { window_seconds: 604800 } }\n',
				'waivers.yaml': 'waivers: []\n',
			};
			for (const [path, text] of Object.entries(files)) await writeFile(join(cwd, path), text);
			const words = ['--save-facts', 'facts', '--params', 'thresholds.yaml', '--waivers', 'waivers.yaml'];
			const demo = await spawnCli(['demo', ...SMALL, ...words, '--framework', 'cis-kubernetes-1.12'], {
				cwd,
			});
			assert.equal([demo.code, demo.stdout.includes('Frameworks  ')], [0, true]);
			const { code, stdout } = await spawnCli(['scan', '--facts', 'facts', '--out', 'again'], { cwd });
			assert.equal([code, stdout.includes('Examined 7 clusters')], [1, true]);
		}));
	it('ends with 0, and names reports that are there', () =>
		withTempDir(async cwd => {
			const { code, stdout } = await spawnCli(['demo', ...SMALL, '--out', 'out'], { cwd });
			assert.is(code, 0);
			assert.ok(stdout.endsWith('Its reports:\nout/report.html\nout/result.json\nout/sarif/\n'));
			assert.equal((await readdir(join(cwd, 'out'))).sort(), [
				'.kubelapse-manifest.json',
				'report.html',
				'result.json',
				'sarif',
			]);
		}));
	it('scans the cloud beside the plain clusters, with its own access key whatever the environment holds', () =>
		withTempDir(async cwd => {
			const env = {
				ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tSomebodyElses',
				ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'x'.repeat(30),
				ALIBABA_CLOUD_SECURITY_TOKEN: 'y'.repeat(30),
			};
			assert.is((await spawnCli(['demo', ...SMALL, '--out', 'out'], { cwd, env })).code, 0);
			const text = await readFile(join(cwd, 'out', 'result.json'), 'utf8');
			const { clusters, views, gaps }: Report = JSON.parse(text);
			const providers = clusters.map(({ provider, status }) => `${provider} ${status}`);
			assert.equal(providers.toSorted(byCodeUnit), [
				...Array(3).fill('alibaba assessed'),
				'files partial',
				'kubernetes assessed',
				'kubernetes partial',
				'kubernetes partial',
			]);
			assert.equal(
				gaps.filter(({ source }) => source === 'cloud' || source === 'identities'),
				[],
			);
			assert.ok(views.deleted.length > 0);
		}));
});
