import { summary } from '../../src/reporters/summary.ts';
import { assert, describe } from '../helpers/describe.ts';
import { cluster, finding, gap, report, subject, suppressed, waiver } from './fixtures/report.ts';
import { fleet, hostile, many } from './fixtures/samples.ts';

const PLAIN = { color: false, width: 200, outDir: 'kubelapse-report' };

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
	it('shows five findings and counts the others', () => {
		const findings = Array.from({ length: 7 }, (_, i) => finding({ subject: subject({ uid: `u${i}` }) }));
		const text = summary(report({ findings }), PLAIN);
		assert.equal([text.match(/^ {2}medium/gm)?.length, /^ {2}and 2 more/m.test(text)], [5, true]);
	});
	it('says in one line what waivers suppress, and which need an answer', () => {
		const waivers = [waiver(), waiver({ state: 'expired' }), waiver({ state: 'not_examined' })];
		const text = summary(report({ waivers, suppressed: [suppressed(), suppressed()] }), PLAIN);
		assert.match(text, /^Waivers {2}2 suppressed by waivers; 1 waiver expired$/m);
	});
	it('says nothing of waivers where there is nothing to say', () =>
		assert.not.match(summary(report({ waivers: [waiver({ state: 'not_examined' })] }), PLAIN), /Waivers/));
	it('next :: doctor where a permission is missing', () =>
		assert.match(
			summary(report({ findings: [finding()], gaps: [gap()] }), PLAIN),
			/^Next {5}kubelapse doctor$/m,
		));
	it('next :: why the worst finding matters', () =>
		assert.match(
			summary(report({ findings: [finding()], gaps: [gap({ isAllowed: true })] }), PLAIN),
			/^Next {5}kubelapse policy explain sample\/first$/m,
		));
	it('ends with one newline', () => assert.match(summary(fleet(), PLAIN), /[^\n]\n$/));
});
