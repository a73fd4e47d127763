import { type CloudRequest, header } from './request.ts';
import type { LogEngine, LogQuery } from './sls-engine.ts';
import { auditRows, indexedFields, ttlOf } from './sls-rows.ts';
import { SearchError } from './sls-search.ts';
import type { CloudCluster, CloudState, LogStoreTraits } from './state.ts';

/** What an operation of the log service answers with. */
export interface LogAnswered {
	status: number;
	body: unknown;
	headers?: Record<string, string>;
}

/** Statements of SQL that a project runs at once. */
const MOST_STATEMENTS = 15;
/** Age at which the control plane's own logs are brought up to now. */
const STALE_SECONDS = 600;

/** What the operations share. */
export interface LogStores {
	state: CloudState;
	engine: () => Promise<LogEngine>;
	running: Map<string, number>;
	/** When the logs of a cluster were made first and last. */
	made: Map<string, { born: number; at: number; ready: Promise<void> }>;
}

/** Which operation a request asks for. */
export interface LogRoute {
	action: keyof typeof PERMISSIONS;
	logstore: string;
}

/** The RAM action that each operation needs. */
export const PERMISSIONS = {
	GetProject: 'GetProject',
	ListLogStores: 'ListLogStores',
	GetLogStore: 'GetLogStore',
	GetIndex: 'GetIndex',
	GetLogs: 'GetLogStoreLogs',
	GetLogsV2: 'GetLogStoreLogs',
	GetHistograms: 'GetLogStoreHistogram',
};

/** The first part of the host; clients that cannot resolve such a name send it as a header. */
export function projectOf(request: CloudRequest): string {
	const host = header(request, 'host').replace(/:\d+$/, '');
	const isOwn = host === 'localhost' || /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.startsWith('[');
	return isOwn ? header(request, 'x-log-project') : (host.split('.')[0] ?? '');
}

/** Carries out what was let in. */
export async function carryOut(
	store: LogStores,
	to: LogRoute,
	request: CloudRequest,
	isHalf: boolean,
): Promise<LogAnswered> {
	const { state } = store;
	const project = projectOf(request);
	const clusters = state.clusters.filter(cluster => cluster.audit.project === project);
	const traits = ({ id }: CloudCluster): LogStoreTraits => state.logs.get(id) ?? {};
	const open = clusters.filter(cluster => cluster.audit.isEnabled && traits(cluster).isMissing !== 'project');
	if (open.length === 0) return failure(404, 'ProjectNotExist', `The Project does not exist : ${project}`);
	const stored = open.filter(cluster => traits(cluster).isMissing === undefined);
	if (to.action === 'GetProject') return ok(projectBody(project, stored[0] ?? open[0]));
	if (to.action === 'ListLogStores') return listLogStores(request, stored);
	const cluster = stored.find(({ id }) => `audit-${id}` === to.logstore);
	if (cluster === undefined)
		return failure(404, 'LogStoreNotExist', `logstore ${to.logstore} does not exist`);
	const own = traits(cluster);
	if (to.action === 'GetLogStore') return ok(logStoreBody(cluster, own));
	if (own.hasNoIndex === true)
		return failure(to.action === 'GetIndex' ? 404 : 400, 'IndexConfigNotExist', "index config doesn't exist");
	if (to.action === 'GetIndex') return ok(indexBody(cluster, own));
	return read(store, to, { request, cluster, traits: own, isHalf, project });
}

function projectBody(projectName: string, cluster: CloudCluster | undefined) {
	const createTime = new Date((cluster?.createdAt ?? 0) * 1000).toISOString();
	return {
		projectName,
		description: 'k8s log project',
		owner: '',
		status: 'Normal',
		region: cluster?.region ?? '',
		createTime,
		lastModifyTime: createTime,
	};
}

function listLogStores({ query }: CloudRequest, stored: CloudCluster[]): LogAnswered {
	const of = (name: string) => query.find(([key]) => key === name)?.[1];
	const [offset, size] = [Number(of('offset') ?? 0), Number(of('size') ?? 100)];
	const all = stored.map(({ id }) => `audit-${id}`).filter(name => name.includes(of('logstoreName') ?? ''));
	if (!(offset >= 0 && (size === -1 || (size >= 1 && size <= 500))))
		return failure(400, 'ParameterInvalid', 'offset or size is out of range');
	const logstores = all.slice(offset, size === -1 ? undefined : offset + size);
	return ok({ count: logstores.length, total: all.length, logstores });
}

function logStoreBody(cluster: CloudCluster, traits: LogStoreTraits) {
	const createTime = traits.createdAt ?? cluster.createdAt;
	return {
		logstoreName: `audit-${cluster.id}`,
		ttl: ttlOf(cluster, traits),
		shardCount: 2,
		enable_tracking: false,
		appendMeta: true,
		autoSplit: true,
		maxSplitShard: 64,
		mode: 'standard',
		telemetryType: '',
		createTime,
		lastModifyTime: createTime,
	};
}

const TOKEN = [...',\'";=()[]{}?@&<>/:', '\n', '\t', '\r', ' '];

function indexBody(cluster: CloudCluster, traits: LogStoreTraits) {
	const keys = Object.entries(indexedFields(traits)).map(([name, type]) => [
		name,
		type === 'long'
			? { type, alias: '', doc_value: true }
			: { type, alias: '', caseSensitive: false, chn: false, doc_value: true, token: TOKEN },
	]);
	return {
		index_mode: 'v2',
		keys: Object.fromEntries(keys),
		line: { caseSensitive: false, chn: false, token: TOKEN },
		log_reduce: false,
		max_text_len: 2048,
		storage: 'pg',
		ttl: ttlOf(cluster, traits),
		lastModifyTime: traits.createdAt ?? cluster.createdAt,
	};
}

interface Reading {
	request: CloudRequest;
	cluster: CloudCluster;
	traits: LogStoreTraits;
	project: string;
	isHalf: boolean;
}

async function read(store: LogStores, to: LogRoute, reading: Reading): Promise<LogAnswered> {
	const { request, cluster, traits, project } = reading;
	const parameters = { ...Object.fromEntries(request.query), ...asObject(request.json) };
	const asked = queryOf(parameters, traits);
	if ('status' in asked) return asked;
	const isSql = asked.text.includes('|');
	if (isSql && asked.offset !== 0)
		return failure(400, 'ParameterInvalid', 'offset is not available when pagination, please use limit x,y');
	const running = store.running.get(project) ?? 0;
	if (isSql && running >= MOST_STATEMENTS)
		return failure(403, 'ReadQuotaExceed', 'too many SQL statements run in the project at once');
	store.running.set(project, running + (isSql ? 1 : 0));
	try {
		await upToDate(store, cluster, traits);
		return await (to.action === 'GetHistograms' ? histograms : logs)(store, to, reading, asked);
	} catch (error) {
		if (error instanceof SearchError) return failure(400, 'ParameterInvalid', error.message);
		throw error;
	} finally {
		store.running.set(project, (store.running.get(project) ?? 0) - (isSql ? 1 : 0));
	}
}

function asObject(value: unknown): Record<string, unknown> {
	return typeof value === 'object' && value !== null ? { ...value } : {};
}

function queryOf(of: Record<string, unknown>, traits: LogStoreTraits): LogQuery | LogAnswered {
	const [from, to] = [Number(of.from), Number(of.to)];
	const [line, offset] = [Number(of.line ?? 100), Number(of.offset ?? 0)];
	if (!(Number.isInteger(from) && Number.isInteger(to) && from < to))
		return failure(400, 'InvalidTimeRange', 'request time range is invalid');
	if (!(line >= 0 && line <= 100)) return failure(400, 'InvalidLine', 'line is invalid');
	if (!(offset >= 0)) return failure(400, 'InvalidOffset', 'offset is invalid');
	const text = typeof of.query === 'string' && of.query.trim() !== '' ? of.query : '*';
	const isReverse = of.reverse === true || of.reverse === 'true' || of.reverse === 'True';
	return { text, from, to, line, offset, isReverse, fields: indexedFields(traits) };
}

/** Makes the logs of a cluster when they are first asked for, and anew when the last of them are old. */
async function upToDate(store: LogStores, cluster: CloudCluster, traits: LogStoreTraits): Promise<void> {
	const now = store.state.now();
	const known = store.made.get(cluster.id);
	if (known !== undefined && now - known.at < STALE_SECONDS) return known.ready;
	const born = known?.born ?? now;
	const make = async () => {
		const engine = await store.engine();
		const rows = await auditRows(cluster, traits, { born, now });
		await engine.fill(`audit-${cluster.id}`, indexedFields(traits), rows);
	};
	const ready = make();
	store.made.set(cluster.id, { born, at: now, ready });
	return ready;
}

async function logs(
	store: LogStores,
	{ action, logstore }: LogRoute,
	{ isHalf }: Reading,
	asked: LogQuery,
): Promise<LogAnswered> {
	const engine = await store.engine();
	const { rows: all, columns, types, found, search, sql } = await engine.query(logstore, asked);
	const rows = (isHalf ? all.slice(0, all.length / 2) : all).map(row =>
		sql === '' ? { ...withoutNull(row), __source__: '10.0.0.5', __topic__: '' } : row,
	);
	const progress = isHalf ? 'Incomplete' : 'Complete';
	const processedRows = isHalf ? Math.floor(found / 2) : found;
	const hasSQL = sql !== '';
	if (action === 'GetLogs')
		return {
			status: 200,
			body: rows,
			headers: {
				'x-log-progress': progress,
				'x-log-count': String(rows.length),
				'x-log-processed-rows': String(processedRows),
				'x-log-elapsed-millisecond': '3',
				'x-log-has-sql': String(hasSQL),
				'x-log-where-query': encodeURI(search),
				'x-log-agg-query': encodeURI(sql),
			},
		};
	const meta = {
		progress,
		count: rows.length,
		hasSQL,
		whereQuery: search,
		aggQuery: sql,
		processedRows,
		processedBytes: processedRows * 1000,
		elapsedMillisecond: 3,
		cpuSec: 0.001,
		cpuCores: 1,
		isAccurate: true,
		limited: hasSQL ? rows.length : 0,
		mode: 0,
		keys: columns,
		columnTypes: types,
		telementryType: '',
		terms: [],
		scanBytes: 0,
	};
	return ok({ meta, data: rows });
}

function withoutNull(row: Record<string, string>): Record<string, string> {
	return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== 'null'));
}

/** Parts of a histogram. */
const MOST_PARTS = 60;

async function histograms(
	store: LogStores,
	{ logstore }: LogRoute,
	{ isHalf }: Reading,
	asked: LogQuery,
): Promise<LogAnswered> {
	const engine = await store.engine();
	const size = Math.max(1, Math.ceil((asked.to - asked.from) / MOST_PARTS));
	const search = asked.text.split('|')[0] ?? '*';
	const part = `(__time__ - ${asked.from}) // ${size}`;
	const text = `${search} | SELECT ${part} AS part, count(1) AS n FROM log GROUP BY part ORDER BY part LIMIT ${MOST_PARTS}`;
	const { rows } = await engine.query(logstore, { ...asked, text });
	const counts = new Map(rows.map(row => [Number(row.part), Number(row.n)]));
	const parts = Array.from({ length: Math.ceil((asked.to - asked.from) / size) }, (_, at) => ({
		from: asked.from + at * size,
		to: Math.min(asked.to, asked.from + (at + 1) * size),
		count: counts.get(at) ?? 0,
		progress: isHalf ? 'Incomplete' : 'Complete',
	}));
	const total = parts.reduce((sum, { count }) => sum + count, 0);
	const progress = isHalf ? 'Incomplete' : 'Complete';
	return { status: 200, body: parts, headers: { 'x-log-progress': progress, 'x-log-count': String(total) } };
}

function ok(body: unknown): LogAnswered {
	return { status: 200, body };
}

/** An error as the log service words it. */
export function failure(status: number, errorCode: string, errorMessage: string): LogAnswered {
	return { status, body: { errorCode, errorMessage } };
}
