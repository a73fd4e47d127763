import { formatDay, parseDay, parseRfc3339 } from '../../lib/epoch.ts';
import { nearest } from '../../lib/nearest.ts';
import { oneLine } from '../../lib/text.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import { readSmallFile } from '../read-file.ts';
import { readCsv } from './csv.ts';
import { readJsonRows } from './json.ts';
import { type MatchField, matchedValues, type RosterContent, type RosterRow } from './row.ts';
import { type Cells, type Column, columns, type Fail, failIn } from './table.ts';

/** A quarter of a million people with all columns. */
const MAX_BYTES = 64_000_000;

const states = ['active', 'disabled', 'deleted'] as const;
const types = ['user', 'robot', 'group'] as const;
const HUMAN = { user: 'yes', robot: 'no' } as const;
const COLUMN = { userName: 'username', email: 'email', externalId: 'externalId' } as const;

/**
 * Reads `--identities FILE`: people, robots and groups with what became of them.
 * @throws {ScanError} FILE_UNREADABLE; IDENTITIES_INVALID with file, line and the nearest right word.
 */
export function readIdentities(path: string, field: MatchField = 'userName'): RosterContent {
	const { text } = readSmallFile(path, MAX_BYTES);
	return parseIdentities(text, path, field);
}

/** The same, of a text. @throws {ScanError} IDENTITIES_INVALID */
export function parseIdentities(text: string, path: string, field: MatchField = 'userName'): RosterContent {
	const fail = failIn(path);
	refuseOtherEncodings(text, fail);
	const content = text.replace(/^\ufeff/, '');
	const isJson = /\.json$/i.test(path) || /^\s*[[{]/.test(content);
	const cells = isJson ? readJsonRows(content, fail) : readCsv(content, fail);
	if (cells.length === 0) throw fail(1, 'the file names nobody; an empty roster proves nothing');
	const key = COLUMN[field];
	const rows = distinct(cells, fail).map(row => {
		const isGroup = readWord(row, 'type', types, fail) === 'group';
		return { isGroup, row: toRow(row, isGroup ? 'username' : key, path, fail) };
	});
	const users = rows.filter(({ isGroup }) => !isGroup).map(({ row }) => row);
	const groups = rows.filter(({ isGroup }) => isGroup).map(({ row }) => ({ ...row, members: [] }));
	if (users.length > 0 && users.every(row => matchedValues(row, field).length === 0)) {
		throw fail(
			1,
			`no row has ${key}, by which rows are matched`,
			'fill that column, or set --identity-field',
		);
	}
	return { provider: 'file', users, groups, gaps: [], isComplete: true, hasGroups: groups.length > 0 };
}

/** Letters of another encoding would only look like names that nobody has. */
function refuseOtherEncodings(text: string, fail: Fail): void {
	const at = text.search(/[\0\ufffd]/);
	if (at === -1) return;
	const line = text.slice(0, at).split('\n').length;
	throw fail(line, 'the text is not UTF-8', 'save it as "CSV UTF-8"');
}

function toRow(row: Cells, required: Column, path: string, fail: Fail): RosterRow {
	const { line, cell } = row;
	// Not everybody has a mail address; a name that is left out is a mistake.
	if (required === 'username' && cell(required) === '') throw fail(line, 'username is missing');
	const state = readWord(row, 'state', states, fail);
	if (state === null) throw fail(line, `state is missing; it is one of ${states.join(', ')}`);
	const type = readWord(row, 'type', types, fail);
	const email = cell('email');
	return {
		provider: 'file',
		id: cell('id'),
		username: cell('username'),
		name: cell('name') || cell('username'),
		displayName: cell('displayName'),
		emails: email === '' ? [] : [email],
		externalId: cell('externalId'),
		state,
		since: readSince(row, fail),
		human: type === null || type === 'group' ? 'unknown' : HUMAN[type],
		place: `${path}:${line}`,
	};
}

function readWord<T extends string>(row: Cells, column: Column, words: readonly T[], fail: Fail): T | null {
	const word = row.cell(column);
	if (word === '') return null;
	const known = words.find(candidate => candidate === word);
	if (known !== undefined) return known;
	const near = nearest(word, words);
	const next = near === null ? `it is one of ${words.join(', ')}` : `did you mean "${near}"?`;
	throw fail(row.line, `there is no ${column} "${oneLine(word, 60)}"; ${next}`);
}

function readSince({ line, cell }: Cells, fail: Fail): EpochSeconds | null {
	const text = cell('since');
	if (text === '') return null;
	const day = parseDay(text.slice(0, 10));
	const moment = text.length === 10 ? day : parseRfc3339(text);
	// Date reads 30 February as 2 March.
	if (day === null || moment === null || formatDay(day) !== text.slice(0, 10)) {
		const example = '2026-11-22 or 2026-11-22T16:00:00Z';
		throw fail(line, `since is no RFC 3339 date: "${oneLine(text, 40)}"`, `write it as ${example}`);
	}
	return moment;
}

/** Each row once: a row may be there twice, but not with two states under one name. */
function distinct(rows: Cells[], fail: Fail): Cells[] {
	const named = new Map<string, Cells>();
	const seen = new Set<string>();
	return rows.filter(row => {
		const { line, cell } = row;
		const username = cell('username');
		const first = named.get(username);
		if (first === undefined && username !== '') named.set(username, row);
		if (first !== undefined && first.cell('state') !== cell('state')) {
			const problem = `is "${oneLine(cell('state'), 20)}" here and "${oneLine(first.cell('state'), 20)}" on line ${first.line}`;
			throw fail(line, `"${oneLine(username, 60)}" ${problem}`, 'keep one of them');
		}
		const text = JSON.stringify(columns.map(cell));
		return !seen.has(text) && seen.add(text);
	});
}
