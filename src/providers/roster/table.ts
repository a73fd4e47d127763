import { nearest } from '../../lib/nearest.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { oneLine } from '../../lib/text.ts';

/** Columns of a CSV roster and keys of a JSON one. */
export const columns = [
	'username',
	'id',
	'name',
	'displayName',
	'email',
	'externalId',
	'state',
	'since',
	'type',
] as const;
export type Column = (typeof columns)[number];

/** One row of a file, before its words are read. */
export interface Cells {
	line: number;
	/** Without the spaces around it; empty where the row says nothing. */
	cell: (column: Column) => string;
}

/** A roster file's mistake, at its place. */
export type Fail = (line: number, problem: string, hint?: string) => ScanError;

/** How mistakes of one file are told. */
export function failIn(path: string): Fail {
	return (line, problem, hint = 'the columns are in the README under "Who is still here"') =>
		new ScanError('IDENTITIES_INVALID', `${oneLine(path)}:${line}: ${problem}`, { hint });
}

/** The column of that name. @throws {ScanError} IDENTITIES_INVALID with the nearest right one. */
export function toColumn(word: string, line: number, taken: ReadonlySet<string>, fail: Fail): Column {
	const shown = `"${oneLine(word, 60)}"`;
	const column = columns.find(name => name === word);
	if (column === undefined) {
		const near = nearest(word, columns);
		const next = near === null ? `the columns are ${columns.join(', ')}` : `did you mean "${near}"?`;
		throw fail(line, `there is no column ${shown}; ${next}`);
	}
	if (taken.has(column)) throw fail(line, `${shown} is there twice`);
	return column;
}
