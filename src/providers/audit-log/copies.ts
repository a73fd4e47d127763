import type { Database } from './database.ts';
import type { LogFile } from './files.ts';

/**
 * The files with those streams as one, the first of them, that hold the same events: a copy of a log is not that of
 * another API server. Each hour of each file has the least hash of its events as a mark.
 */
export async function uniteCopies(database: Database, files: LogFile[]): Promise<LogFile[]> {
	if (new Set(files.map(({ stream }) => stream)).size < 2) return files;
	const pairs = await database.all<{ one: string; other: string }>(
		`SELECT DISTINCT a.file AS one, b.file AS other FROM fold a JOIN fold b ON a.mark = b.mark
		WHERE a.level = 'hour' AND b.level = 'hour' AND a.file < b.file ORDER BY one, other`,
	);
	const streams = new Map(files.map(({ path, stream }) => [path, stream]));
	const firsts = new Map<number, number>();
	const firstOf = (stream: number): number => {
		const first = firsts.get(stream);
		return first === undefined ? stream : firstOf(first);
	};
	for (const { one, other } of pairs) {
		const [a, b] = [firstOf(streams.get(one) ?? 0), firstOf(streams.get(other) ?? 0)];
		if (a !== b) firsts.set(Math.max(a, b), Math.min(a, b));
	}
	return files.map(file => ({ ...file, stream: firstOf(file.stream) }));
}
