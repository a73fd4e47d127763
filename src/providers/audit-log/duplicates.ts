import type { Database } from './database.ts';
import { projectEvents } from './events.ts';
import type { LogFile } from './files.ts';
import { takeOut } from './fold.ts';
import type { FileWindow } from './windows.ts';

/** More than there are files: a count and the number of a file go into one whole number. */
const MAX_FILES = 10_000_000;

/** Seconds of one file in which another file of its stream has events too. */
interface Overlap extends FileWindow {
	stream: number;
}

/**
 * Takes events that several files of one stream hold out of the table `fold`, but in one of them: that which has most of
 * them, since what one file has twice was asked twice. Only where files overlap in time are their marks looked at.
 * @returns how many events of each stream, by its index, were there again.
 */
export async function takeOutDuplicates(
	database: Database,
	files: LogFile[],
	windows: FileWindow[],
): Promise<Map<number, number>> {
	const overlaps = findOverlaps(files, windows);
	if (overlaps.length === 0) return new Map();
	await storeOverlaps(database, overlaps);
	const paths = new Set(overlaps.map(({ path }) => path));
	const { sql, values } = projectEvents(
		database,
		files.filter(({ path }) => paths.has(path)),
	);
	const inside = `SELECT e.*, o.stream, o.file_no
		FROM (${sql}) e JOIN shared_spans o ON e.file = o.path AND e.written BETWEEN o.from_tm AND o.to_tm
		WHERE e.mark IS NOT NULL`;
	await database.run(
		`CREATE OR REPLACE TEMP TABLE again AS
		SELECT stream, mark, max(n * ${MAX_FILES} + file_no) % ${MAX_FILES} AS kept, sum(n) - max(n) AS surplus
		FROM (SELECT stream, mark, file_no, count(*) AS n FROM (${inside}) GROUP BY stream, mark, file_no)
		GROUP BY stream, mark HAVING count(*) > 1`,
		values,
	);
	const found = await database.all<{ stream: number; surplus: number }>(
		'SELECT stream, CAST(sum(surplus) AS DOUBLE) AS surplus FROM again GROUP BY stream',
	);
	if (found.length > 0) {
		const surplus = `SELECT i.* FROM (${inside}) i JOIN again a ON i.mark = a.mark AND i.stream = a.stream WHERE i.file_no <> a.kept`;
		await takeOut(database, { sql: surplus, values });
	}
	return new Map(found.map(({ stream, surplus }) => [stream, surplus]));
}

async function storeOverlaps(database: Database, overlaps: Overlap[]): Promise<void> {
	await database.run(
		'CREATE OR REPLACE TEMP TABLE shared_spans (path VARCHAR, file_no BIGINT, stream INTEGER, from_tm BIGINT, to_tm BIGINT)',
	);
	const numbers = new Map([...new Set(overlaps.map(({ path }) => path))].map((path, no) => [path, no]));
	const texts = overlaps.map(({ path, stream, from, to }) =>
		JSON.stringify({ path, no: numbers.get(path), stream, from, to }),
	);
	await database.run(
		`INSERT INTO shared_spans SELECT o->>'path', CAST(o->>'no' AS BIGINT), CAST(o->>'stream' AS INTEGER), CAST(o->>'from' AS BIGINT), CAST(o->>'to' AS BIGINT)
		FROM (SELECT CAST(unnest($overlaps) AS JSON) AS o)`,
		{ overlaps: database.list(texts) },
	);
}

/** For each file, the spans that it shares with others of its stream; none of a file's own overlap. */
function findOverlaps(files: LogFile[], windows: FileWindow[]): Overlap[] {
	const streams = new Map(files.map(({ path, stream }) => [path, stream]));
	const spans = windows.map(window => ({ ...window, stream: streams.get(window.path) ?? -1 }));
	return spans.flatMap(span => {
		const shared = spans
			.filter(other => other.path !== span.path && other.stream === span.stream)
			.map(other => ({ ...span, from: Math.max(span.from, other.from), to: Math.min(span.to, other.to) }))
			.filter(({ from, to }) => from <= to);
		return united(shared);
	});
}

function united(overlaps: Overlap[]): Overlap[] {
	const result: Overlap[] = [];
	for (const overlap of overlaps.toSorted((a, b) => a.from - b.from)) {
		const last = result.at(-1);
		if (last === undefined || overlap.from > last.to) result.push({ ...overlap });
		else last.to = Math.max(last.to, overlap.to);
	}
	return result;
}
