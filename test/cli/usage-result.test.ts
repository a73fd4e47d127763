import { ofSubject, type Resolved, resolveSubject } from '../../src/cli/usage-result.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import type { Report } from '../../src/model/report.ts';
import { assert, describe } from '../helpers/describe.ts';
import { credential, finding, identity, NOW, report, subject } from '../reporters/fixtures/report.ts';

const ALICE = `X509SHA256=${'ab'.repeat(32)}`;
const secret = {
	origin: 'secret',
	path: '',
	line: 0,
	namespace: 'ci',
	name: 't',
	mode: null,
	ownerUid: null,
} as const;
const about = (uid: string, name: string) => subject({ uid, identity: name });

const REPORT: Report = report({
	findings: [
		finding({ id: '0123456789abcdef', subject: about(credential().uid, 'alice') }),
		finding({ id: '0123456799999999', subject: about('gone', 'group:ops') }),
		finding({ id: 'aaaaaaaaaaaaaaaa', subject: about('grant', 'bob') }),
		finding({ id: 'bbbbbbbbbbbbbbbb', subject: about('cluster', '') }),
	],
	credentials: [
		credential(),
		credential({
			uid: 'secret:77',
			kind: 'token_secret',
			certificate: null,
			username: 'robot',
			locations: [secret],
		}),
		credential({ uid: 'where:1', kind: 'exec_plugin', certificate: null, username: 'carol', locations: [] }),
	],
	identities: [identity({ id: 'bob' })],
});

const brief = ({ subject: { kind, id }, holder, uses }: Resolved) => [
	kind,
	id,
	holder,
	...uses.map(use => use.id),
];
const resolved = (word: string) => {
	try {
		return brief(resolveSubject(word, REPORT));
	} catch (error) {
		return error instanceof ScanError ? error.code : error;
	}
};

describe('resolveSubject', it => {
	const uid = credential().uid;
	const cases: [string, unknown][] = [
		['0123456789abcdef', ['credential', ALICE, 'alice', uid]],
		['0123456789', ['credential', ALICE, 'alice', uid]],
		['01234567', 'USAGE'],
		['0123456799999999', 'USAGE'],
		['aaaaaaaa', ['username', 'bob', '', 'bob']],
		['bbbbbbbb', 'USAGE'],
		['cccccccc', ['username', 'cccccccc', '']],
		['secret:77', ['token_secret', 'ci/t', 'robot', 'secret:77']],
		['secret/ci/t', ['token_secret', 'ci/t', 'robot', 'secret:77']],
		['secret:78', 'USAGE'],
		['where:1', ['username', 'carol', '', 'where:1']],
		['ab'.repeat(32), ['credential', ALICE, 'alice', uid]],
		['cd'.repeat(32), ['credential', `X509SHA256=${'cd'.repeat(32)}`, '']],
		['alice', ['username', 'alice', '', uid]],
	];
	for (const [word, right] of cases) it(`resolves ${word}`, () => assert.equal(resolved(word), right));

	it('says when the run was', () => assert.is(resolveSubject('alice', REPORT).now, NOW));
});

describe('ofSubject', it => {
	it('takes a username that looks like a finding for a username', () =>
		assert.equal(brief(ofSubject({ kind: 'username', id: '0123456789abcdef' }, REPORT)), [
			'username',
			'0123456789abcdef',
			'',
		]));
});
