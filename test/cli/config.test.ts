import { parseConfig } from '../../src/cli/config.ts';
import { configSchema } from '../../src/cli/config-schema.ts';
import { applyFlags, globalFlags, runFlags, scanFlags, targetFlags } from '../../src/cli/flags.ts';
import { initialConfig } from '../../src/cli/initial-config.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import { assert, describe } from '../helpers/describe.ts';

/** Code and message of what `parseConfig` refuses. */
function refusal(text: string): [string, string] {
	try {
		parseConfig(text, 'kubelapse.yaml');
	} catch (error) {
		if (error instanceof ScanError) return [error.code, error.message];
		throw error;
	}
	return ['', ''];
}

const refused = (problem: string) => ['CONFIG_INVALID', `kubelapse.yaml:${problem}`];

describe('parseConfig', it => {
	it('reads what flags say, times and gaps parsed', () =>
		assert.equal(
			parseConfig(
				'fail-on: low\nnow: 1970-01-01T00:00:09Z\nallow-gap: [roles@a@b, usage]\nfiles: ["*.yaml"]\n',
				'x',
			),
			{
				'fail-on': 'low',
				now: 9,
				'allow-gap': [
					{ source: 'roles', cluster: 'a@b' },
					{ source: 'usage', cluster: null },
				],
				files: ['*.yaml'],
			},
		));
	it('an empty file sets nothing', () =>
		assert.equal(
			['', '# only a comment\n'].map(text => parseConfig(text, 'x')),
			[{}, {}],
		));
	it('unknown key :: names the nearest right one and the line', () =>
		assert.equal(
			refusal('quiet: true\nfail_onn: low\n'),
			refused('2: unknown key "fail_onn", did you mean fail-on?'),
		));
	it('unknown key :: of a target', () =>
		assert.equal(
			refusal('targets:\n  - kubeconfig: a\n    contxt: b\n'),
			refused('3: unknown key "contxt", did you mean context?'),
		));
	it('unknown key :: waivers of a target do nothing yet, so they are refused', () =>
		assert.equal(
			refusal('targets:\n  - kubeconfig: a\n    waivers: b\n'),
			refused('3: unknown key "waivers"'),
		));
	it('unknown key :: __proto__ is one', () =>
		assert.equal(refusal('__proto__: {quiet: true}\n'), refused('1: unknown key "__proto__"')));
	it('wrong value :: names key and line', () =>
		assert.equal(
			refusal('quiet: true\n\nconcurrency: many\n')[1].startsWith('kubelapse.yaml:3: concurrency: '),
			true,
		));
	it('wrong value :: in a list', () =>
		assert.equal(
			refusal('require:\n  - roles\n  - rolls\n')[1].startsWith('kubelapse.yaml:3: require.1: '),
			true,
		));
	it('wrong value :: a moment that no calendar has', () =>
		assert.equal(
			refusal('now: 2026-02-30T00:00:00Z\n'),
			refused('1: now: no time: "2026-02-30T00:00:00Z"; write it as 2026-11-22, or as 2026-11-22T00:00:00Z'),
		));
	it('says how many more mistakes there are', () =>
		assert.equal(refusal('a: 1\nquiet: 2\n')[1].endsWith('(and 1 more)'), true));
	it('a name without a context names nothing', () =>
		assert.equal(
			refusal('targets:\n  - kubeconfig: a\n    name: prod\n'),
			refused('3: targets.0: a name needs the context that it names'),
		));
	it('context and all-contexts exclude each other', () =>
		assert.equal(
			[
				refusal('targets:\n  - kubeconfig: a\n    context: b\n    all-contexts: true\n'),
				refusal('context: [a]\nall-contexts: true\n'),
			],
			[
				refused('4: targets.0: context and all-contexts exclude each other'),
				refused('2: context and all-contexts exclude each other'),
			],
		));
	it('hostile text :: is refused with a line and no stack', () =>
		assert.equal(
			[
				'- a list\n',
				'quiet: [\n',
				'\u0000\u0001',
				'a: 1\na: 2\n',
				'x: !!js/function y\n',
				'--- a\n--- b\n',
				'just words',
			].map(text => refusal(text)[0]),
			Array(7).fill('CONFIG_INVALID'),
		));
	for (const text of [
		'['.repeat(100_000),
		'- '.repeat(100_000),
		'? '.repeat(100_000),
		'{a: '.repeat(100_000),
	])
		it(`hostile text :: ${text.slice(0, 3)}… nested without end does not end the process`, () =>
			assert.equal(refusal(`files: ${text}`), refused('1: the config is nested too deeply')));
	it('hostile text :: aliases that multiply', () => {
		const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
		for (let n = 1; n < 10; n++)
			bomb.push(
				`a${n}: &a${n} [${Array(10)
					.fill(`*a${n - 1}`)
					.join(',')}]`,
			);
		assert.is(refusal(bomb.join('\n'))[0], 'CONFIG_INVALID');
	});
});

describe('configSchema', it => {
	it('has a key for every flag, and no other but what is for the config alone', () => {
		const { config: _, ...flags } = { ...globalFlags, ...targetFlags, ...runFlags, ...scanFlags };
		const remediation = ['state', 'max-age', 'max-objects', 'require-approval'];
		const own = [
			'targets',
			'trusted-policies',
			'max-waiver-days',
			'identity-pattern',
			'approvers',
			'journal-keys',
		];
		assert.ok(remediation.every(name => name in applyFlags));
		assert.equal(
			Object.keys(configSchema.shape).sort(byCodeUnit),
			[...Object.keys(flags), ...remediation, ...own].sort(byCodeUnit),
		);
	});
});

describe('initialConfig', it => {
	const blocks = initialConfig()
		.split('\n\n')
		.filter(block => /^# [a-z-]+:/m.test(block));
	const uncommented = blocks.map(block =>
		block
			.split('\n')
			.slice(1) // what the key does
			.map(line => line.replace(/^# /, ''))
			.join('\n'),
	);
	it('sets nothing as it stands', () => assert.equal(parseConfig(initialConfig(), 'x'), {}));
	it('shows every key once, each with a value that is right', () =>
		assert.equal(
			uncommented.flatMap(text => Object.keys(parseConfig(text, 'x'))).sort(byCodeUnit),
			Object.keys(configSchema.shape).sort(byCodeUnit),
		));
});
