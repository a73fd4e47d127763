import type { Database } from './database.ts';
import { projectEvents } from './events.ts';
import type { LogFile } from './files.ts';
import { takeOut } from './fold.ts';
import type { FileWindow } from './windows.ts';

/** Seconds of one file in which another file of its stream has events too. */
interface Overlap extends FileWindow {
	stream: number;
}

/**
 * Takes events that two files of one stream hold out of the table `fold`, but once. Only where files overlap in time
 * are their ids looked at: by a hash of 64 bits, since no more than a few of them are expected.
 * @returns how many events of each stream, by its index, were there again.
 */
export async function takeOutDuplicates(
	database: Database,
	files: LogFile[],
	windows: FileWindow[],
): Promise<Map<number, number>> {
	const overlaps = findOverlaps(files, windows);
	const counts = new Map<number, number>();
	if (overlaps.length === 0) return counts;
	await storeOverlaps(database, overlaps);
	const paths = new Set(overlaps.map(({ path }) => path));
	const { sql, values } = projectEvents(
		database,
		files.filter(({ path }) => paths.has(path)),
	);
	const inside = `SELECT e.*, o.stream, hash(o.stream, e.id, e.stage) AS h
		FROM (${sql}) e JOIN shared_spans o ON e.file = o.path AND e.written BETWEEN o.from_tm AND o.to_tm
		WHERE e.is_event AND e.id <> ''`;
	await database.run(
		`CREATE OR REPLACE TEMP TABLE again AS SELECT stream, h, CAST(count(*) AS DOUBLE) AS n FROM (${inside}) GROUP BY stream, h HAVING count(*) > 1`,
		values,
	);
	const found = await database.all<{ stream: number; surplus: number }>(
		'SELECT stream, CAST(sum(n - 1) AS DOUBLE) AS surplus FROM again GROUP BY stream',
	);
	for (const { stream, surplus } of found) counts.set(stream, surplus);
	if (found.length > 0) {
		// Of n rows that are one event, each loses its part of n - 1.
		const weighted = `SELECT i.*, (a.n - 1) / a.n AS weight FROM (${inside}) i JOIN again a ON i.h = a.h AND i.stream = a.stream`;
		await takeOut(database, { sql: weighted, values });
	}
	return counts;
}

async function storeOverlaps(database: Database, overlaps: Overlap[]): Promise<void> {
	await database.run(
		'CREATE OR REPLACE TEMP TABLE shared_spans (path VARCHAR, stream INTEGER, from_tm BIGINT, to_tm BIGINT)',
	);
	const texts = overlaps.map(({ path, stream, from, to }) => JSON.stringify({ path, stream, from, to }));
	await database.run(
		`INSERT INTO shared_spans SELECT o->>'path', CAST(o->>'stream' AS INTEGER), CAST(o->>'from' AS BIGINT), CAST(o->>'to' AS BIGINT)
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
