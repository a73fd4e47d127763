import { randomBytes } from 'node:crypto';
import type { EpochSeconds } from '../../model/facts.ts';
import { type Database, foreign, openDatabase, type Params } from './database.ts';
import { type KnownCluster, readClusters } from './expected.ts';
import { type Night, type Remembered, readRemembered, rowsOf } from './night.ts';
import { FORGETS, HEAD, MERGES, SCHEMA_VERSION, STAGES, type Stage, TABLES } from './schema.ts';

/** When something was done or announced to a target, as for the days of grace of a plan. */
export interface Mark {
	cluster: string;
	target: string;
	kind: string;
	at: EpochSeconds;
}

/** What a run adds besides what it noted. */
export interface HistoryRun {
	now: EpochSeconds;
	version: string;
	/** Which targets it had (`scopeOf`). */
	scope: string;
	/** Clusters that another one has taken the place of, which are expected no longer. */
	replaced: Pick<KnownCluster, 'scope' | 'uid'>[];
	/** uids of clusters to drop with everything that is known of them. */
	forgotten: string[];
}

/** What earlier runs saw. The file changes in `save` alone, in one transaction. */
export interface History {
	/** For hashes that compare over nights, of what must not be kept itself. */
	salt: string;
	/** @param since certificates that ended before are left out. */
	remembered(cluster: string, since: EpochSeconds): Promise<Remembered>;
	/** Keeps what was seen of one cluster, for `save`. */
	note(night: Night): Promise<void>;
	clusters(): Promise<KnownCluster[]>;
	/** When earlier runs first had these findings, by id; notes them for `save`. */
	findings(seen: { cluster: string; id: string }[], now: EpochSeconds): Promise<Map<string, EpochSeconds>>;
	marks(cluster: string): Promise<Mark[]>;
	/** Keeps a mark, in place of an older one of its target and kind. */
	mark(mark: Mark): Promise<void>;
	/** @param run null where nothing was scanned. */
	save(run: HistoryRun | null): Promise<void>;
	/** Without `save` before it nothing has changed. */
	close(): void;
}

/**
 * Opens the file of `--history`; this process alone has it until it is closed.
 * @throws {ScanError} HISTORY_INVALID, HISTORY_LOCKED, FILE_UNREADABLE, OUTPUT_UNWRITABLE, USAGE
 */
export async function openHistory(path: string): Promise<History> {
	const database = await openDatabase(path);
	try {
		const known = await readHead(database, path);
		for (const sql of STAGES) await database.all(sql);
		return historyOf(database, known ?? randomBytes(16).toString('hex'), known === null);
	} catch (error) {
		database.close(false);
		throw error;
	}
}

/** The file's salt; null for a file without any table. */
async function readHead(database: Database, path: string): Promise<string | null> {
	const tables = await ask('SELECT table_name AS name FROM duckdb_tables() WHERE NOT temporary');
	if (tables.length === 0) return null;
	if (!tables.some(({ name }) => name === HEAD)) throw foreign(path, 'is a DuckDB file of something else');
	const [head] = await ask(`SELECT version, salt FROM ${HEAD}`);
	if (head?.version === SCHEMA_VERSION && typeof head.salt === 'string') return head.salt;
	const other = typeof head?.version === 'number' ? `version ${head.version}` : 'an unknown version';
	throw foreign(path, `has ${other} of its tables, and this kubelapse writes version ${SCHEMA_VERSION}`);

	function ask(sql: string) {
		return database.all(sql).catch(error => {
			throw foreign(path, 'is damaged', error);
		});
	}
}

function historyOf(database: Database, salt: string, isEmpty: boolean): History {
	let isSaved = false;
	const stage = (table: Stage, rows: (string | number | null)[][]) => database.append(table, rows);
	// Tables of a new file are made by its first save.
	const ask = async (sql: string, params?: Params) => (isEmpty ? [] : database.all(sql, params));
	return {
		salt,
		remembered: (cluster, since) => readRemembered(ask, cluster, since),
		clusters: () => readClusters(ask),
		note: async night => {
			for (const { table, rows } of rowsOf(night)) await stage(table, rows);
		},
		findings: async (seen, now) => {
			await stage(
				'seen_findings',
				seen.map(({ cluster, id }) => [cluster, id, now]),
			);
			const rows = await ask(
				'SELECT id, min(first_seen) AS since FROM findings SEMI JOIN temp.seen_findings USING (cluster, id) GROUP BY id',
			);
			return new Map(rows.map(({ id, since }) => [String(id), Number(since)]));
		},
		marks: async cluster => {
			const rows = await ask('SELECT * FROM marks WHERE cluster = $cluster ORDER BY target, kind', {
				cluster,
			});
			return rows.map(({ target, kind, moment }) => ({
				cluster,
				target: String(target),
				kind: String(kind),
				at: Number(moment),
			}));
		},
		mark: ({ cluster, target, kind, at }) => stage('seen_marks', [[cluster, target, kind, at]]),
		save: async run => {
			await database.transaction([...(isEmpty ? first(salt) : []), ...changes(run)]);
			isSaved = true;
		},
		close: () => database.close(isSaved),
	};
}

function first(salt: string) {
	const head = {
		sql: `INSERT INTO ${HEAD} VALUES ($version, $salt)`,
		params: { version: SCHEMA_VERSION, salt },
	};
	return [...TABLES.map(sql => ({ sql })), head];
}

function changes(run: HistoryRun | null): { sql: string; params?: Params }[] {
	const scope = run?.scope ?? '';
	const merges = MERGES.map(sql => ({ sql, ...(sql.includes('$scope') ? { params: { scope } } : {}) }));
	if (run === null) return merges;
	const { now, version, replaced, forgotten } = run;
	return [
		...merges,
		{ sql: 'INSERT INTO runs VALUES ($now, $version, $scope)', params: { now, version, scope } },
		...replaced.map(({ scope, uid }) => ({
			sql: 'DELETE FROM clusters WHERE scope = $scope AND uid = $uid',
			params: { scope, uid },
		})),
		...forgotten.flatMap(uid => FORGETS.map(sql => ({ sql, params: { uid } }))),
	];
}
