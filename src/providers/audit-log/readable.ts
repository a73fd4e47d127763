import { redact } from '../../lib/redact.ts';
import { oneLine } from '../../lib/text.ts';
import type { Database } from './database.ts';
import { projectEvents } from './events.ts';
import type { LogFile } from './files.ts';
import { foldEvents } from './fold.ts';

/** Folds what can be read; a file that cannot (removed meanwhile, or no log) becomes a problem of its stream. */
export async function foldReadable(
	database: Database,
	files: LogFile[],
	problems: string[][],
	signal: AbortSignal,
): Promise<LogFile[]> {
	if (files.length === 0) return [];
	try {
		await foldEvents(database, files);
		return files;
	} catch (error) {
		signal.throwIfAborted();
		const readable: LogFile[] = [];
		for (const file of files) {
			const why = files.length === 1 ? reason(error) : await whyNot(database, file, signal);
			if (why === '') readable.push(file);
			else problems[file.stream]?.push(`${oneLine(file.path)} cannot be read: ${why}`);
		}
		// Each is readable by itself: what failed is the whole, as for want of memory or disk.
		if (readable.length === files.length) {
			for (const list of problems) list.push(`the log cannot be folded: ${reason(error)}`);
			return [];
		}
		return foldReadable(database, readable, problems, signal);
	}
}

async function whyNot(database: Database, file: LogFile, signal: AbortSignal): Promise<string> {
	const { sql, values } = projectEvents(database, [file]);
	try {
		await database.all(`SELECT count(tm) AS n, count(u) AS m FROM (${sql})`, values);
		return '';
	} catch (error) {
		signal.throwIfAborted();
		return reason(error);
	}
}

const MAX_REASON = 300;

/** What DuckDB says, up to its advice and its copy of the query. */
function reason(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	const [first = ''] = message.split('\n', 1);
	if (first.includes('maximum_object_size')) return 'a line or list of it is longer than 32 MB';
	return oneLine(redact(first), MAX_REASON);
}
