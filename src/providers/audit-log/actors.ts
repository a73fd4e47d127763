import type { AuditActor, AuditRequest } from '../../model/audit.ts';
import type { Database } from './database.ts';
import { CLASS } from './events.ts';
import { type SourceDisplay, shownSources } from './sources.ts';

const MAX_AGENTS = 20;
const MAX_SOURCES = 50;
const MAX_NAMES = 20;
/** No object of Kubernetes has a longer name. */
const MAX_NAME = 253;
/** Whoever asks for a new path each time could fill the memory; what was let through stays before what was not. */
const MAX_REQUESTS = 200_000;

const LOGIN = 'cid, other_cid, u, uid, secret, imp, agent, src';

const counted = (kind: number) => `coalesce(round(sum(n) FILTER (class = ${kind})), 0)`;

/** Where a log omits a stage, only the other is there; else both are, for each long request. */
const COUNTS = `greatest(${counted(CLASS.allowed)}, ${counted(CLASS.beganAllowed)}) AS allowed_n,
	greatest(${counted(CLASS.denied)}, ${counted(CLASS.beganDenied)}) AS denied_n`;

/** The logins of the table `fold`; whoever impersonates is met twice, as the one and as the other. */
export async function readActors(database: Database, display: SourceDisplay): Promise<AuditActor[]> {
	const { expression, values } = shownSources(display);
	const sql = `WITH logins AS (
	SELECT ${LOGIN}, ${COUNTS}, min(first_tm) AS first_tm, max(last_tm) AS last_tm,
		max(last_tm) FILTER (class IN (${CLASS.allowed}, ${CLASS.beganAllowed})) AS allowed_tm
	FROM fold WHERE level = 'login' AND class >= ${CLASS.allowed} GROUP BY ${LOGIN}
), actors AS (
	SELECT cid, other_cid, u, uid, secret, '' AS impersonator, first_tm, last_tm, agent, src,
		-- Its own right, to impersonate, was granted, whatever came of the request.
		CASE WHEN imp = '' THEN allowed_tm ELSE last_tm END AS allowed_tm,
		CASE WHEN imp = '' THEN allowed_n ELSE allowed_n + denied_n END AS allowed_n,
		CASE WHEN imp = '' THEN denied_n ELSE 0 END AS denied_n
	FROM logins
	UNION ALL
	SELECT '', false, imp, '', '', u, first_tm, last_tm, agent, src, allowed_tm, allowed_n, denied_n
	FROM logins WHERE imp <> ''
), grouped AS (
	SELECT cid, other_cid, u, uid, secret, impersonator, min(first_tm) AS first_tm, max(last_tm) AS last_tm, max(allowed_tm) AS allowed_tm,
		sum(allowed_n) AS allowed_n, sum(denied_n) AS denied_n,
		list_sort(list(DISTINCT agent) FILTER (agent <> ''))[1:${MAX_AGENTS}] AS agents, ${expression} AS sources
	FROM actors GROUP BY cid, other_cid, u, uid, secret, impersonator
)
SELECT cid AS "credentialId", other_cid AS "hasOtherId", u AS username, uid AS "userUid", secret AS "tokenSecret", impersonator,
	CAST(first_tm AS DOUBLE) AS "first", CAST(last_tm AS DOUBLE) AS "last", CAST(allowed_tm AS DOUBLE) AS "lastAllowed",
	CAST(allowed_n AS DOUBLE) AS allowed, CAST(denied_n AS DOUBLE) AS denied,
	coalesce(agents, []) AS agents, sources[1:${MAX_SOURCES}] AS sources, CAST(len(sources) AS DOUBLE) AS "sourcesTotal"
FROM grouped WHERE allowed_n + denied_n > 0
ORDER BY username, "credentialId", "hasOtherId", "userUid", "tokenSecret", impersonator`;
	return database.all<AuditActor>(sql, values);
}

/** What usernames of the table `fold` asked for, and a sentence where that is not all. */
export async function readRequests(
	database: Database,
): Promise<{ requests: AuditRequest[]; problem: string }> {
	const requests = await database.all<AuditRequest>(REQUESTS);
	if (requests.length <= MAX_REQUESTS) return { requests, problem: '' };
	const problem = `more than ${MAX_REQUESTS} kinds of requests: the rest of them is not shown`;
	return { requests: requests.slice(0, MAX_REQUESTS), problem };
}

const IS_ROBOT = `starts_with(imp, 'system:serviceaccount:') AND len(string_split(imp, ':')) = 4`;
/** What the API server adds by itself to whom somebody impersonates. */
const IMPLIED = `asked IN ('system:authenticated', 'system:unauthenticated')
	OR (${IS_ROBOT} AND asked IN ('system:serviceaccounts', 'system:serviceaccounts:' || split_part(imp, ':', 3)))`;

/** The impersonator was let through, whatever came of the request. */
const AS_ALLOWED = `CASE WHEN class IN (${CLASS.beganAllowed}, ${CLASS.beganDenied}) THEN ${CLASS.beganAllowed} ELSE ${CLASS.allowed} END AS class`;
const USES = `FROM fold WHERE level = 'request' AND class >= ${CLASS.allowed}`;
const KEY = 'username, verb, grp, res, ns, path';

const REQUESTS = `WITH asked AS (
	SELECT CASE WHEN imp = '' THEN u ELSE imp END AS username, verb, grp,
		CASE WHEN sub = '' THEN res ELSE res || '/' || sub END AS res, ns, path, obj, class, n ${USES}
	UNION ALL
	SELECT u, 'impersonate', '', CASE WHEN ${IS_ROBOT} THEN 'serviceaccounts' ELSE 'users' END,
		CASE WHEN ${IS_ROBOT} THEN split_part(imp, ':', 3) ELSE '' END, '',
		CASE WHEN ${IS_ROBOT} THEN split_part(imp, ':', 4) ELSE imp END, ${AS_ALLOWED}, n ${USES} AND imp <> ''
	UNION ALL
	SELECT u, 'impersonate', '', 'groups', '', '', asked, class, n
	FROM (SELECT u, imp, unnest(imp_groups) AS asked, ${AS_ALLOWED}, n ${USES} AND imp <> '')
	WHERE NOT (${IMPLIED})
), named AS (
	SELECT ${KEY}, obj, ${COUNTS} FROM asked GROUP BY ${KEY}, obj
), grouped AS (
	-- Each name comes once, so the first 21 of them tell whether there are more than 20.
	SELECT ${KEY}, sum(allowed_n) AS allowed_n, sum(denied_n) AS denied_n,
		bool_or(obj = '' OR length(obj) > ${MAX_NAME}) AS is_open, min(obj, ${MAX_NAMES + 1}) AS names
	FROM named WHERE allowed_n + denied_n > 0 GROUP BY ${KEY}
)
SELECT username, verb, grp AS "apiGroup", res AS resource, ns AS namespace, path,
	CAST(allowed_n AS DOUBLE) AS allowed, CAST(denied_n AS DOUBLE) AS denied,
	CASE WHEN is_open OR len(names) > ${MAX_NAMES} THEN NULL ELSE list_sort(names) END AS names
FROM (FROM grouped ORDER BY allowed_n > 0 DESC, ${KEY} LIMIT ${MAX_REQUESTS + 1})
ORDER BY ${KEY}`;
