import { complianceOf, type Judged } from '../../src/compliance.ts';
import type { Compliance, Framework, FrameworkControl } from '../../src/model/compliance.ts';
import { type Source, type SourceStatus, sources } from '../../src/model/facts.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Control } from '../../src/model/policy.ts';
import type { OutcomeCounts, ReportedCluster, ReportedGap, ReportedPolicy } from '../../src/model/report.ts';
import { assert, describe } from '../helpers/describe.ts';
import * as fixtures from '../reporters/fixtures/report.ts';

type Status = SourceStatus['status'];

const EXACT: Control = { framework: 'F', version: '1', id: '1.1', strength: 'exact' };
const ANALOGY: Control = { ...EXACT, strength: 'analogy' };

function cluster(
	name: string,
	read: Partial<Record<Source, Status>> = {},
	over: Partial<ReportedCluster> = {},
) {
	const statuses = { bindings: 'complete', ...read } as const;
	return fixtures.cluster({
		uid: name,
		name,
		sources: sources.map(source => ({ source, status: statuses[source] ?? 'not_configured', count: 0 })),
		...over,
	});
}

/** A policy and what it said, by cluster. */
function policy(
	id: string,
	byCluster: Record<string, Partial<OutcomeCounts>>,
	over: Partial<ReportedPolicy> = {},
): ReportedPolicy {
	const rows = Object.entries(byCluster).map(([uid, outcomes]) => ({
		cluster: uid,
		outcomes: { pass: 0, fail: 0, unknown: 0, not_applicable: 0, ...outcomes },
	}));
	const sum = (key: keyof OutcomeCounts) => rows.reduce((total, row) => total + row.outcomes[key], 0);
	return fixtures.policy({
		id,
		controls: [EXACT],
		outcomes: {
			pass: sum('pass'),
			fail: sum('fail'),
			unknown: sum('unknown'),
			not_applicable: sum('not_applicable'),
		},
		byCluster: rows,
		...over,
	});
}

const finding = (id: string, policyId: string, uid = 'a', over: Partial<Finding> = {}): Finding =>
	fixtures.finding({ id, policyId, cluster: { uid, name: uid }, ...over });
const waived = (id: string, policyId: string, uid = 'a'): Judged['suppressed'][number] => ({
	...finding(id, policyId, uid),
	suppression: { waiver: 'w', reason: 'r', owner: 'o', expires: 1, approver: '', ticket: '' },
});
const gap = (over: Partial<ReportedGap>): ReportedGap =>
	fixtures.gap({ source: 'bindings', cluster: { uid: 'a', name: 'a' }, ...over });

interface Case {
	control?: Partial<FrameworkControl>;
	clusters?: ReportedCluster[];
	policies?: ReportedPolicy[];
	findings?: Finding[];
	suppressed?: Judged['suppressed'];
	gaps?: ReportedGap[];
}

function report({ control = {}, ...judged }: Case): Compliance {
	const framework: Framework = {
		id: 'f-1',
		framework: 'F',
		version: '1',
		title: 'The F benchmark 1',
		url: 'https://example.org/',
		controls: [{ id: '1.1', title: 'Doors are shut', ...control }],
	};
	const parts = { clusters: [cluster('a')], policies: [], findings: [], suppressed: [], gaps: [], ...judged };
	const [one, ...others] = complianceOf([framework], parts);
	if (one === undefined || others.length > 0) throw new Error('one framework is expected');
	return one;
}

function state(of: Case): [state: string, reason: string] {
	const [control] = report(of).controls;
	return [control?.state ?? '', control?.reason ?? ''];
}

const passes = policy('p/one', { a: { pass: 3, not_applicable: 2 } });

/** What each situation comes to. */
const cases: Record<string, [Case, [state: string, reason: string]]> = {
	'passes, all read': [{ policies: [passes] }, ['met', 'no fault in 3 records, over 1 cluster']],
	'all are not applicable': [
		{ policies: [policy('p/one', { a: { not_applicable: 4 } })] },
		['met', 'none of 4 records is one that it is about, over 1 cluster'],
	],
	'one fails': [
		{ policies: [policy('p/one', { a: { pass: 9, fail: 1, unknown: 3 } })] },
		['not_met', 'p/one fails on 1 record'],
	],
	'one of two policies fails': [
		{ policies: [passes, policy('p/two', { a: { fail: 2 } })] },
		['not_met', 'p/two fails on 2 records'],
	],
	'fails where the policy’s source was not read': [
		{ clusters: [cluster('a', { bindings: 'denied' })], policies: [policy('p/one', { a: { fail: 1 } })] },
		['not_met', 'p/one fails on 1 record'],
	],
	'fails in a cluster of which nothing else was read': [
		{
			clusters: [cluster('a', {}, { status: 'unreachable' })],
			policies: [policy('p/one', { a: { fail: 1 } })],
		},
		['not_met', 'p/one fails on 1 record'],
	],
	'fails in a cluster that the report does not list': [
		{ policies: [policy('p/one', { a: { pass: 3 }, gone: { fail: 2 } })] },
		['not_met', 'p/one fails on 2 records'],
	],
	'every fail is waived': [
		{
			policies: [policy('p/one', { a: { fail: 2 } })],
			suppressed: [waived('1', 'p/one'), waived('2', 'p/one')],
		},
		['not_met', 'p/one fails on 2 records (waived: 2)'],
	],
	'every fail is waived, and the tally left them out': [
		{ policies: [passes], suppressed: [waived('1', 'p/one')] },
		['not_met', 'p/one fails on 1 record (waived: 1)'],
	],
	'a waived unknown is no fault': [
		{
			policies: [policy('p/one', { a: { pass: 1, unknown: 1 } })],
			suppressed: [{ ...waived('1', 'p/one'), outcome: 'unknown' }],
		},
		['undecided', 'p/one is unknown on 1 record on a'],
	],
	'unknown on any record': [
		{ policies: [policy('p/one', { a: { pass: 9, unknown: 1 } })] },
		['undecided', 'p/one is unknown on 1 record on a'],
	],
	'unknown for a source that was not read': [
		{
			clusters: [cluster('a', { bindings: 'denied' })],
			policies: [policy('p/one', { a: { pass: 9, unknown: 1 } })],
		},
		['undecided', 'bindings could not be read on a'],
	],
	'a needed source is not configured': [
		{ policies: [policy('p/one', { a: { pass: 9 } }, { needs: ['bindings', 'usage'] })] },
		['undecided', 'usage is not configured on a'],
	],
	'a needed source is missing from the report': [
		{ clusters: [cluster('a', {}, { sources: [] })], policies: [passes] },
		['undecided', 'bindings is not configured on a'],
	],
	'a needed source was read in part': [
		{ clusters: [cluster('a', { bindings: 'partial' })], policies: [passes] },
		['undecided', 'bindings was read in part on a'],
	],
	'a needed source has a gap, excused or not': [
		{ policies: [passes], gaps: [gap({ isAllowed: true })] },
		['undecided', 'bindings was read in part on a'],
	],
	'a needed source lacks one object': [
		{ policies: [passes], gaps: [gap({ subject: 'x' })] },
		['undecided', 'bindings was read in part on a'],
	],
	'a gap elsewhere': [
		{ policies: [passes], gaps: [gap({ source: 'roles' }), gap({ cluster: { uid: 'b', name: 'b' } })] },
		['met', 'no fault in 3 records, over 1 cluster'],
	],
	'the control needs what no policy does': [
		{ control: { needs: ['usage'] }, policies: [passes] },
		['undecided', 'usage is not configured on a'],
	],
	'the control needs it and has it': [
		{ control: { needs: ['usage'] }, clusters: [cluster('a', { usage: 'complete' })], policies: [passes] },
		['met', 'no fault in 3 records, over 1 cluster'],
	],
	'the control needs it, and a policy fails': [
		{ control: { needs: ['usage'] }, policies: [policy('p/one', { a: { fail: 1 } })] },
		['not_met', 'p/one fails on 1 record'],
	],
	'an optional source is not configured': [
		{
			control: { optional: ['kubeconfig'] },
			policies: [policy('p/one', { a: { pass: 1 } }, { needs: ['bindings', 'kubeconfig'] })],
		},
		['met', 'no fault in 1 record, over 1 cluster'],
	],
	'an optional source is not configured, and a policy is unknown for it': [
		{
			control: { optional: ['usage'] },
			policies: [policy('p/one', { a: { pass: 2, unknown: 1 } }, { needs: ['bindings', 'usage'] })],
		},
		['undecided', 'p/one is unknown on 1 record: usage is not configured on a'],
	],
	'an optional source was read in part': [
		{
			control: { optional: ['kubeconfig'] },
			clusters: [cluster('a', { kubeconfig: 'partial' })],
			policies: [policy('p/one', { a: { pass: 1 } }, { needs: ['kubeconfig'] })],
		},
		['undecided', 'kubeconfig was read in part on a'],
	],
	'part of it is what no policy sees': [
		{ control: { unseen: 'the back door' }, policies: [passes] },
		['undecided', 'no fault was found, but no policy sees the back door on a'],
	],
	'part of it is what no policy sees, and a policy fails': [
		{ control: { unseen: 'the back door' }, policies: [policy('p/one', { a: { fail: 1 } })] },
		['not_met', 'p/one fails on 1 record'],
	],
	'only analogies': [
		{ policies: [policy('p/one', { a: { fail: 5 } }, { controls: [ANALOGY] })] },
		['undecided', 'no policy is exactly about it'],
	],
	'only analogies, since no policy can see it': [
		{
			control: { unseen: 'the back door' },
			policies: [policy('p/one', { a: { pass: 5 } }, { controls: [ANALOGY] })],
		},
		['undecided', 'no policy sees the back door'],
	],
	'an analogy fails beside what is exact': [
		{ policies: [passes, policy('p/two', { a: { fail: 5 } }, { controls: [ANALOGY] })] },
		['met', 'no fault in 3 records, over 1 cluster'],
	],
	'exact and analogy by one policy': [
		{ policies: [policy('p/one', { a: { fail: 1 } }, { controls: [ANALOGY, EXACT] })] },
		['not_met', 'p/one fails on 1 record'],
	],
	'the same id of another version or framework': [
		{
			policies: [
				policy('p/one', { a: { fail: 1 } }, { controls: [{ ...EXACT, version: '2' }] }),
				policy('p/two', { a: { fail: 1 } }, { controls: [{ ...EXACT, framework: 'G' }] }),
			],
		},
		['undecided', 'no policy is exactly about it'],
	],
	'no policy, and the framework says why': [
		{ control: { uncited: 'it is about doors' } },
		['undecided', 'it is about doors'],
	],
	'coverage alone': [
		{ policies: [policy('coverage/source_unreadable', { a: { pass: 1 } })] },
		['undecided', 'its policies see what was left unread, and nothing else of it'],
	],
	'coverage fails beside a policy that passes': [
		{ policies: [policy('coverage/source_unreadable', { a: { fail: 1 } }), passes] },
		['undecided', 'coverage/source_unreadable says that not everything was read on a'],
	],
	'coverage and a policy fail': [
		{ policies: [policy('coverage/x', { a: { fail: 1 } }), policy('p/one', { a: { fail: 1 } })] },
		['not_met', 'p/one fails on 1 record'],
	],
	'nothing was examined': [
		{ policies: [policy('p/one', {})] },
		['undecided', 'p/one had nothing to examine on a'],
	],
	'one of two policies had nothing to examine': [
		{ policies: [passes, policy('p/two', {})] },
		['undecided', 'p/two had nothing to examine on a'],
	],
	'no cluster at all': [
		{ clusters: [], policies: [policy('p/one', {})] },
		['undecided', 'no cluster was examined'],
	],
	'one cluster was not reached': [
		{ clusters: [cluster('a'), cluster('b', {}, { status: 'unreachable' })], policies: [passes] },
		['undecided', 'the cluster could not be reached on b'],
	],
	'one cluster was not assessed': [
		{ clusters: [cluster('a'), cluster('b', {}, { status: 'not_assessed' })], policies: [passes] },
		['undecided', 'the cluster was not assessed on b'],
	],
	'two clusters, one met': [
		{
			clusters: [cluster('a'), cluster('b', { bindings: 'denied' })],
			policies: [policy('p/one', { a: { pass: 1 }, b: { unknown: 1 } })],
		},
		['undecided', 'bindings could not be read on b'],
	],
	'many clusters, many reasons': [
		{
			control: { needs: ['usage', 'roles', 'cloud', 'history', 'identities'] },
			clusters: ['a', 'b', 'c', 'd', 'e'].map(name => cluster(name)),
			policies: [
				policy('p/one', Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map(uid => [uid, { pass: 1 }]))),
			],
		},
		[
			'undecided',
			'usage is not configured on a, b, c and 2 more; roles is not configured on a, b, c and 2 more; ' +
				'cloud is not configured on a, b, c and 2 more; history is not configured on a, b, c and 2 more; and 1 more',
		],
	],
	'a policy of one’s own decides': [
		{
			policies: [
				policy('p/one', { a: { pass: 1 } }, { origin: { folder: 'mine', isTrusted: true, replaces: true } }),
			],
		},
		['met', 'no fault in 1 record, over 1 cluster; decided with policies of your own: p/one'],
	],
};

describe('complianceOf', it => {
	for (const [name, [of, expected]] of Object.entries(cases))
		it(name, () => assert.equal(state(of), expected));

	it('says nothing where nobody asks', () =>
		assert.equal(
			complianceOf([], { clusters: [], policies: [], findings: [], suppressed: [], gaps: [] }),
			[],
		));

	it('gives policies with their strength, evidence apart from what is related, and each cluster', () => {
		const exact = policy('p/one', { a: { fail: 2 }, b: { pass: 1 } });
		const related = policy('p/two', { b: { fail: 1 } }, { controls: [ANALOGY] });
		const unknown = finding('4', 'p/one', 'b', { outcome: 'unknown' });
		const { controls, ...rest } = report({
			clusters: [cluster('a'), cluster('b')],
			policies: [exact, related],
			findings: [finding('1', 'p/one'), unknown, finding('3', 'p/two', 'b')],
			suppressed: [waived('2', 'p/one')],
		});
		assert.equal(rest, {
			id: 'f-1',
			framework: 'F',
			version: '1',
			title: 'The F benchmark 1',
			url: 'https://example.org/',
			counts: { not_met: 1, undecided: 0, met: 0 },
		});
		assert.equal(controls, [
			{
				id: '1.1',
				title: 'Doors are shut',
				state: 'not_met',
				reason: 'p/one fails on 2 records (waived: 1)',
				policies: [
					{ id: 'p/one', strength: 'exact', outcomes: exact.outcomes },
					{ id: 'p/two', strength: 'analogy', outcomes: related.outcomes },
				],
				evidence: { findings: ['1', '2'], total: 2 },
				related: { findings: ['3'], total: 1 },
				clusters: [
					{ cluster: 'a', state: 'not_met', reason: 'p/one fails on 2 records (waived: 1)' },
					{ cluster: 'b', state: 'met', reason: 'no fault in 1 record' },
				],
			},
		]);
	});

	it('evidence of what is undecided is what is unknown, and bounded', () => {
		const findings = Array.from({ length: 60 }, (_, at) =>
			finding(`${at}`, 'p/one', 'a', { outcome: 'unknown' }),
		);
		const [control] = report({ policies: [policy('p/one', { a: { unknown: 60 } })], findings }).controls;
		assert.equal(control?.evidence, { findings: findings.slice(0, 50).map(({ id }) => id), total: 60 });
	});

	it('adds a control that only a policy of one’s own cites', () => {
		const own = policy('p/own', { a: { pass: 1 } }, { controls: [{ ...EXACT, id: '9.9' }] });
		const { controls, counts } = report({ policies: [passes, own] });
		assert.equal(
			controls.map(({ id, title, state }) => [id, title, state]),
			[
				['1.1', 'Doors are shut', 'met'],
				['9.9', 'Cited by a policy of your own', 'met'],
			],
		);
		assert.equal(counts, { not_met: 0, undecided: 0, met: 2 });
	});

	it('a hostile name of a cluster stays on its line', () => {
		const [, reason] = state({
			clusters: [cluster('\u001b[31m\nx', { bindings: 'denied' })],
			policies: [passes],
		});
		assert.is(reason, 'bindings could not be read on \\u{1b}[31m\\u{a}x');
	});
});
