import type { DirectoryIdentity } from '../../../src/model/facts.ts';
import { createMatcher, type MatchContext, type RosterSubject } from '../../../src/providers/roster/match.ts';
import type { RosterContent, RosterRow } from '../../../src/providers/roster/row.ts';
import { createRule, type MatchOptions } from '../../../src/providers/roster/rule.ts';
import { assert, describe } from '../../helpers/describe.ts';

const NOW = 1_793_491_200;

const row = (username: string, more: Partial<RosterRow> = {}): RosterRow => ({
	provider: 'file',
	id: `id-${username}`,
	username,
	name: username,
	displayName: '',
	emails: [],
	externalId: '',
	state: 'active',
	since: null,
	human: 'unknown',
	place: `p.csv:${username}`,
	...more,
});
const group = (username: string, more: Partial<RosterRow> = {}) => ({ ...row(username, more), members: [] });
const roster = (users: RosterRow[], more: Partial<RosterContent> = {}): RosterContent => {
	return { provider: 'file', users, groups: [], gaps: [], isComplete: true, hasGroups: false, ...more };
};
const people = (...names: string[]): RosterSubject[] => names.map(name => ({ kind: 'User', name }));
const groups = (...names: string[]): RosterSubject[] => names.map(name => ({ kind: 'Group', name }));

function identify(
	contents: RosterContent[],
	subjects: RosterSubject[],
	rule: MatchOptions = {},
	context: Partial<MatchContext> = {},
) {
	return createMatcher(contents, createRule(rule), { now: NOW, ...context })(subjects);
}

/** Names with states; `?` where absence proves nothing. */
const said = (identities: DirectoryIdentity[]) =>
	Object.fromEntries(
		identities.map(({ username, state, listComplete }) => [username, `${state}${listComplete ? '' : '?'}`]),
	);
const messages = ({ gaps }: { gaps: { code: string; message: string }[] }) =>
	gaps.map(({ code, message }) => `${code}: ${message}`);

describe('identify', it => {
	it('gives each subject once, with what the row says', () => {
		const found = row('ana', { state: 'deleted', since: NOW - 5, displayName: 'Ana', human: 'yes' });
		const result = identify([roster([found])], people('ana', 'ana', 'bob'));
		const rest = { provider: 'file', type: 'user', listComplete: true, cloudService: '' };
		assert.equal(result, {
			identities: [
				{
					...rest,
					username: 'ana',
					account: 'id-ana',
					name: 'ana',
					displayName: 'Ana',
					state: 'deleted',
					stateSince: NOW - 5,
					human: 'yes',
				},
				{
					...rest,
					username: 'bob',
					account: '',
					name: '',
					displayName: '',
					state: 'unknown',
					stateSince: null,
					human: 'unknown',
				},
			],
			gaps: [],
		});
	});

	const rules: Record<string, [MatchOptions, Partial<RosterRow>, Record<string, boolean>]> = {
		exact: [{}, {}, { ana: true, Ana: false, 'oidc:ana': false, 'ana ': false }],
		'without case': [{ ignoreCase: true }, { username: 'aNa' }, { ana: true, ANA: true, anna: false }],
		'by prefix': [
			{ prefix: 'oidc:' },
			{},
			{ 'oidc:ana': true, ana: false, 'OIDC:ana': false, 'oidc:': false },
		],
		'by prefix, without case': [
			{ prefix: 'oidc:', ignoreCase: true },
			{},
			{ 'oidc:ANA': true, 'OIDC:ana': false },
		],
		'by pattern': [
			{ pattern: '(?:oidc|saml):(\\w+)@example\\.com' },
			{},
			{
				'oidc:ana@example.com': true,
				'saml:ana@example.com': true,
				'xoidc:ana@example.com': false,
				'oidc:ana@example.comx': false,
			},
		],
		'by pattern that is one of two': [
			{ pattern: 'a:(.+)|b:.+' },
			{},
			{ 'a:ana': true, 'b:ana': false, 'xa:ana': false },
		],
		'by mail': [
			{ field: 'email' },
			{ emails: ['a@x.y', 'ana@x.y'] },
			{ 'a@x.y': true, 'ana@x.y': true, ana: false, 'A@x.y': false },
		],
		'by external id': [{ field: 'externalId' }, { externalId: 'e7' }, { e7: true, ana: false, '': false }],
	};
	for (const [title, [rule, changes, names]] of Object.entries(rules)) {
		it(`matches ${title}`, () => {
			for (const [name, isMatch] of Object.entries(names)) {
				const { identities } = identify([roster([row('ana', changes)])], people(name), rule);
				assert.equal([name, identities[0]?.state], [name, isMatch ? 'active' : 'unknown']);
			}
		});
	}

	it('half of the users :: is enough; under half the roster is a gap and absence proves nothing', () => {
		const known = [row('a'), row('b', { state: 'deleted' })];
		const half = identify([roster(known)], people('a', 'b', 'c', 'd', 'system:admin'));
		assert.equal(said(half.identities), { a: 'active', b: 'deleted', c: 'unknown', d: 'unknown' });
		assert.equal(messages(half), []);
		const less = identify([roster(known)], people('a', 'b', 'c', 'd', 'e'));
		assert.equal(said(less.identities), {
			a: 'active',
			b: 'deleted',
			c: 'unknown?',
			d: 'unknown?',
			e: 'unknown?',
		});
		assert.equal(messages(less), [
			'partial: the roster knows 2 of 5 users of this cluster, too few to say who is missing; set identity-field, identity-prefix, identity-pattern or identity-ignore-case',
		]);
	});

	it('a roster keyed by mail :: condemns nobody, whatever the history says', () => {
		const byMail = [row('a@x.y'), row('b@x.y')];
		const { identities } = identify([roster(byMail)], people('a', 'b'));
		assert.equal(said(identities), { a: 'unknown?', b: 'unknown?' });
	});

	it('missing from a whole list :: is unknown, by a list that is complete; and not in any other case', () => {
		const rule = { prefix: 'oidc:' };
		const subjects = people('oidc:a', 'oidc:b', 'oidc:gone', 'oidc:never');
		const whole = identify([roster([row('a'), row('b')])], subjects, rule);
		const expected = {
			'oidc:a': 'active',
			'oidc:b': 'active',
			'oidc:gone': 'unknown',
			'oidc:never': 'unknown',
		};
		assert.equal(said(whole.identities), expected);
		const cut = identify([roster([row('a'), row('b')], { isComplete: false })], subjects, rule);
		assert.is(said(cut.identities)['oidc:gone'], 'unknown?');
		const unasked = identify([roster([row('a')])], people('oidc:a', 'gone'), rule);
		assert.equal(said(unasked.identities), { 'oidc:a': 'active', gone: 'unknown?' });
		const asGroup = identify([roster([])], groups('gone'), {});
		assert.equal(said(asGroup.identities), { gone: 'unknown?' });
	});

	it('two rows for one name :: is unknown and a gap', () => {
		const rows = [
			row('Ana', { state: 'deleted' }),
			row('ana'),
			row('bob', { id: '1' }),
			row('bob', { id: '2' }),
		];
		const result = identify([roster(rows)], people('ana', 'bob'), { ignoreCase: true });
		assert.equal(said(result.identities), { ana: 'unknown?', bob: 'unknown?' });
		assert.equal(messages(result), [
			'partial: the roster has several entries that may be one name, or contradict each other, for 2 names, as ana (p.csv:Ana, p.csv:ana)',
		]);
		assert.equal(said(identify([roster(rows)], people('ana')).identities), { ana: 'active' });
	});

	it('two rosters :: must agree', () => {
		const file = roster([row('a'), row('b', { state: 'deleted' }), row('c')]);
		const scim = roster([row('a'), row('b'), row('d')].map(one => ({ ...one, provider: 'scim' as const })));
		const result = identify([scim, file], people('a', 'b', 'c', 'd', 'e'));
		const states = { a: 'active', b: 'unknown?', c: 'active', d: 'active', e: 'unknown' };
		assert.equal(said(result.identities), states);
		assert.is(result.gaps.length, 1);
	});

	it('a date to come, or no word of being active :: is unknown and a gap', () => {
		const rows = [row('a', { state: 'deleted', since: NOW + 1 }), row('b', { state: 'unknown' })];
		const now = row('c', { state: 'disabled', since: NOW });
		const result = identify([roster([...rows, now])], people('a', 'b', 'c'));
		assert.equal(said(result.identities), { a: 'unknown?', b: 'unknown?', c: 'disabled' });
		assert.equal(messages(result), [
			'partial: the roster has a date that is still to come, for 1 name, as a (p.csv:a)',
			'partial: the roster has no word of being active, for 1 name, as b (p.csv:b)',
		]);
	});

	it('users and groups :: are two lists', () => {
		const teams = [
			group('ops'),
			group('x', { id: 'guid-1' }),
			group('two', { id: '1' }),
			group('two', { id: '2' }),
		];
		const content = roster([row('ops', { state: 'deleted' })], { groups: teams, hasGroups: true });
		const subjects = groups('ops', 'guid-1', 'two', 'devs', 'system:masters');
		const result = identify([content], subjects);
		const states = { ops: 'active', 'guid-1': 'active', two: 'unknown?', devs: 'unknown' };
		assert.equal(said(result.identities), states);
		assert.ok(result.identities.every(({ type }) => type === 'group'));
		const unlisted = identify([roster([row('ops')])], [...people('ops'), ...groups('ops')]);
		assert.equal(
			unlisted.identities.map(({ type, state, listComplete }) => [type, state, listComplete]),
			[
				['user', 'active', true],
				['group', 'unknown', false],
			],
		);
	});

	it('groups with a prefix of their own :: go by it, and not by that of users or the pattern', () => {
		const gone = group('ops', { state: 'deleted' });
		const content = roster([row('ann')], { groups: [gone, group('dev')], hasGroups: true });
		const subjects = [...people('oidc:ann'), ...groups('team:ops', 'oidc:ops', 'ops')];
		const by = (options: MatchOptions) => said(identify([content], subjects, options).identities);
		const ann = { 'oidc:ann': 'active' };
		const own = { ...ann, 'team:ops': 'deleted', 'oidc:ops': 'unknown?', ops: 'unknown?' };
		assert.equal(by({ prefix: 'oidc:', groupPrefix: 'team:' }), own);
		assert.equal(by({ pattern: 'oidc:(.+)', groupPrefix: 'team:' }), own);
		assert.equal(by({ prefix: 'oidc:', groupPrefix: '' }), {
			...ann,
			'team:ops': 'unknown',
			'oidc:ops': 'unknown',
			ops: 'deleted',
		});
		assert.equal(by({ prefix: 'oidc:' }), {
			...ann,
			'team:ops': 'unknown?',
			'oidc:ops': 'deleted',
			ops: 'unknown?',
		});
	});

	it("Kubernetes' own users :: are named only where a row names them", () => {
		const result = identify([roster([row('system:robot')])], people('system:robot', 'system:kube-proxy'));
		assert.equal(said(result.identities), { 'system:robot': 'active' });
	});

	it('a roster that was not read :: its own gap, and everybody unknown', () => {
		const own = {
			source: 'identities',
			code: 'forbidden',
			message: 'no',
			permission: '',
			subject: '',
		} as const;
		const content = roster([], { isComplete: false, gaps: [own] });
		const result = identify([content], people('a'));
		assert.equal(said(result.identities), { a: 'unknown?' });
		assert.equal(result.gaps, [own]);
	});

	it('a pattern without end, on a name made for it :: is a gap, not a hang', () => {
		const result = identify([roster([row('ana')])], people('ana', `${'a'.repeat(60)}!`), {
			pattern: '((?:a+)+)',
		});
		assert.ok(Object.values(said(result.identities)).every(state => state === 'unknown?'));
		assert.equal(messages(result), ['timeout: identity-pattern takes too long on names of this cluster']);
	});

	it('names of 10,000 letters, with escapes and like members of objects :: are compared, and shown safely', () => {
		const nasty = ['__proto__', 'constructor', '\u001b[2J<script>', 'x'.repeat(10_000)];
		const rows = nasty.flatMap(name => [row(name, { id: '1' }), row(name, { id: '2' })]);
		const result = identify([roster(rows)], people(...nasty, 'toString'));
		assert.is(result.identities.length, 5);
		assert.ok(result.gaps.every(({ message }) => message.length < 400 && !message.includes('\u001b')));
		const long = identify([roster([row('x')])], people('x'.repeat(10_000)), { pattern: '(x+)' });
		assert.equal(Object.values(said(long.identities)), ['unknown?']);
	});

	it('100,000 rows and 5,000 names :: in a moment', () => {
		const rows = Array.from({ length: 100_000 }, (_, i) => row(`u${i}`));
		const names = people(...Array.from({ length: 5_000 }, (_, i) => `oidc:u${i * 2}`));
		const started = performance.now();
		const { identities } = identify([roster(rows)], names, { pattern: 'oidc:(.+)' });
		assert.ok(identities.every(({ state }) => state === 'active'));
		assert.ok(performance.now() - started < 3_000);
	});
});

describe('createRule', it => {
	const refused: Record<string, [MatchOptions, string]> = {
		'prefix and pattern': [
			{ prefix: 'a', pattern: '(b)' },
			'identity-prefix and identity-pattern exclude each other',
		],
		'no group': [{ pattern: 'abc' }, 'identity-pattern has 0 groups; it takes one, around what is compared'],
		'two groups': [
			{ pattern: '(a)(b)' },
			'identity-pattern has 2 groups; it takes one, around what is compared',
		],
		'no regular expression': [{ pattern: '(a' }, 'identity-pattern is no regular expression'],
		'one that only closes what we open': [{ pattern: 'a)|(b' }, 'identity-pattern is no regular expression'],
		'one that is far too long': [{ pattern: `(${'a'.repeat(600)})` }, 'identity-pattern is too long'],
	};
	for (const [title, [options, message]] of Object.entries(refused)) {
		it(`refuses ${title}`, () =>
			assert.throws(
				() => createRule(options),
				(error: Error & { code: string }) => error.code === 'CONFIG_INVALID' && error.message === message,
			));
	}
});
