/** Version of the tables below; a file of another one is refused. */
export const SCHEMA_VERSION = 1;

/** What stands in the first row of every history file. */
export const HEAD = 'kubelapse_history';

/** Without indexes: tables are read by the cluster, which a scan of one column finds faster than it keeps an index. */
export const TABLES = [
	`CREATE TABLE ${HEAD} (version INTEGER NOT NULL, salt VARCHAR NOT NULL)`,
	'CREATE TABLE runs (now BIGINT NOT NULL, version VARCHAR NOT NULL, scope VARCHAR NOT NULL)',
	`CREATE TABLE clusters (scope VARCHAR NOT NULL, uid VARCHAR NOT NULL, name VARCHAR NOT NULL,
		provider VARCHAR NOT NULL, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL)`,
	`CREATE TABLE credentials (cluster VARCHAR NOT NULL, uid VARCHAR NOT NULL, username VARCHAR NOT NULL,
		first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL)`,
	`CREATE TABLE ledger (cluster VARCHAR NOT NULL, uid VARCHAR NOT NULL, not_after BIGINT,
		credential VARCHAR NOT NULL, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL)`,
	'CREATE TABLE spans (cluster VARCHAR NOT NULL, begins BIGINT NOT NULL, ends BIGINT NOT NULL)',
	`CREATE TABLE matches (cluster VARCHAR NOT NULL, username VARCHAR NOT NULL, account VARCHAR NOT NULL,
		provider VARCHAR NOT NULL, roster VARCHAR NOT NULL, last_seen BIGINT NOT NULL, missed BIGINT)`,
	`CREATE TABLE findings (cluster VARCHAR NOT NULL, id VARCHAR NOT NULL, first_seen BIGINT NOT NULL,
		last_seen BIGINT NOT NULL)`,
	'CREATE TABLE marks (cluster VARCHAR NOT NULL, target VARCHAR NOT NULL, kind VARCHAR NOT NULL, moment BIGINT NOT NULL)',
];

/** What one run saw, outside the file until the run is over. */
export const STAGES = [
	`CREATE TEMP TABLE seen_clusters (uid VARCHAR, name VARCHAR, provider VARCHAR, moment BIGINT)`,
	`CREATE TEMP TABLE seen_credentials (cluster VARCHAR, uid VARCHAR, username VARCHAR, moment BIGINT)`,
	`CREATE TEMP TABLE seen_ledger (cluster VARCHAR, uid VARCHAR, not_after BIGINT, credential VARCHAR, moment BIGINT)`,
	`CREATE TEMP TABLE seen_spans (cluster VARCHAR, begins BIGINT, ends BIGINT)`,
	`CREATE TEMP TABLE seen_matches (cluster VARCHAR, username VARCHAR, account VARCHAR, provider VARCHAR,
		roster VARCHAR, last_seen BIGINT, missed BIGINT)`,
	`CREATE TEMP TABLE seen_findings (cluster VARCHAR, id VARCHAR, moment BIGINT)`,
	`CREATE TEMP TABLE seen_marks (cluster VARCHAR, target VARCHAR, kind VARCHAR, moment BIGINT)`,
];

export type Stage =
	| 'seen_clusters'
	| 'seen_credentials'
	| 'seen_ledger'
	| 'seen_spans'
	| 'seen_matches'
	| 'seen_findings'
	| 'seen_marks';

/** Adds the stages to the tables. Clocks may go back: a first time only gets earlier, a last one only later. */
export const MERGES = [
	`MERGE INTO clusters t USING (SELECT uid, any_value(name) AS name, any_value(provider) AS provider,
			max(moment) AS moment FROM temp.seen_clusters GROUP BY uid) s
		ON (t.scope = $scope AND t.uid = s.uid)
		WHEN MATCHED THEN UPDATE SET name = s.name, provider = s.provider,
			first_seen = least(t.first_seen, s.moment), last_seen = greatest(t.last_seen, s.moment)
		WHEN NOT MATCHED THEN INSERT VALUES ($scope, s.uid, s.name, s.provider, s.moment, s.moment)`,
	`MERGE INTO credentials t USING (SELECT cluster, uid, any_value(username) AS username, max(moment) AS moment
			FROM temp.seen_credentials GROUP BY cluster, uid) s
		ON (t.cluster = s.cluster AND t.uid = s.uid)
		WHEN MATCHED THEN UPDATE SET first_seen = least(t.first_seen, s.moment), last_seen = greatest(t.last_seen, s.moment)
		WHEN NOT MATCHED THEN INSERT VALUES (s.cluster, s.uid, s.username, s.moment, s.moment)`,
	`MERGE INTO ledger t USING (SELECT cluster, uid, any_value(not_after) AS not_after,
			any_value(credential) AS credential, max(moment) AS moment FROM temp.seen_ledger GROUP BY cluster, uid) s
		ON (t.cluster = s.cluster AND t.uid = s.uid)
		WHEN MATCHED THEN UPDATE SET credential = s.credential,
			first_seen = least(t.first_seen, s.moment), last_seen = greatest(t.last_seen, s.moment)
		WHEN NOT MATCHED THEN INSERT VALUES (s.cluster, s.uid, s.not_after, s.credential, s.moment, s.moment)`,
	'DELETE FROM spans WHERE cluster IN (SELECT cluster FROM temp.seen_spans)',
	'INSERT INTO spans SELECT DISTINCT cluster, begins, ends FROM temp.seen_spans',
	`DELETE FROM matches t USING temp.seen_matches s
		WHERE t.cluster = s.cluster AND t.username = s.username AND t.provider = s.provider AND t.roster = s.roster`,
	'INSERT INTO matches SELECT DISTINCT * FROM temp.seen_matches',
	`MERGE INTO findings t USING (SELECT cluster, id, max(moment) AS moment FROM temp.seen_findings GROUP BY cluster, id) s
		ON (t.cluster = s.cluster AND t.id = s.id)
		WHEN MATCHED THEN UPDATE SET first_seen = least(t.first_seen, s.moment), last_seen = greatest(t.last_seen, s.moment)
		WHEN NOT MATCHED THEN INSERT VALUES (s.cluster, s.id, s.moment, s.moment)`,
	`DELETE FROM marks t USING temp.seen_marks s
		WHERE t.cluster = s.cluster AND t.target = s.target AND t.kind = s.kind`,
	'INSERT INTO marks SELECT DISTINCT * FROM temp.seen_marks',
];

/** Where a cluster that is forgotten leaves something. */
export const FORGETS = [
	'DELETE FROM clusters WHERE uid = $uid',
	...['credentials', 'ledger', 'spans', 'matches', 'findings', 'marks'].map(
		table => `DELETE FROM ${table} WHERE cluster = $uid`,
	),
];
