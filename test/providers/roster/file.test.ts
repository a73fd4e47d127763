import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScanError } from '../../../src/lib/scan-error.ts';
import { parseIdentities, readIdentities } from '../../../src/providers/roster/file.ts';
import type { MatchField } from '../../../src/providers/roster/row.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { withTempDir } from '../../helpers/temp-dir.ts';

const HEADER = 'username,id,name,displayName,email,externalId,state,since,type';
const users = (text: string, path = 'people.csv', field?: MatchField) =>
	parseIdentities(text, path, field).users.map(
		({ username, state, place }) => `${username} ${state} ${place}`,
	);

function problem(text: string, path = 'p.csv', field?: MatchField): string {
	try {
		parseIdentities(text, path, field);
	} catch (error) {
		assert.instance(error, ScanError);
		assert.is((error as ScanError).code, 'IDENTITIES_INVALID');
		return (error as ScanError).message;
	}
	return 'no error';
}

describe('parseIdentities: CSV', it => {
	it('keeps every column of a row', () =>
		assert.equal(
			parseIdentities(
				`${HEADER}\r\nana,17,ana.diaz,"Díaz, ""Ana""",ana@example.com,e-1,disabled,2026-11-01,user\r\nci,,,,,,active,,robot\r\nops,9,,,,,active,,group\r\n`,
				'people.csv',
			),
			{
				provider: 'file',
				users: [
					{
						provider: 'file',
						id: '17',
						username: 'ana',
						name: 'ana.diaz',
						displayName: 'Díaz, "Ana"',
						emails: ['ana@example.com'],
						externalId: 'e-1',
						state: 'disabled',
						since: 1793491200,
						human: 'yes',
						place: 'people.csv:2',
					},
					{ ...blank, username: 'ci', name: 'ci', human: 'no', place: 'people.csv:3' },
				],
				groups: [{ ...blank, id: '9', username: 'ops', name: 'ops', place: 'people.csv:4', members: [] }],
				gaps: [],
				isComplete: true,
				hasGroups: true,
			},
		));

	const accepted: Record<string, [string, string[]]> = {
		'a byte order mark': ['\ufeffusername,state\na,active', ['a active people.csv:2']],
		'columns in any order, spaces around cells': [
			'state, username\ndeleted , a\n',
			['a deleted people.csv:2'],
		],
		'empty lines': [
			'username,state\n\na,active\n\r\nb,active\n',
			['a active people.csv:3', 'b active people.csv:5'],
		],
		'line ends of old': ['username,state\ra,active\r', ['a active people.csv:2']],
		'line ends inside quotes, which count': [
			'username,state,displayName\na,active,"x\r\ny\nz"\nb,active,""',
			['a active people.csv:2', 'b active people.csv:5'],
		],
		'an empty last cell at the end': ['username,state,type\na,active,', ['a active people.csv:2']],
		'a quoted header': ['"username","state"\n"a,b","active"', ['a,b active people.csv:2']],
		'one row twice': ['username,state\na,active\na,active', ['a active people.csv:2']],
		'one name, one state, two ids': [
			'username,state,id\na,active,1\na,active,2',
			['a active people.csv:2', 'a active people.csv:3'],
		],
		'names like members of every object': [
			'username,state\n__proto__,active\nconstructor,deleted',
			['__proto__ active people.csv:2', 'constructor deleted people.csv:3'],
		],
	};
	for (const [title, [text, rows]] of Object.entries(accepted)) {
		it(`takes ${title}`, () => assert.equal(users(text), rows));
	}

	const refused: Record<string, [string, string]> = {
		'an unknown column': [
			'user_name,state',
			'p.csv:1: there is no column "user_name"; did you mean "username"?',
		],
		'a column far from all': [
			'username,state,department',
			'p.csv:1: there is no column "department"; the columns are username, id, name, displayName, email, externalId, state, since, type',
		],
		'a column twice': ['username,state,state', 'p.csv:1: "state" is there twice'],
		semicolons: ['username;state\na;active', 'p.csv:1: the header is one column, "username;state"'],
		'no text': ['', 'p.csv:1: the file is empty; the first row names the columns'],
		'no rows': ['username,state\n', 'p.csv:1: the file names nobody; an empty roster proves nothing'],
		'no column of states': [
			'username\na',
			'p.csv:2: state is missing; it is one of active, disabled, deleted',
		],
		'an empty state': [
			'username,state\na,',
			'p.csv:2: state is missing; it is one of active, disabled, deleted',
		],
		'an unknown state': [
			'username,state\na,delete',
			'p.csv:2: there is no state "delete"; did you mean "deleted"?',
		],
		'another word for a state': [
			'username,state\na,active\nb,gone',
			'p.csv:3: there is no state "gone"; it is one of active, disabled, deleted',
		],
		'an unknown type': [
			'username,state,type\na,active,robt',
			'p.csv:2: there is no type "robt"; did you mean "robot"?',
		],
		'an empty name': ['username,state\n,active', 'p.csv:2: username is missing'],
		'two states of one name': [
			'username,state\na,active\nb,active\na,deleted',
			'p.csv:4: "a" is "deleted" here and "active" on line 2',
		],
		'a day that is none': [
			'username,state,since\na,deleted,2026-02-30',
			'p.csv:2: since is no RFC 3339 date: "2026-02-30"',
		],
		'a date of other lands': [
			'username,state,since\na,deleted,1.2.2026',
			'p.csv:2: since is no RFC 3339 date: "1.2.2026"',
		],
		'a time without a zone': [
			'username,state,since\na,deleted,2026-02-03T10:00:00',
			'p.csv:2: since is no RFC 3339 date: "2026-02-03T10:00:00"',
		],
		'too many cells': ['username,state\na,active,x', 'p.csv:2: the row has 3 cells where the header has 2'],
		'a quote left open': [
			'username,state\n\n"a,active\nb,active',
			'p.csv:3: a quote is opened here and never closed',
		],
		'text after a quote': ['username,state\n"a"b,active', 'p.csv:2: there is text after a closing quote'],
		'a quote inside a bare cell': [
			'username,state\na"b,active',
			'p.csv:2: a quote inside a cell that does not begin with one',
		],
		'another encoding': [
			`username,state\n${Buffer.from([0x4a, 0xf6, 0x67]).toString('utf8')},active`,
			'p.csv:2: the text is not UTF-8',
		],
		'two bytes a letter': ['u\0s\0e\0r\0', 'p.csv:1: the text is not UTF-8'],
		'escapes of a terminal': [
			'username,state\na,\u001b[2Jx',
			'p.csv:2: there is no state "\\u{1b}[2Jx"; it is one of active, disabled, deleted',
		],
	};
	for (const [title, [text, message]] of Object.entries(refused)) {
		it(`refuses ${title}`, () => assert.is(problem(text), message));
	}

	it('matched by mail :: the column must be filled somewhere, a name may be missing', () => {
		const none = 'p.csv:1: no row has email, by which rows are matched';
		assert.is(problem('username,state\na,active', 'p.csv', 'email'), none);
		const rows = users('email,state\na@b.c,active\n,deleted', 'people.csv', 'email');
		assert.equal(rows, [' active people.csv:2', ' deleted people.csv:3']);
	});

	it('200,000 rows :: in well under a second each of reading and comparing', () => {
		const rows = Array.from({ length: 200_000 }, (_, i) => `"user ${i % 150_000}",active,"a, ""b"""`);
		const started = performance.now();
		const { length } = users(`username,state,displayName\n${rows.join('\n')}`);
		assert.is(length, 150_000);
		assert.ok(performance.now() - started < 10_000);
	});
});

describe('parseIdentities: JSON', it => {
	const row = { username: 'a', state: 'active', email: 'a@b.c', id: '1' };

	it('a list, or a list named identities :: the same rows', () => {
		const expected = ['a active p:3', 'b deleted p:5'];
		const rows =
			'[\n\n{"username":"a","state":"active","email":null},\n\n{"state":"deleted","username":"\\u0062"}]';
		assert.equal(users(rows, 'p'), expected);
		assert.equal(users(` {"identities": ${rows}} `, 'p'), expected);
		assert.equal(users(`\ufeff${JSON.stringify([row])}`, 'x.json'), ['a active x.json:1']);
	});

	const refused: Record<string, [string, string]> = {
		'an unknown key': ['[\n{"user": "a"}]', 'p.json:2: there is no column "user"; the columns are '],
		'a misspelt key': [
			'[{"usrname": "a"}]',
			'p.json:1: there is no column "usrname"; did you mean "username"?',
		],
		'a key twice, the last of which would win': [
			'[{"username":"a",\n"state":"active",\n"state":"deleted"}]',
			'p.json:3: "state" is there twice',
		],
		'an id that is a number': [`[{"username":"a",\n"id": 300000000000000001}]`, 'p.json:2: id is no text'],
		'a state that is a flag': ['[{"state": true}]', 'p.json:1: state is no text'],
		'a nested value': ['[{"username": {"a": 1}}]', 'p.json:1: username is no text'],
		'another top': ['{"users": []}', 'p.json:1: "users" is not "identities"'],
		'an empty list': ['[]', 'p.json:1: the file names nobody; an empty roster proves nothing'],
		'a missing comma': [
			'[{"username":"a"}\n{"username":"b"}]',
			'p.json:2: the file is no JSON list of objects: , or ] is missing here',
		],
		'a comma too many': [
			'[{"username":"a",\n}]',
			'p.json:2: the file is no JSON list of objects: a text in quotes is missing here',
		],
		'a string left open': ['[{"username":"a\n"}]', 'p.json:1: a string is not closed on its line'],
		'a bad escape': [
			'[{"username":"\\x41"}]',
			'p.json:1: a text holds a character or escape that JSON does not allow',
		],
		'text that was cut off': [
			'[{"username":"a","state":"active"}',
			'p.json:1: the file is no JSON list of objects: , or ] is missing here',
		],
		'text after the end': [
			'[{"username":"a","state":"active"}] x',
			'p.json:1: the file is no JSON list of objects: the end is missing here',
		],
		'nothing at all': ['', 'p.json:1: the file is no JSON list of objects: { or [ is missing here'],
	};
	for (const [title, [text, message]] of Object.entries(refused)) {
		it(`refuses ${title}`, () => assert.is(problem(text, 'p.json').slice(0, message.length), message));
	}

	it('a text of megabytes :: is read, and compared with nothing', () => {
		const long = 'x'.repeat(8_000_000);
		assert.is(users(JSON.stringify([{ ...row, displayName: long }]), 'p.json').length, 1);
	});
});

describe('readIdentities', it => {
	it('reads a file :: says so where there is none, or a folder', () =>
		withTempDir(async dir => {
			const path = join(dir, 'people.csv');
			writeFileSync(path, 'username,state\na,deleted\n');
			assert.equal(
				readIdentities(path).users.map(({ state }) => state),
				['deleted'],
			);
			for (const wrong of [`${path}x`, dir]) {
				assert.throws(
					() => readIdentities(wrong),
					(error: ScanError) => error.code === 'FILE_UNREADABLE',
				);
			}
		}));
});

const blank = {
	provider: 'file',
	id: '',
	username: '',
	name: '',
	displayName: '',
	emails: [],
	externalId: '',
	state: 'active',
	since: null,
	human: 'unknown',
	place: '',
};
