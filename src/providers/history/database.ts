import { randomUUID } from 'node:crypto';
import { constants, existsSync, rmSync } from 'node:fs';
import { access, chmod, copyFile, mkdtemp, open, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import pLimit from 'p-limit';
import { describeFailure } from '../../lib/api-error.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { oneLine } from '../../lib/text.ts';

/** What a statement is given in place of its `$names`: no value is ever a part of its text. */
export type Params = Record<string, string | number | null>;
/** What a statement answers: times and counts as numbers. */
export type Row = Record<string, unknown>;

/** A file of DuckDB that this process alone has open. */
export interface Database {
	/** It was made just now. */
	isNew: boolean;
	all(sql: string, params?: Params): Promise<Row[]>;
	/** Adds rows to a temporary table. */
	append(table: string, rows: (string | number | null)[][]): Promise<void>;
	/** All statements or none. */
	transaction(statements: { sql: string; params?: Params }[]): Promise<void>;
	/** @param isKept false takes a new file away again. */
	close(isKept: boolean): void;
}

/** Nothing but its own file is read or written, and nothing is ever fetched. */
const SETTINGS = {
	threads: '2',
	memory_limit: '256MB',
	preserve_insertion_order: 'false',
	autoinstall_known_extensions: 'false',
	autoload_known_extensions: 'false',
	allow_community_extensions: 'false',
	enable_external_access: 'false',
	lock_configuration: 'true',
};

/** Of what is there while a run lasts. */
const FOLDER = '.kubelapse-history-';

/** Within one process the file system's lock does not tell two users apart. */
const opened = new Set<string>();

/**
 * Opens a file, and makes one for its owner alone where there is none.
 * @throws {ScanError} HISTORY_INVALID, HISTORY_LOCKED, FILE_UNREADABLE, OUTPUT_UNWRITABLE
 */
export async function openDatabase(path: string): Promise<Database> {
	// Before anything else: whoever closes a file gives up all locks that the process has on it.
	const real = await realPath(path);
	if (opened.has(real)) throw locked(path, null);
	opened.add(real);
	try {
		return await openAlone(path, real);
	} catch (error) {
		opened.delete(real);
		throw toScanError(path, error);
	}
}

async function openAlone(path: string, real: string): Promise<Database> {
	const isNew = await check(path);
	const { DuckDBInstance } = await import('@duckdb/node-api');
	if (isNew) await create(path, async file => (await DuckDBInstance.create(file)).closeSync());
	// What does not fit into memory, for its owner alone too.
	const overflow = await mkdtemp(join(dirname(real), FOLDER));
	const clear = () => rmSync(overflow, { recursive: true, force: true });
	const instance = await DuckDBInstance.create(real, { temp_directory: overflow, ...SETTINGS }).catch(
		error => {
			clear();
			throw error;
		},
	);
	const connection = await instance.connect();
	return {
		isNew,
		...statements(connection, real),
		close: isKept => {
			connection.closeSync();
			instance.closeSync();
			opened.delete(real);
			clear();
			if (!isKept && isNew) rmSync(real, { force: true });
		},
	};
}

/** The same for all ways to name a file, also where it is still to be made. */
async function realPath(path: string): Promise<string> {
	const target = resolve(path);
	const folder = () => realpath(dirname(target)).then(real => join(real, basename(target)));
	return realpath(target)
		.catch(folder)
		.catch(() => target);
}

/** Whether the file is still to be made. What is no database must not get as far as being taken for one. */
async function check(path: string): Promise<boolean> {
	// DuckDB takes what follows for options, and puts its log beside another name.
	if (/[?\0]/.test(path))
		throw new ScanError('USAGE', `--history ${oneLine(path)}: the name cannot hold a question mark`);
	const info = await stat(path).catch(cause => {
		if (cause.code === 'ENOENT') return null;
		throw unreadable(path, cause);
	});
	if (info === null) return true;
	if (!info.isFile()) throw foreign(path, info.isDirectory() ? 'is a folder' : 'is no regular file');
	const file = await open(path, constants.O_RDWR).catch(cause => {
		throw unreadable(path, cause);
	});
	try {
		const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0);
		if (bytesRead < 12 || buffer.toString('latin1', 8) !== 'DUCK') throw foreign(path, 'is no DuckDB file');
	} finally {
		await file.close();
	}
	return false;
}

/** DuckDB makes files that others may read: ours is made where nobody looks, and comes to its place whole. */
async function create(path: string, make: (file: string) => Promise<void>): Promise<void> {
	const target = resolve(path);
	try {
		await access(dirname(target), constants.W_OK);
		const folder = await mkdtemp(join(dirname(target), FOLDER));
		try {
			const file = join(folder, randomUUID());
			await make(file);
			await chmod(file, 0o600);
			await copyFile(file, target, constants.COPYFILE_EXCL);
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	} catch (cause) {
		const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
		if (code === 'EEXIST') throw locked(path, cause);
		const message = `cannot make the history file ${oneLine(path)} (${code})`;
		throw new ScanError('OUTPUT_UNWRITABLE', message, {
			hint: 'name a file in a folder that exists and can be written',
			cause,
		});
	}
}

function statements(
	connection: DuckDBConnection,
	path: string,
): Pick<Database, 'all' | 'append' | 'transaction'> {
	// Clusters come side by side; a connection does one thing at a time.
	const queue = pLimit(1);
	const run = async (sql: string, params: Params = {}) => {
		const reader = await connection.runAndReadAll(sql, params as Record<string, DuckDBValue>);
		return reader.getRowObjectsJS().map(toRow);
	};
	return {
		all: (sql, params) => queue(() => run(sql, params)),
		append: (table, rows) => queue(() => append(connection, table, rows)),
		transaction: list =>
			queue(async () => {
				const log = `${path}.wal`;
				// Else DuckDB makes it, for all to read.
				if (!existsSync(log)) await writeFile(log, '', { mode: 0o600, flag: 'wx' });
				await run('BEGIN');
				try {
					for (const { sql, params } of list) await run(sql, params);
					await run('COMMIT');
				} catch (error) {
					await run('ROLLBACK').catch(() => undefined); // it may have ended by itself
					throw error;
				}
			}),
	};
}

async function append(connection: DuckDBConnection, table: string, rows: (string | number | null)[][]) {
	if (rows.length === 0) return;
	const appender = await connection.createAppender(table, 'main', 'temp');
	for (const row of rows) {
		for (const value of row) {
			if (value === null) appender.appendNull();
			else if (typeof value === 'string') appender.appendVarchar(value);
			else appender.appendBigInt(BigInt(Math.trunc(value)));
		}
		appender.endRow();
	}
	appender.closeSync();
}

function toRow(row: Record<string, unknown>): Row {
	const entries = Object.entries(row);
	return Object.fromEntries(
		entries.map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
	);
}

function toScanError(path: string, cause: unknown): ScanError {
	if (cause instanceof ScanError) return cause;
	const { message } = describeFailure(cause);
	return /Could not set lock|Conflicting lock/.test(message)
		? locked(path, cause)
		: foreign(path, `cannot be opened (${oneLine(message, 300)})`, cause);
}

function locked(path: string, cause: unknown): ScanError {
	return new ScanError('HISTORY_LOCKED', `another run has the history file ${oneLine(path)} open`, {
		hint: 'wait until it has ended, or give this run a file of its own',
		cause,
	});
}

/** The file is not what it has to be. */
export function foreign(path: string, problem: string, cause?: unknown): ScanError {
	return new ScanError('HISTORY_INVALID', `the history file ${oneLine(path)} ${problem}`, {
		hint: 'name a file that kubelapse made, or one that does not exist yet',
		cause,
	});
}

function unreadable(path: string, cause: unknown): ScanError {
	const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
	return new ScanError('FILE_UNREADABLE', `cannot open the history file ${oneLine(path)} (${code})`, {
		hint: 'it must be readable and writable for whoever scans',
		cause,
	});
}
