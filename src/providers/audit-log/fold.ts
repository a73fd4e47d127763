import type { Database } from './database.ts';
import { projectEvents, type Reading } from './events.ts';
import type { LogFile } from './files.ts';

const LOGIN = 'cid, other_cid, u, uid, secret, imp, agent, src';
const REQUEST = 'u, imp, imp_groups, verb, grp, res, sub, ns, path, obj, csr';

/**
 * Makes the table `fold` in one pass over the files, with a row for each file and hour, for each login (with agent
 * and sources) and for each kind of request (with the object's name), told apart by `level`. Only what can be kept on
 * disk is counted, so that memory does not follow the log.
 */
export async function foldEvents(database: Database, files: LogFile[]): Promise<void> {
	const { sql, values } = projectEvents(database, files);
	await database.run(
		`CREATE OR REPLACE TEMP TABLE fold AS ${foldOf(sql, 'CAST(count(*) AS DOUBLE)')}`,
		values,
	);
}

/** Takes out of the table what `surplus` holds: events that another file has too. */
export async function takeOut(database: Database, surplus: Reading): Promise<void> {
	await database.run(`INSERT INTO fold ${foldOf(surplus.sql, '-CAST(count(*) AS DOUBLE)')}`, surplus.values);
}

function foldOf(events: string, count: string): string {
	// GROUPING has a bit for each column that a row is not grouped by.
	return `SELECT CASE GROUPING(file, cid, verb) WHEN 3 THEN 'hour' WHEN 5 THEN 'login' ELSE 'request' END AS level,
	file, written // 3600 AS hour, ${LOGIN}, imp_groups, verb, grp, res, sub, ns, path, obj, csr, class,
	${count} AS n, min(tm) AS first_tm, max(tm) AS last_tm, min(written) AS first_written, max(written) AS last_written, min(mark) AS mark
FROM (${events})
GROUP BY GROUPING SETS ((file, hour, class), (${LOGIN}, class), (${REQUEST}, class))`;
}
