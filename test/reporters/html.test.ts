import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { toView } from '../../src/reporters/html/view.ts';
import { html } from '../../src/reporters/html.ts';
import { assert, describe } from '../helpers/describe.ts';
import { render } from './fixtures/render.ts';
import { cluster, credential, finding, gap, HOSTILE, policy, report, subject } from './fixtures/report.ts';
import { fleet, hostile, many } from './fixtures/samples.ts';

function page(of: Parameters<typeof html>[0]): string {
	return render(html, of)['report.html'] ?? '';
}

/** Every tag that the page holds, without its attributes. */
function tags(text: string): string[] {
	return [...new Set([...text.matchAll(/<([a-z][a-z0-9]*)[\s>]/g)].map(match => match[1] ?? ''))].sort();
}

describe('html', it => {
	it('is one page', () => assert.equal(Object.keys(render(html, fleet())), ['report.html']));
	it('allows its own style sheet and nothing else', () => {
		const text = page(fleet());
		const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? '';
		const policyText = /Content-Security-Policy" content="([^"]*)"/
			.exec(text)?.[1]
			?.replaceAll('&#x3D;', '=');
		const hash = createHash('sha256').update(style).digest('base64');
		assert.ok(style.length > 1000);
		assert.is(
			policyText,
			`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
		);
	});
	it('has no script, no inline style, and loads nothing', () => {
		const text = page(fleet());
		assert.not.match(text, /<(script|link|img|iframe|object|embed|form|base)[\s>]/i);
		assert.not.match(text, /\s(style|src|srcset|on[a-z]+)=|url\(|@import/i);
		assert.equal(
			[...text.matchAll(/href="([^"]*)"/g)].filter(([, to]) => !to?.startsWith('#')),
			[],
		);
	});
	it('hostile names :: make no markup', () => {
		const text = page(hostile());
		assert.equal(
			tags(text).filter(tag => !tags(page(fleet())).includes(tag)),
			[],
		);
		assert.not.match(text, /<script|<img|\son[a-z]+="/i);
		assert.match(text, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
		assert.not.match(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
	});
	it('hostile names :: are cut, with both ends', () => assert.match(page(hostile()), /xy+…y+z/));
	it('stays a size that a browser opens at once', () => assert.ok(page(many(5000)).length < 4_000_000));
	it('links inside the page all have their target', () => {
		const text = page(fleet());
		const missing = [...text.matchAll(/href="#([^"]*)"/g)].filter(([, id]) => !text.includes(`id="${id}"`));
		assert.equal(missing, []);
	});
	it('a report without anything is a page too', () =>
		assert.match(
			page(report({ clusters: [], policies: [], credentials: [], identities: [], grants: [] })),
			/<\/html>/,
		));
});

describe('templates', it => {
	const folder = new URL('../../reports/templates/', import.meta.url);
	for (const name of readdirSync(folder).filter(file => file.endsWith('.hbs'))) {
		const text = readFileSync(new URL(name, folder), 'utf8');
		it(`${name} :: escapes all it prints`, () => assert.not.match(text, /\{\{\{|\{\{&/));
		it(`${name} :: quotes its attributes`, () => assert.not.match(text, /=\{\{/));
	}
});

describe('toView', it => {
	it('groups by severity, then policy, and tells the policy once', () => {
		const findings = [
			finding({ severity: 'low', policyId: 'b/b' }),
			finding({ severity: 'high', policyId: 'b/b' }),
			finding({ severity: 'high', policyId: 'a/a' }),
			finding({ severity: 'high', policyId: 'a/a', subject: subject({ uid: 'u2' }) }),
		];
		assert.equal(
			toView(report({ findings })).sections.map(s => [
				s.word,
				s.countWords,
				s.groups.map(g => [g.policyId, g.rows.length]),
			]),
			[
				[
					'High',
					'3 findings',
					[
						['a/a', 2],
						['b/b', 1],
					],
				],
				['Low', '1 finding', [['b/b', 1]]],
			],
		);
	});
	it('unknown :: one row a policy, findings and records told apart, never a finding', () => {
		const none = { pass: 0, fail: 0, unknown: 0, not_applicable: 0 };
		const byCluster = [cluster().uid, 'x'].map(uid => ({ cluster: uid, outcomes: { ...none, unknown: 3 } }));
		const view = toView(
			report({
				findings: [finding({ outcome: 'unknown' })],
				policies: [policy({ outcomes: { ...none, unknown: 6 }, byCluster })],
			}),
		);
		assert.equal(
			[view.sections, view.unknown.countWords, view.unknown.rows.map(row => [row.clusters, row.count])],
			[[], '6 records', [[['prod-eu: 3', 'x: 3'], '6']]],
		);
		assert.match(view.unknown.sentence, /^1 unknown finding in result\.json; 6 records /);
		assert.equal(
			view.totals.filter(({ href }) => href === '#unknown').map(each => [each.count, each.label]),
			[['1', 'unknown finding']],
		);
	});
	it('gaps :: the card, the list and the clusters count the same', () => {
		const gaps = [gap(), gap({ source: 'roles' }), gap({ source: 'usage', code: 'not_configured' })];
		const view = toView(report({ gaps }));
		assert.equal(
			[
				view.totals.find(({ href }) => href === '#gaps')?.count,
				view.gaps.sentence,
				view.gaps.sources.rows.length,
				view.gaps.unasked.rows.map(row => row.source),
				view.clusters.rows.map(row => row.gaps),
			],
			['2', '2 gaps, and 0 clusters not read.', 2, ['usage'], ['2']],
		);
	});
	it('gaps :: a cluster that only files tell of was not read', () => {
		const { gaps } = toView(report({ clusters: [cluster({ provider: 'files', status: 'partial' })] }));
		assert.equal([gaps.hasAny, gaps.unread.rows.map(row => row.word)], [true, ['Files only']]);
	});
	it('thresholds :: what is not at its default, in the verdict and in a table', () => {
		const changed = [{ policy: 'a/b', key: 'groups', value: ['<b>'], default: [] }];
		const text = page(report({ run: { params: { from: 'p.yaml', changed } } }));
		assert.match(text, /<a href="#thresholds">1 threshold differs from its default<\/a>/);
		assert.match(text, /by <bdi>p\.yaml<\/bdi>[\s\S]*<bdi>&lt;b&gt;<\/bdi>[\s\S]*<bdi>none<\/bdi>/);
		assert.not.match(page(report()), /hreshold/);
	});
	it('says how many rows are left out', () => {
		const findings = Array.from({ length: 301 }, (_, i) => finding({ subject: subject({ uid: `u${i}` }) }));
		const [section] = toView(report({ findings })).sections;
		assert.equal(
			[section?.groups[0]?.rows.length, section?.groups[0]?.remainder, section?.groups[0]?.isOpen],
			[300, '1 more row not shown here: findings in result.json has all 301.', false],
		);
	});
	it('a policy :: unknown outweighs pass, and nothing judged is no pass', () => {
		const outcomes = { pass: 1, fail: 1, unknown: 1, not_applicable: 1 };
		const policies = [
			policy({ id: 'a', outcomes: { ...outcomes, fail: 0, unknown: 0, pass: 0 } }),
			policy({ id: 'b', outcomes: { ...outcomes, fail: 0, unknown: 0 } }),
			policy({ id: 'c', outcomes: { ...outcomes, fail: 0 } }),
			policy({ id: 'd', outcomes }),
		];
		assert.equal(
			toView(report({ policies })).policies.map(p => [p.id, p.answer]),
			[
				['d', 'Fail'],
				['c', 'Unknown'],
				['b', 'Pass'],
				['a', 'Nothing to judge'],
			],
		);
	});
	it('a credential :: its end in words, whatever it claims', () => {
		const ends = [1e18, -1, null].map(notAfter => credential({ uid: `${notAfter}`, notAfter }));
		const plugin = credential({ uid: 'z', kind: 'exec_plugin', notAfter: null, certificate: null });
		assert.equal(
			toView(report({ credentials: [...ends, plugin] })).credentials.rows.map(row => row.ends),
			['before 1970', 'after 9999', 'no end date', 'set at each login'],
		);
	});
	it('identities :: one row a name over all clusters, the worst first', () => {
		const other = { uid: 'o', name: 'other' };
		const findings = [
			finding({ severity: 'low' }),
			finding({ severity: 'low', cluster: other }),
			finding({ severity: 'high', subject: subject({ uid: 'b', identity: 'bob' }) }),
		];
		assert.equal(
			toView(report({ findings })).identities.rows.map(row => [row.name, row.type, row.clusters]),
			[
				['bob', 'not listed', 'prod-eu'],
				['alice', 'person', 'other, prod-eu'],
			],
		);
	});
	it('a cluster that was not read has no zeros to be glad of', () =>
		assert.equal(
			toView(report({ clusters: [cluster({ status: 'unreachable' })] })).clusters.rows.map(row => [
				row.status,
				row.isRead,
			]),
			[['Unreachable', false]],
		));
	it('many gaps of one kind are one row', () => {
		const gaps = HOSTILE.map((_, i) => gap({ subject: `c${i}` }));
		assert.equal(
			toView(report({ gaps })).gaps.sources.rows.map(row => row.touches),
			[`${HOSTILE.length} objects`],
		);
	});
});
