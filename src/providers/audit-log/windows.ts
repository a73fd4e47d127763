import { HOUR } from '../../lib/epoch.ts';
import type { AuditStream, Span } from '../../model/audit.ts';
import type { Database } from './database.ts';
import { CLASS } from './events.ts';

const MAX_HOLES = 50;

/** What the table `fold` says of one file. */
export interface FileWindow {
	path: string;
	from: number;
	to: number;
}

/** One hour of one file, in which events lie less than an hour apart. */
interface Hour extends FileWindow {
	hour: number | null;
	events: number;
	malformed: number;
}

/** Every hour of every file in which there is something. */
export async function readHours(database: Database): Promise<Hour[]> {
	return database.all<Hour>(`SELECT file AS path, CAST(hour AS DOUBLE) AS hour,
	CAST(min(first_written) FILTER (class <> ${CLASS.malformed}) AS DOUBLE) AS "from", CAST(max(last_written) FILTER (class <> ${CLASS.malformed}) AS DOUBLE) AS "to",
	coalesce(round(sum(n) FILTER (class <> ${CLASS.malformed})), 0) AS events,
	coalesce(round(sum(n) FILTER (class = ${CLASS.malformed})), 0) AS malformed
FROM fold WHERE level = 'hour' GROUP BY file, hour ORDER BY "from", "to", path`);
}

/** From the first to the last event of each file, by when they were written; a file without any has none. */
export function fileWindows(hours: Hour[]): FileWindow[] {
	const windows = new Map<string, FileWindow>();
	for (const { path, from, to, events } of hours) {
		if (events === 0) continue;
		const known = windows.get(path);
		windows.set(path, {
			path,
			from: Math.min(known?.from ?? from, from),
			to: Math.max(known?.to ?? to, to),
		});
	}
	return [...windows.values()];
}

/** How much a stream holds, from when to when, and where nothing is. */
export function toWindow(
	hours: Hour[],
): Pick<AuditStream, 'events' | 'malformed' | 'window' | 'holes' | 'holesTotal'> {
	let [events, malformed] = [0, 0];
	const spans: Span[] = [];
	const holes: Span[] = [];
	let to = Number.NEGATIVE_INFINITY;
	for (const hour of hours) {
		malformed += hour.malformed;
		events += hour.events;
		if (hour.events === 0) continue;
		// Hours come in order of their first event; one of another file may have begun before and end after.
		if (spans.length > 0 && hour.from - to > HOUR) holes.push({ from: to, to: hour.from });
		to = Math.max(to, hour.to);
		spans.push(hour);
	}
	const window = spans[0] === undefined ? null : { from: spans[0].from, to };
	holes.sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from);
	return { events, malformed, window, holes: holes.slice(0, MAX_HOLES), holesTotal: holes.length };
}
