import type { TimelineEntry } from '../../model/audit.ts';
import { type Database, withDatabase } from './database.ts';
import { CLASS, projectEvents, type Reading } from './events.ts';
import { type AuditLogStream, findLogFiles, type LogFile } from './files.ts';
import { type AuditLogOptions, foldLogs, storeKnown } from './read-audit-trail.ts';
import { neutralized, shownSources } from './sources.ts';

/** Whose requests are asked for; what is left out is anything. */
export interface TimelineSubject {
	/** Also that of a bound token. */
	credentialId?: string;
	/** Its own, and what others did as this user. */
	username?: string;
	/** `namespace/name`. */
	tokenSecret?: string;
}

/** What one subject did, hour by hour, oldest first. Files that cannot be read are left out: `readAuditTrail` names them. */
export async function readTimeline(
	streams: AuditLogStream[],
	subject: TimelineSubject,
	options: AuditLogOptions,
): Promise<TimelineEntry[]> {
	const { files, problems } = findLogFiles(streams);
	return withDatabase(options, async database => {
		await storeKnown(database, []);
		const read = await foldLogs(database, files, problems, options.signal);
		if (read.length === 0) return [];
		const { sql, values } = entriesOf(onlyOf(database, read, subject), options);
		return (await database.all<TimelineEntry>(sql, values)).map(neutralized);
	});
}

/** One row for each event of the subject: what two files of a stream hold is there once. */
function onlyOf(database: Database, files: LogFile[], subject: TimelineSubject): Reading {
	const { sql, values } = projectEvents(database, files);
	const streams = files.map(({ path, stream }) => JSON.stringify({ path, stream }));
	const conditions: string[] = [];
	const wanted: Reading['values'] = { streams: database.list(streams) };
	const want = (name: string, value: string | undefined, condition: string) => {
		if (value === undefined) return;
		wanted[name] = value;
		conditions.push(condition);
	};
	want('credentialId', subject.credentialId, 'any_cid = $credentialId');
	want('username', subject.username, '(u = $username OR imp = $username)');
	want('tokenSecret', subject.tokenSecret, 'secret = $tokenSecret');
	const where = ['class >= 2', ...conditions].join(' AND ');
	return {
		values: { ...values, ...wanted },
		sql: `SELECT e.* FROM (${sql}) e
	JOIN (SELECT o->>'path' AS path, o->>'stream' AS stream FROM (SELECT CAST(unnest($streams) AS JSON) AS o)) s ON s.path = e.file
	WHERE ${where}
	QUALIFY e.mark IS NULL OR e.file = min(e.file) OVER (PARTITION BY s.stream, e.mark)`,
	};
}

const KEY = `hour, any_cid, secret, username, impersonator, verb, grp, res, ns, path`;
const counted = (kind: number) => `count(*) FILTER (class = ${kind})`;

function entriesOf({ sql, values }: Reading, options: AuditLogOptions): Reading {
	const { expression, values: salt } = shownSources(options);
	return {
		values: { ...values, ...salt },
		sql: `WITH entries AS (
	SELECT tm // 3600 AS hour, any_cid, secret, CASE WHEN imp = '' THEN u ELSE imp END AS username,
		CASE WHEN imp = '' THEN '' ELSE u END AS impersonator, verb, grp,
		CASE WHEN sub = '' THEN res ELSE res || '/' || sub END AS res, ns, path, class, agent, src
	FROM (${sql})
)
SELECT CAST(hour * 3600 AS DOUBLE) AS "at", any_cid AS "credentialId", secret AS "tokenSecret", username, impersonator, verb,
	grp AS "apiGroup", res AS resource, ns AS namespace, path,
	CAST(greatest(${counted(CLASS.allowed)}, ${counted(CLASS.beganAllowed)}) AS DOUBLE) AS allowed,
	CAST(greatest(${counted(CLASS.denied)}, ${counted(CLASS.beganDenied)}) AS DOUBLE) AS denied,
	coalesce(list_sort(list(DISTINCT agent) FILTER (agent <> ''))[1:20], []) AS agents,
	${expression}[1:50] AS sources
FROM entries GROUP BY ${KEY} ORDER BY ${KEY}`,
	};
}
