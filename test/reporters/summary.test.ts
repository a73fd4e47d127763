import { summary } from '../../src/reporters/summary.ts';
import { assert, describe } from '../helpers/describe.ts';
import { cluster, finding, gap, report, subject, suppressed, waiver } from './fixtures/report.ts';
import { fleet, hostile, many } from './fixtures/samples.ts';

const PLAIN = {
	color: false,
	width: 200,
	outDir: 'out',
	page: 'out/report.html',
	doctor: 'kubelapse doctor --kubeconfig a',
};

/** Cells of a line that holds no wide character. */
function widest(text: string): number {
	return Math.max(...text.split('\n').map(line => [...line].length));
}

describe('summary', it => {
	for (const [name, made] of Object.entries({
		fleet,
		hostile,
		many: () => many(500),
		empty: () => report({ clusters: [] }),
	})) {
		it(`fits 80 columns :: ${name}`, () => assert.ok(widest(summary(made(), PLAIN)) <= 80));
		it(`is safe to print :: ${name}`, () =>
			assert.not.match(
				summary(made(), PLAIN),
				/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
			));
	}
	it('fits a narrow terminal', () => assert.ok(widest(summary(fleet(), { ...PLAIN, width: 60 })) <= 60));
	it('colour only changes the colour', () => {
		const colored = summary(fleet(), { ...PLAIN, color: true });
		assert.is(colored.replace(/\u001b\[\d+m/g, ''), summary(fleet(), PLAIN));
		assert.match(colored, /\u001b\[31mcritical/);
	});
	it('one line for each cluster, numbers aligned, no zero where nothing was read', () =>
		assert.equal(summary(fleet(), PLAIN).split('\n').slice(3, 8), [
			'Cluster  Status       Critical  High  Medium  Low  Info  Unknown',
			'lab      unreachable         -     -       -    -     -        -',
			'prod-eu  assessed            1     1       0    0     0        0',
			'prod-us  partly read         0     0       1    1     0        1',
			'staging  assessed            0     0       0    0     0        0',
		]));
	it('wide characters stay aligned', () => {
		const lines = summary(
			report({ clusters: [cluster({ name: '本番' }), cluster({ uid: 'u', name: 'prod' })] }),
			PLAIN,
		);
		assert.match(lines, /^prod {5}assessed/m);
		assert.match(lines, /^本番 {5}assessed/m);
	});
	it('shows the beginning of an id, which waive takes', () => {
		const one = finding();
		assert.match(
			summary(report({ findings: [one] }), PLAIN),
			new RegExp(`sample/first  ${one.id.slice(0, 8)}$`, 'm'),
		);
	});
	it('shows five findings and counts the others', () => {
		const findings = Array.from({ length: 7 }, (_, i) => finding({ subject: subject({ uid: `u${i}` }) }));
		const text = summary(report({ findings }), PLAIN);
		assert.equal([text.match(/^ {2}medium/gm)?.length, /^ {2}and 2 more/m.test(text)], [5, true]);
	});
	it('many gaps of one cluster do not hide those of others', () => {
		const many = (['bindings', 'roles', 'service_accounts', 'token_secrets'] as const).flatMap(source =>
			['forbidden', 'timeout', 'partial'].map(code => gap({ source, code: code as 'partial' })),
		);
		const others = Array.from({ length: 5 }, (_, i) =>
			gap({ source: 'cluster', code: 'unreachable', cluster: { uid: `z${i}`, name: `zone-${i}` } }),
		);
		const text = summary(report({ gaps: [...many, ...others] }), PLAIN);
		for (const { cluster } of others) assert.match(text, new RegExp(`^ {2}${cluster.name} +cluster `, 'm'));
		assert.match(text, /^ {2}and 9 more/m);
	});
	it('says in one line what waivers suppress, and which need an answer', () => {
		const waivers = [waiver(), waiver({ state: 'expired' }), waiver({ state: 'not_examined' })];
		const text = summary(report({ waivers, suppressed: [suppressed(), suppressed()] }), PLAIN);
		assert.match(
			text,
			/^Waivers {2}2 findings accepted by waivers \(2 medium\); 1 waiver expired; 1 waiver/m,
		);
		assert.match(text, /^ {2}expired {7}\S+ {2}\S+:\d+\n {16}It excuses nothing any more/m);
		assert.match(text, /^ {2}not examined {2}/m);
		assert.not.match(text, /^ {2}active/m);
		assert.ok(widest(text) <= 80);
	});
	it('says nothing of waivers where there is nothing to say', () =>
		assert.not.match(summary(report({ waivers: [waiver()] }), PLAIN), /Waivers/));
	const found = { findings: [finding()], gaps: [gap()] };
	for (const [name, made, options, lines] of [
		['the page, then doctor', found, {}, ['open out/report.html', 'kubelapse doctor --kubeconfig a']],
		['the page alone where nothing was live', found, { doctor: '' }, ['open out/report.html']],
		['no page', found, { page: '', doctor: '' }, ['kubelapse policy explain sample/first']],
		['only gaps', { gaps: [gap()] }, {}, ['kubelapse doctor --kubeconfig a']],
		['nothing', { gaps: [gap({ isAllowed: true })] }, {}, ['kubelapse policy list']],
		[
			'a gap of what only files tell of',
			{ gaps: [gap()], clusters: [cluster({ provider: 'files' })] },
			{},
			['kubelapse policy list'],
		],
	] as const) {
		it(`next :: ${name}`, () => {
			const text = summary(report(structuredClone(made) as typeof found), { ...PLAIN, ...options });
			assert.equal(
				text
					.trimEnd()
					.split(/\nNext {5}/)[1]
					?.split(/\n {9}/),
				lines,
			);
		});
	}
	it('names each threshold that is not at its default', () => {
		const changed = [
			{ policy: 'a/b', key: 'window_seconds', value: 86_400, default: 2_592_000 },
			{ policy: 'lib/subjects', key: 'robots', value: [], default: ['x', 'y'] },
		];
		const text = summary(report({ run: { params: { from: 'p\n.yaml', changed } } }), PLAIN);
		assert.ok(
			text.includes(
				[
					'2 thresholds differ from their defaults, by p\\u{a}.yaml',
					'  a/b/window_seconds: 86400 (1 d), not 2592000 (30 d)',
					'  lib/subjects/robots: none, not x, y',
				].join('\n'),
			),
			text,
		);
	});
	it('a green headline says what it does not count', () =>
		assert.match(
			summary(report({ suppressed: [suppressed({ severity: 'high' })] }), PLAIN),
			/^Nothing at or above high but what is accepted$/m,
		));
	it('ends with one newline', () => assert.match(summary(fleet(), PLAIN), /[^\n]\n$/));
});
