import type { Database } from './database.ts';
import { projectEvents } from './events.ts';
import type { LogFile, LogFormat } from './files.ts';

const OTHERS = ['lists', 'documents', 'array'] as const satisfies LogFormat[];

/**
 * Reads the files again that hold lines which are no event, in the other formats. @returns the files with the format
 * that shows most events of each, or null where that is the one they were read in.
 */
export async function lookAgain(
	database: Database,
	files: LogFile[],
	signal: AbortSignal,
): Promise<LogFile[] | null> {
	const suspects = await database.all<{ path: string; events: number }>(
		`SELECT file AS path, coalesce(sum(n) FILTER (class > 0), 0) AS events FROM fold WHERE level = 'hour' GROUP BY file HAVING count(*) FILTER (class = 0) > 0`,
	);
	const better = new Map<string, LogFormat>();
	for (const { path, events } of suspects) {
		const file = files.find(one => one.path === path);
		if (file === undefined) continue;
		let most = events;
		for (const format of OTHERS.filter(other => other !== file.format)) {
			const count = await countEvents(database, { ...file, format }, signal);
			if (count > most) better.set(path, format);
			most = Math.max(most, count);
		}
	}
	if (better.size === 0) return null;
	return files.map(file => ({ ...file, format: better.get(file.path) ?? file.format }));
}

async function countEvents(database: Database, file: LogFile, signal: AbortSignal): Promise<number> {
	const { sql, values } = projectEvents(database, [file]);
	try {
		const [row] = await database.all<{ n: number }>(
			`SELECT CAST(count(*) AS DOUBLE) AS n FROM (${sql}) WHERE is_event`,
			values,
		);
		return row?.n ?? 0;
	} catch {
		signal.throwIfAborted();
		return 0;
	}
}
