import type { AuditActor, AuditRequest } from '../../model/audit.ts';
import type { Database } from './database.ts';
import { CLASS } from './events.ts';

const MAX_AGENTS = 20;
const MAX_SOURCES = 50;
const MAX_NAMES = 20;
/** No object of Kubernetes has a longer name. */
const MAX_NAME = 253;
/** Whoever asks for a new path each time could fill the memory; what was let through stays before what was not. */
const MAX_REQUESTS = 200_000;

const LOGIN = 'cid, other_cid, u, uid, secret, imp, agent, src';
const REQUEST = 'u, imp, imp_groups, verb, grp, res, sub, ns, path, obj';

const counted = (kind: number) => `coalesce(round(sum(n) FILTER (class = ${kind})), 0)`;

/** Where a log omits a stage, only the other is there; else both are, for each long request. */
const COUNTS = `greatest(${counted(CLASS.allowed)}, ${counted(CLASS.beganAllowed)}) AS allowed_n,
	greatest(${counted(CLASS.denied)}, ${counted(CLASS.beganDenied)}) AS denied_n`;

/** How sources are shown. */
export interface SourceDisplay {
	showSources: boolean;
	salt: string;
}

/** The logins of the table `fold`; whoever impersonates is met twice, as the one and as the other. */
export async function readActors(database: Database, display: SourceDisplay): Promise<AuditActor[]> {
	const shown = display.showSources ? 's' : `substr(sha256($salt || s), 1, 16)`;
	const sources = `list_sort(list_transform(list_filter(list_distinct(flatten(list(DISTINCT string_split(src, ',')))), lambda s: s <> ''), lambda s: ${shown}))`;
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
		list_sort(list(DISTINCT agent) FILTER (agent <> ''))[1:${MAX_AGENTS}] AS agents, ${sources} AS sources
	FROM actors GROUP BY cid, other_cid, u, uid, secret, impersonator
)
SELECT cid AS "credentialId", other_cid AS "hasOtherId", u AS username, uid AS "userUid", secret AS "tokenSecret", impersonator,
	CAST(first_tm AS DOUBLE) AS "first", CAST(last_tm AS DOUBLE) AS "last", CAST(allowed_tm AS DOUBLE) AS "lastAllowed",
	CAST(allowed_n AS DOUBLE) AS allowed, CAST(denied_n AS DOUBLE) AS denied,
	coalesce(agents, []) AS agents, sources[1:${MAX_SOURCES}] AS sources, CAST(len(sources) AS DOUBLE) AS "sourcesTotal"
FROM grouped WHERE allowed_n + denied_n > 0
ORDER BY username, "credentialId", "hasOtherId", "userUid", "tokenSecret", impersonator`;
	return database.all<AuditActor>(sql, display.showSources ? {} : { salt: display.salt });
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

const REQUESTS = `WITH parts AS (
	SELECT ${REQUEST}, ${COUNTS} FROM fold WHERE level = 'request' AND class >= ${CLASS.allowed} GROUP BY ${REQUEST}
), asked AS (
	SELECT CASE WHEN imp = '' THEN u ELSE imp END AS username, verb, grp,
		res || CASE WHEN sub = '' THEN '' ELSE '/' || sub END AS res, ns, path, obj, allowed_n, denied_n
	FROM parts
	UNION ALL
	SELECT u, 'impersonate', '', CASE WHEN ${IS_ROBOT} THEN 'serviceaccounts' ELSE 'users' END,
		CASE WHEN ${IS_ROBOT} THEN split_part(imp, ':', 3) ELSE '' END, '',
		CASE WHEN ${IS_ROBOT} THEN split_part(imp, ':', 4) ELSE imp END, allowed_n + denied_n, 0
	FROM parts WHERE imp <> ''
	UNION ALL
	SELECT u, 'impersonate', '', 'groups', '', '', asked, n, 0
	FROM (SELECT u, imp, unnest(imp_groups) AS asked, allowed_n + denied_n AS n FROM parts WHERE imp <> '')
	WHERE NOT (${IMPLIED})
), grouped AS (
	SELECT username, verb, grp, res, ns, path, sum(allowed_n) AS allowed_n, sum(denied_n) AS denied_n,
		CASE WHEN bool_or(obj = '' OR length(obj) > ${MAX_NAME}) OR count(DISTINCT obj) > ${MAX_NAMES} THEN NULL ELSE list_sort(list(DISTINCT obj)) END AS names
	FROM asked WHERE allowed_n + denied_n > 0 GROUP BY username, verb, grp, res, ns, path
)
SELECT username, verb, grp AS "apiGroup", res AS resource, ns AS namespace, path,
	CAST(allowed_n AS DOUBLE) AS allowed, CAST(denied_n AS DOUBLE) AS denied, names
FROM (FROM grouped ORDER BY allowed_n > 0 DESC, username, verb, grp, res, ns, path LIMIT ${MAX_REQUESTS + 1})
ORDER BY username, verb, grp, res, ns, path`;
