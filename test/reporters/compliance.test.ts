import type { FrameworkView } from '../../src/reporters/html/compliance.ts';
import { toView } from '../../src/reporters/html/view.ts';
import { html } from '../../src/reporters/html.ts';
import { sarif } from '../../src/reporters/sarif.ts';
import { summary } from '../../src/reporters/summary.ts';
import { assert, describe } from '../helpers/describe.ts';
import { compliance, control, hostileCompliance } from './fixtures/compliance.ts';
import { render } from './fixtures/render.ts';
import { cluster, finding, policy, report, suppressed } from './fixtures/report.ts';
import { fleet, hostile } from './fixtures/samples.ts';

const page = (of: ReturnType<typeof report>) => render(html, of)['report.html'] ?? '';
const NONE = { pass: 0, fail: 0, unknown: 0, not_applicable: 0 };

function framework(of: ReturnType<typeof report>): FrameworkView {
	const [only, ...others] = toView(of).frameworks;
	if (only === undefined || others.length > 0) throw new Error('one framework is expected');
	return only;
}

describe('[html] compliance', it => {
	it('is left out where nobody asked', () => {
		assert.equal(toView(report()).frameworks, []);
		assert.not.match(page(report()), /#compliance|id="compliance"/);
	});

	it('shows a name that is empty as a word, and a control without evidence as one', () => {
		const none = { findings: [], total: 0 };
		const { title, controls } = framework(report({ compliance: [hostileCompliance('')] }));
		const [first] = controls;
		assert.equal(
			[title, first?.id, first?.policies[0]?.id, first?.evidence.links[0]?.text],
			Array(4).fill('(no name)'),
		);
		const bare = report({
			compliance: [compliance({ controls: [control({ evidence: none, related: none })] })],
		});
		assert.match(
			page(bare),
			/data-label="Evidence" class="name"><div>\s*<span class="muted">none<\/span><\/div>/,
		);
	});

	it('says state and strength in words, and links to what fails', () => {
		const found = finding();
		const other = finding({ policyId: 'sample/second', outcome: 'unknown' });
		const excused = suppressed({ policyId: 'sample/third' });
		const { controls, ...rest } = framework(
			report({
				findings: [found, other],
				suppressed: [excused],
				compliance: [
					compliance({
						counts: { not_met: 1, undecided: 2, met: 3000 },
						controls: [
							control({
								policies: [
									{ id: 'sample/first', strength: 'exact', outcomes: { ...NONE, fail: 1200 } },
									{ id: 'sample/second', strength: 'analogy', outcomes: NONE },
								],
								evidence: { findings: [found.id, excused.id], total: 12 },
								related: { findings: [other.id, 'gone'], total: 2 },
							}),
						],
					}),
				],
			}),
		);
		assert.equal(rest, {
			id: 'cis-kubernetes-1.12',
			title: 'CIS Kubernetes Benchmark 1.12',
			countWords: '3,000 met, 1 not met, 2 undecided',
		});
		assert.equal(controls, [
			{
				id: '5.1.1',
				title: 'Doors are shut',
				state: 'Not met',
				tone: 'bad',
				reason: 'sample/first fails on 1 record',
				policies: [
					{ id: 'sample/first', strength: 'exact', counts: '1,200 fail, 0 unknown, 0 pass' },
					{ id: 'sample/second', strength: 'by analogy', counts: '0 fail, 0 unknown, 0 pass' },
				],
				evidence: {
					links: [
						{ href: `#f-${found.id}`, text: 'certificate of alice in prod-eu' },
						{ href: '#suppressed', text: 'certificate of alice in prod-eu (waived)' },
					],
					remainder: 'and 10 more',
				},
				related: {
					links: [
						{ href: '#gaps', text: 'certificate of alice in prod-eu (unknown)' },
						{ href: '#findings', text: 'gone' },
					],
					remainder: '',
				},
				clusters: { rows: [], remainder: '' },
			},
		]);
	});

	it('a finding that the page leaves out leads to the findings', () => {
		const findings = Array.from({ length: 301 }, (_, at) =>
			finding({
				id: `${at}`.padStart(4, '0'),
				subject: { ...finding().subject, name: `${at}`.padStart(4, '0') },
			}),
		);
		const evidence = { findings: ['0299', '0300'], total: 2 };
		const { controls } = framework(
			report({ findings, compliance: [compliance({ controls: [control({ evidence })] })] }),
		);
		assert.equal(
			controls[0]?.evidence.links.map(({ href }) => href),
			['#f-0299', '#findings'],
		);
	});

	it('has a row for each of several clusters, and says what is cut', () => {
		const clusters = Array.from({ length: 51 }, (_, at) => cluster({ uid: `c${at}`, name: `c${at}` }));
		const states = clusters.map(({ uid }) => ({
			cluster: uid,
			state: 'met' as const,
			reason: 'no fault in 1 record',
		}));
		const { controls } = framework(
			report({ clusters, compliance: [compliance({ controls: [control({ clusters: states })] })] }),
		);
		const shown = controls[0]?.clusters;
		assert.equal(
			[shown?.rows.length, shown?.rows[0], shown?.remainder],
			[
				50,
				{ cluster: 'c0', state: 'Met', tone: 'good', reason: 'no fault in 1 record' },
				'1 more row not shown here: compliance in result.json has all 51.',
			],
		);
	});

	it('hostile words :: make no link out of the page', () =>
		assert.equal(
			[...page(hostile()).matchAll(/href="([^"]*)"/g)]
				.map(([, href]) => href)
				.filter(href => !/^#[\w-]+$/.test(href ?? '')),
			[],
		));
});

describe('[html] policies', it => {
	const notConfigured = { source: 'usage', status: 'not_configured', count: 0 } as const;
	const needs = ['bindings', 'usage'] as const;
	const rowsOf = (outcomes: typeof NONE) =>
		toView(
			report({
				clusters: [cluster({ sources: [...cluster().sources, notConfigured] })],
				policies: [
					policy({ needs: [...needs], outcomes, byCluster: [{ cluster: cluster().uid, outcomes }] }),
				],
			}),
		).policies;

	it('says which source nobody configured, where that is why', () =>
		assert.equal(
			[
				NONE,
				{ ...NONE, unknown: 3 },
				{ ...NONE, unknown: 3, not_applicable: 1 },
				{ ...NONE, unknown: 3, fail: 1 },
				{ ...NONE, pass: 2 },
				{ ...NONE, not_applicable: 2 },
			].map(outcomes => rowsOf(outcomes).map(({ note, clusters }) => [note, clusters.rows[0]?.note])),
			[
				'not judged: usage is not configured',
				'not judged: usage is not configured',
				'not judged: usage is not configured',
				'judged in part: usage is not configured',
				'',
				'',
			].map(note => [[note, note]]),
		));

	it('has the four counts of each cluster, of one that judged nothing too', () => {
		const policies = [
			policy({
				outcomes: { ...NONE, pass: 1000, fail: 1 },
				byCluster: [{ cluster: 'b', outcomes: { ...NONE, pass: 1000, fail: 1 } }],
			}),
		];
		const clusters = [cluster({ uid: 'a', name: 'a' }), cluster({ uid: 'b', name: 'b' })];
		const [row] = toView(report({ clusters, policies })).policies;
		const words = (cells: { word: string; count: string }[] | undefined) =>
			cells?.map(({ word, count }) => `${count} ${word}`);
		assert.equal(words(row?.cells), ['1 Fail', '0 Unknown', '1,000 Pass', '0 Not applicable']);
		assert.equal(
			row?.clusters.rows.map(({ cluster, cells }) => [cluster, words(cells)]),
			[
				['a', ['0 Fail', '0 Unknown', '0 Pass', '0 Not applicable']],
				['b', ['1 Fail', '0 Unknown', '1,000 Pass', '0 Not applicable']],
			],
		);
	});

	it('says where a policy of one’s own comes from', () =>
		assert.equal(
			[
				null,
				{ folder: 'mine', isTrusted: true, replaces: false },
				{ folder: '<b>\n', isTrusted: false, replaces: true },
			].map(origin => toView(report({ policies: [policy({ origin })] })).policies[0]?.origin),
			['', 'from mine', 'from <b>\\u{a}, in place of the shipped policy, advice only'],
		));
});

describe('[summary] frameworks', it => {
	const lines = (of: ReturnType<typeof report>, width = 80) =>
		summary(of, { color: false, width, outDir: 'out', page: '', doctor: '' }).split('\n');

	it('has a line for each', () => {
		const text = lines(fleet());
		const at = text.indexOf('Frameworks  undecided is never met');
		assert.equal(text.slice(at, at + 3), [
			'Frameworks  undecided is never met',
			'  CIS Kubernetes 1.12: 1 met, 1 not met, 1 undecided',
			'',
		]);
	});
	it('is silent where nobody asked', () =>
		assert.not.ok(lines(report()).some(line => line.startsWith('Frameworks'))));
	it('keeps within the width, whatever a result says', () =>
		assert.equal(
			lines(report({ compliance: hostile().compliance }), 40).filter(
				line => line.length > 80 || line.includes('\u001b'),
			),
			[],
		));
});

describe('[sarif] controls', it => {
	it('say their strength in the help of a rule', () => {
		const files = render(sarif, report());
		const text = Object.values(files).join('\n');
		assert.match(text, /CIS Kubernetes 1\.12 5\.1\.1 \(exact\)/);
		assert.match(text, /NIST 800-53 r5 AC-2\(3\) \(by analogy\)|AC-2\\+\(3\\+\) \\*\(by analogy/);
	});
});
