import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';

/** Limits of one reading. */
export interface DatabaseLimits {
	signal: AbortSignal;
	/** What DuckDB may hold before it writes to a folder of its own; 360 where it is not said. */
	memoryLimitMb?: number;
	threads?: number;
}

/** One in-memory database. Values reach it as parameters alone. */
export interface Database {
	run: (sql: string, values?: Record<string, DuckDBValue>) => Promise<void>;
	/** Rows as JSON holds them, with numbers where the query says DOUBLE or INTEGER. */
	all: <Row>(sql: string, values?: Record<string, DuckDBValue>) => Promise<Row[]>;
	list: (values: readonly string[]) => DuckDBValue;
}

/** Runs `work` with a database that reaches no network, and leaves nothing behind. */
export async function withDatabase<T>(
	{ signal, memoryLimitMb = 360, threads }: DatabaseLimits,
	work: (database: Database) => Promise<T>,
): Promise<T> {
	signal.throwIfAborted();
	// Loaded here alone: 70 MB, and 0.3 s.
	const { DuckDBInstance, listValue } = await import('@duckdb/node-api');
	const folder = await mkdtemp(join(tmpdir(), 'kubelapse-audit-'));
	try {
		const instance = await DuckDBInstance.create(':memory:', {
			memory_limit: `${memoryLimitMb}MiB`,
			temp_directory: folder,
			extension_directory: folder,
			preserve_insertion_order: 'false',
			autoinstall_known_extensions: 'false',
			autoload_known_extensions: 'false',
			allow_community_extensions: 'false',
			...(threads === undefined ? {} : { threads: String(threads) }),
		});
		const connection = await instance.connect();
		const interrupt = () => connection.interrupt();
		signal.addEventListener('abort', interrupt);
		try {
			return await work(databaseOf(connection, signal, texts => listValue([...texts])));
		} finally {
			signal.removeEventListener('abort', interrupt);
			connection.closeSync();
			instance.closeSync();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function databaseOf(connection: DuckDBConnection, signal: AbortSignal, list: Database['list']): Database {
	const abortable = async <T>(query: () => Promise<T>): Promise<T> => {
		signal.throwIfAborted();
		try {
			return await query();
		} finally {
			// "INTERRUPT Error" says less than whoever interrupted.
			signal.throwIfAborted();
		}
	};
	return {
		list,
		run: async (sql, values) => {
			await abortable(() => connection.run(sql, values));
		},
		all: <Row>(sql: string, values?: Record<string, DuckDBValue>) =>
			abortable(async () => {
				const reader = await connection.runAndReadAll(sql, values);
				return reader.getRowObjectsJson() as Row[]; // the shape is that of the query beside the call
			}),
	};
}
