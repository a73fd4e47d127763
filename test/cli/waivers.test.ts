import { appendWaiver } from '../../src/cli/append-waiver.ts';
import { parseWaivers } from '../../src/cli/read-waivers.ts';
import type { WaiverInput } from '../../src/cli/waivers-schema.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { assert, describe } from '../helpers/describe.ts';

const FILE = 'waivers.yaml';
const ENTRY = `waivers:
  - id: build
    selector: { policy: privilege/*, cluster: prod }
    reason: moves in May
    owner: build@example.com
    expires: 2027-01-31
`;

const read = (text: string) => parseWaivers(text, FILE).waivers;

/** What `parseWaivers` refuses, without the file's name. */
function refusal(text: string): string {
	try {
		read(text);
	} catch (error) {
		if (error instanceof ScanError) return `${error.code} ${error.message.replace(`${FILE}:`, '')}`;
		throw error;
	}
	return '';
}
const with_ = (from: string, to: string) => refusal(ENTRY.replace(from, to));

describe('parseWaivers', it => {
	it('reads every part, and where it stands', () =>
		assert.equal(
			read(`# ours\nwaivers:
  - id: a.b-1
    selector: {policy: p, cluster: c, subject: s, namespace: n, fingerprint: f, finding: 0123456789abcdef}
    reason: r
    owner: o
    expires: 2027-01-31T12:00:00+01:00
    approver: a
    ticket: "12"
    broad: true
`),
			[
				{
					id: 'a.b-1',
					selector: {
						policy: 'p',
						cluster: 'c',
						subject: 's',
						namespace: 'n',
						fingerprint: 'f',
						finding: '0123456789abcdef',
					},
					reason: 'r',
					owner: 'o',
					expires: 1_801_393_200,
					approver: 'a',
					ticket: '12',
					isBroad: true,
					location: 'waivers.yaml:3',
				},
			],
		));
	it('a day counts whole: it ends at midnight UTC after it', () =>
		assert.is(read(ENTRY)[0]?.expires, Date.UTC(2027, 1, 1) / 1000));
	it('an empty file and an empty list hold none', () =>
		assert.equal(['', '# nothing yet\n', 'waivers:\n', 'waivers: []\n'].map(read), [[], [], [], []]));
	it('a fingerprint as openssl writes it is the same', () => {
		const colons = 'AB:'.repeat(32).slice(0, -1);
		const of = (fingerprint: string) =>
			read(ENTRY.replace('{ policy: privilege/*, cluster: prod }', `{ fingerprint: "${fingerprint}" }`))[0]
				?.selector.fingerprint;
		assert.equal([colons, `x509:${'ab'.repeat(32)}`, 'secret:1'].map(of), [
			'ab'.repeat(32),
			'ab'.repeat(32),
			'secret:1',
		]);
	});

	const REFUSED: [title: string, from: string, to: string, problem: string][] = [
		['unknown key', 'owner', 'ownr', '5: unknown key "ownr", did you mean owner? (and 1 more)'],
		['unknown part', 'cluster:', 'clutser:', '3: unknown key "clutser", did you mean cluster?'],
		[
			'no part',
			'{ policy: privilege/*, cluster: prod }',
			'{}',
			'3: waivers.0.selector: selects nothing: name at least one part',
		],
		['no reason', '    reason: moves in May\n', '', '2: waivers.0.reason: is missing'],
		[
			'three keys that are missing, by name',
			'    reason: moves in May\n    owner: build@example.com\n    expires: 2027-01-31\n',
			'',
			'2: waivers.0: reason, owner and expires are missing',
		],
		['an empty reason', 'moves in May', '" "', '4: waivers.0.reason: is empty'],
		['a reason nobody can see', 'moves in May', '"\\u200b\\u2060\\x07 "', '4: waivers.0.reason: is empty'],
		['an owner nobody can see', 'build@example.com', '"\\ufeff\\u00ad"', '5: waivers.0.owner: is empty'],
		[
			'a day that no calendar has',
			'2027-01-31',
			'2027-02-30',
			'6: waivers.0.expires: no time: "2027-02-30"; write it as 2026-11-22, or as 2026-11-22T00:00:00Z',
		],
		[
			'a number where text belongs',
			'moves in May',
			'12',
			'4: waivers.0.reason: is no text: write it in quotes',
		],
		[
			'an id for a path',
			'id: build',
			'id: ../build',
			'2: waivers.0.id: takes letters, digits, . _ and -, at most 100',
		],
		[
			'a finding that is none',
			'cluster: prod',
			'finding: xyz',
			'3: waivers.0.selector.finding: no id of a finding: 16 digits and letters a to f',
		],
		[
			'broad as a word',
			'owner:',
			'broad: yes\n    owner:',
			'5: waivers.0.broad: Invalid input: expected boolean, received string',
		],
	];
	for (const [title, from, to, problem] of REFUSED)
		it(`refuses ${title}`, () => assert.is(with_(from, to), `WAIVERS_INVALID ${problem}`));
	it('refuses an id twice', () =>
		assert.is(
			refusal(ENTRY + ENTRY.slice(ENTRY.indexOf('  - '))),
			'WAIVERS_INVALID 7: two waivers have the id build; the first is on line 2',
		));
	it('hostile text :: names no part of an object', () =>
		assert.match(
			with_('owner:', '__proto__: { isBroad: true }\n    owner:'),
			/^WAIVERS_INVALID 5: unknown key/,
		));
	it('hostile text :: aliases that multiply', () => {
		const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
		for (let n = 1; n < 10; n++) bomb.push(`a${n}: &a${n} [${`*a${n - 1},`.repeat(10)}]`);
		assert.match(refusal(bomb.join('\n')), /^WAIVERS_INVALID 1: /);
	});
	it('hostile text :: nested without end', () =>
		assert.is(
			refusal(`waivers: ${'['.repeat(1_000_000)}`),
			'WAIVERS_INVALID 1: the waivers file is nested too deeply',
		));
	it('hostile text :: a selector of 10,000 stars', () =>
		assert.match(with_('privilege/*', `"${'*'.repeat(10_000)}"`), /3: .*takes at most 500 characters/));
	it('hostile text :: a name that moves the cursor is shown escaped', () =>
		assert.match(with_('owner:', '"\\e[2J": 1\n    owner:'), /unknown key "\\\\u\{1b\}\[2J"/));
});

const NEW: WaiverInput = {
	id: 'new',
	selector: { policy: 'a/b', finding: '0123456789012345' },
	reason: 'two\nlines',
	owner: 'ops@example.com',
	expires: '2027-01-31',
};
const ADDED = `  # what it is about
  - id: new
    selector:
      policy: a/b
      finding: "0123456789012345"
    reason: |-
      two
      lines
    owner: ops@example.com
    expires: 2027-01-31
`;
const append = (text: string) => appendWaiver(text, FILE, NEW, 'what it is about');

describe('appendWaiver', it => {
	it('begins a file', () => {
		const { text, line, added } = append('');
		assert.is(text, `waivers:\n${ADDED}`);
		assert.is(line, 3);
		assert.match(added, /^- id: new\n {2}selector:/);
	});
	const KEPT = {
		'comments and odd layout': `# head\n\nwaivers:   # list\n\n  - id:   "build"   # who\n    selector:   {policy: "a/*",cluster: c}\n    reason: >\n      a long\n      text\n    owner: 'o'\n    expires: 2027-01-31   # soon\n\n  # tail\n`,
		'no end of line at its end': ENTRY.trimEnd(),
		'a file of comments': '# nothing yet\n',
		'a list still empty': '# head\nwaivers:\n',
	};
	for (const [title, text] of Object.entries(KEPT))
		it(`keeps to the byte :: ${title}`, () => {
			const after = append(text).text;
			assert.ok(after.startsWith(text));
			assert.equal(
				read(after).map(({ id }) => id),
				[...read(text).map(({ id }) => id), 'new'],
			);
		});
	it('follows the indentation of the list', () => {
		const flush = ENTRY.replaceAll('\n  ', '\n');
		assert.is(append(flush).text, flush + ADDED.replaceAll(/^ {2}/gm, ''));
	});
	it('follows Windows ends of line', () => {
		const text = ENTRY.replaceAll('\n', '\r\n');
		assert.is(append(text).text, text + ADDED.replaceAll('\n', '\r\n'));
	});
	it('lays a list in one line out, and keeps comments', () => {
		const { text } = append('# head\nwaivers: [] # none\n');
		assert.match(text, /^# head\nwaivers:/);
		assert.match(text, /# none/);
		assert.equal(
			read(text).map(({ id }) => id),
			['new'],
		);
	});
	it('adds to no file that is malformed', () =>
		assert.throws(() => append('waivers: 1\n'), /expected array/));
	it('what it writes is what is read', () =>
		assert.equal(read(append(ENTRY).text)[1], {
			id: 'new',
			selector: {
				policy: 'a/b',
				cluster: null,
				subject: null,
				namespace: null,
				fingerprint: null,
				finding: '0123456789012345',
			},
			reason: 'two\nlines',
			owner: 'ops@example.com',
			expires: Date.UTC(2027, 1, 1) / 1000,
			approver: '',
			ticket: '',
			isBroad: false,
			location: 'waivers.yaml:8',
		}));
});
