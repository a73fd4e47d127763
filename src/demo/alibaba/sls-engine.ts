import { type DuckDBConnection, DuckDBInstance, StatementType } from '@duckdb/node-api';
import type { EpochSeconds } from '../../model/facts.ts';
import {
	DELIMITERS,
	type IndexedFields,
	quoteName,
	quoteText,
	SearchError,
	searchCondition,
} from './sls-search.ts';

/** One log as the store keeps it: every value is text. */
export type LogRow = Record<string, string>;

/** The logs of all logstores, behind a query language: searches by words, then SQL on what they found. */
export interface LogEngine {
	has(logstore: string): boolean;
	fill(logstore: string, fields: IndexedFields, rows: LogRow[]): Promise<void>;
	/** @throws {SearchError} on what the service refuses. */
	query(logstore: string, query: LogQuery): Promise<LogAnswer>;
	close(): void;
}

export interface LogQuery {
	/** `SEARCH` or `SEARCH | SELECT …`. */
	text: string;
	from: EpochSeconds;
	/** Not included. */
	to: EpochSeconds;
	/** What is not indexed is no column. */
	fields: IndexedFields;
	/** Of searches alone. */
	line: number;
	offset: number;
	isReverse: boolean;
}

export interface LogAnswer {
	rows: LogRow[];
	columns: string[];
	types: string[];
	/** Logs that the search found. */
	found: number;
	search: string;
	/** Empty where the query has none. */
	sql: string;
}

/** Names of the service's SQL for what DuckDB calls otherwise. */
const MACROS = [
	'regexp_like(s, p) AS regexp_matches(s, p)',
	'approx_distinct(x) AS approx_count_distinct(x)',
	'array_join(a, s) AS array_to_string(a, s)',
	'slice(a, f, n) AS list_slice(a, f, f + n - 1)',
	'cardinality(x) AS len(x)',
	'from_unixtime(x) AS to_timestamp(x)',
	'to_unixtime(x) AS epoch(x)',
	'json_extract_scalar(j, p) AS json_extract_string(j, p)',
	`words(x) AS regexp_split_to_array(lower(x), ${quoteText(`[${DELIMITERS.replace(/[[\]\\]/g, '\\$&')}]+`)})`,
];

/** Starts one; it reads and writes no file. */
export async function createLogEngine(): Promise<LogEngine> {
	const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
	const setup = await instance.connect();
	for (const macro of MACROS) await setup.run(`CREATE MACRO ${macro}`);
	for (const setting of ['enable_external_access = false', 'lock_configuration = true'])
		await setup.run(`SET ${setting}`);
	const filled = new Set<string>();
	return {
		has: logstore => filled.has(logstore),
		fill: async (logstore, fields, rows) => {
			await fill(setup, logstore, fields, rows);
			filled.add(logstore);
		},
		query: async (logstore, query) => {
			// A view of its own for each: queries go on at once.
			const connection = await instance.connect();
			try {
				return await run(connection, logstore, query);
			} finally {
				connection.closeSync();
			}
		},
		close: () => {
			setup.closeSync();
			instance.closeSync();
		},
	};
}

async function fill(
	connection: DuckDBConnection,
	logstore: string,
	fields: IndexedFields,
	rows: LogRow[],
): Promise<void> {
	const columns = Object.entries({ ...fields, __time__: 'long' as const });
	const types = columns.map(([name, kind]) => [name, kind === 'long' ? 'BIGINT' : 'VARCHAR']);
	const table = quoteName(logstore);
	await connection.run(
		`CREATE OR REPLACE TABLE ${table} (${types.map(([name = '', type]) => `${quoteName(name)} ${type}`).join(', ')})`,
	);
	const shape = quoteText(JSON.stringify([Object.fromEntries(types)]));
	await connection.run(
		`INSERT INTO ${table} SELECT unnest(from_json($1::JSON, ${shape}), recursive := true)`,
		[JSON.stringify(rows)],
	);
}

async function run(connection: DuckDBConnection, logstore: string, query: LogQuery): Promise<LogAnswer> {
	const bar = barOf(query.text);
	const search = (bar < 0 ? query.text : query.text.slice(0, bar)).trim();
	const sql = bar < 0 ? '' : query.text.slice(bar + 1).trim();
	const table = quoteName(logstore);
	const condition = searchCondition(search, query.fields, table);
	const columns = [...Object.keys(query.fields), '__time__'].map(quoteName).join(', ');
	const range = `__time__ >= ${Math.trunc(query.from)} AND __time__ < ${Math.trunc(query.to)}`;
	await connection.run(
		`CREATE TEMP VIEW log AS SELECT ${columns} FROM ${table} WHERE ${range} AND ${condition}`,
	);
	const [[found]] = (await connection.runAndReadAll('SELECT count(*) FROM log')).getRowsJson() as [[string]];
	const order = query.isReverse ? 'DESC' : 'ASC';
	const text =
		sql === ''
			? `SELECT * FROM log ORDER BY __time__ ${order} LIMIT ${query.line} OFFSET ${query.offset}`
			: limited(sql);
	return { ...(await select(connection, text)), found: Number(found), search, sql };
}

/** The bar that stands in no quotes. */
function barOf(text: string): number {
	let isQuoted = false;
	for (let at = 0; at < text.length; at++) {
		if (isQuoted && text[at] === '\\') at++;
		else if (text[at] === '"') isQuoted = !isQuoted;
		else if (text[at] === '|' && !isQuoted) return at;
	}
	return -1;
}

/** 100 rows unless it says how many; `LIMIT 10, 20` leaves out ten. */
function limited(sql: string): string {
	const plain = sql.replace(/;\s*$/, '');
	const [all, offset, count] = /\blimit\s+(?:(\d+)\s*,\s*)?(\d+)\s*$/i.exec(plain) ?? [];
	if (all === undefined) return `${plain} LIMIT 100`;
	return offset === undefined ? plain : `${plain.slice(0, -all.length)}LIMIT ${count} OFFSET ${offset}`;
}

async function select(
	connection: DuckDBConnection,
	text: string,
): Promise<Pick<LogAnswer, 'rows' | 'columns' | 'types'>> {
	try {
		const statements = await connection.extractStatements(text);
		const prepared = statements.count === 1 ? await statements.prepare(0) : null;
		if (prepared?.statementType !== StatementType.SELECT) throw new Error('only one SELECT is allowed');
		const read = await prepared.runAndReadAll();
		const columns = read.columnNames();
		const rows = read
			.getRowsJson()
			.map(row => Object.fromEntries(columns.map((name, at) => [name, asText(row[at])])));
		return { rows, columns, types: read.columnTypes().map(type => String(type).toLowerCase()) };
	} catch (error) {
		const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
		const column = /Referenced column "(.*)" not found/.exec(message)?.[1];
		throw new SearchError(
			column === undefined
				? message
				: `Column '${column}' cannot be resolved;please add the column in the index attribute`,
			{ cause: error },
		);
	}
}

function asText(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
