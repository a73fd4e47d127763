import { setTimeout as wait } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import { ApiError } from '../../lib/api-error.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import type { Account } from './account.ts';

/** Where the audit log of one cluster is kept. */
export interface AuditStore {
	region: string;
	project: string;
	logstore: string;
}

/** Rows of an answer; every value is text. */
export type LogRow = Record<string, string>;

/** What a statement found. */
export interface Statement {
	rows: LogRow[];
	/** The service has seen all logs of the time that was asked for. */
	isComplete: boolean;
}

/** Statements of SQL that the service runs at once for a project. */
const AT_ONCE = 15;
/** An answer that is not complete is asked for again; the service goes on meanwhile. */
const MAX_TRIES = 8;
const PAUSE_MS = 200;
/** The service gives up after 55 s. */
const SQL_TIMEOUT_MS = 60_000;

/**
 * The store's audit log, by the names that ACK gives.
 * @throws {ApiError} on names that can be part of no host or path.
 */
export function auditStore(cluster: { id: string; region: string }, project: string): AuditStore {
	const isName = (text: string) => /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(text);
	const logstore = `audit-${cluster.id}`;
	if (!isName(project) || !isName(logstore))
		throw new ApiError('partial', 0, 'the audit log has a name that no project or log store can have');
	return { region: cluster.region, project, logstore };
}

/** How long the store keeps logs, and since when it is there; null where the service does not say. */
export async function readRetention(
	{ clients, caller }: Account,
	{ region, project, logstore }: AuditStore,
): Promise<{ days: number | null; createdAt: EpochSeconds | null }> {
	const client = await clients.sls(region);
	const { body } = await caller.read({
		product: 'sls',
		region,
		action: 'log:GetLogStore',
		run: () => client.getLogStore(project, logstore),
	});
	const { ttl, createTime } = body ?? {};
	return { days: ttl ?? null, createdAt: createTime ?? null };
}

/** Which fields a statement can read, each with its kind: `text`, `long`, `double`. */
export async function readIndex(
	{ clients, caller }: Account,
	{ region, project, logstore }: AuditStore,
): Promise<Map<string, string>> {
	const client = await clients.sls(region);
	const { body } = await caller.read({
		product: 'sls',
		region,
		action: 'log:GetIndex',
		run: () => client.getIndex(project, logstore),
	});
	const fields = new Map<string, string>();
	for (const [name, key] of Object.entries(body?.keys ?? {})) {
		if (key.docValue !== false && key.type !== 'json') fields.set(name, key.type ?? '');
		for (const [below, inner] of Object.entries(key.jsonKeys ?? {}))
			if (inner.docValue !== false) fields.set(`${name}.${below}`, inner.type ?? '');
	}
	return fields;
}

const limits = new WeakMap<Account['clients'], Map<string, LimitFunction>>();

/** Clusters may share a project: they share its statements too. */
function limitOf({ clients }: Account, project: string): LimitFunction {
	const known = limits.get(clients) ?? new Map<string, LimitFunction>();
	limits.set(clients, known);
	const limit = known.get(project) ?? pLimit(AT_ONCE);
	known.set(project, limit);
	return limit;
}

/** Runs one statement, as often as it takes until it has seen everything. @param to not included. */
export function runStatement(
	account: Account,
	store: AuditStore,
	{ query, from, to, signal }: { query: string; from: EpochSeconds; to: EpochSeconds; signal: AbortSignal },
): Promise<Statement> {
	return limitOf(
		account,
		store.project,
	)(async () => {
		for (let attempt = 1; ; attempt++) {
			const found = await once(account, store, { query, from, to });
			if (found.isComplete || attempt === MAX_TRIES) return found;
			await wait(PAUSE_MS, undefined, { signal });
		}
	});
}

async function once(
	{ clients, caller }: Account,
	{ region, project, logstore }: AuditStore,
	question: { query: string; from: EpochSeconds; to: EpochSeconds },
): Promise<Statement> {
	const [client, { GetLogsV2Headers, GetLogsV2Request }, { RuntimeOptions }] = await Promise.all([
		clients.sls(region),
		import('@alicloud/sls20201230'),
		import('@darabonba/typescript'),
	]);
	const action = 'log:GetLogStoreLogs';
	const runtime = new RuntimeOptions({ readTimeout: SQL_TIMEOUT_MS, connectTimeout: SQL_TIMEOUT_MS });
	const { body } = await caller.read({
		product: 'sls',
		region,
		action,
		timeoutMs: SQL_TIMEOUT_MS,
		run: () =>
			client.getLogsV2WithOptions(
				project,
				logstore,
				new GetLogsV2Request(question),
				new GetLogsV2Headers({}),
				runtime,
			),
	});
	if (body?.meta?.progress === undefined || body.data === undefined)
		throw new ApiError('partial', 200, `${action} gave an answer without its progress or its rows`);
	// Rows are text by the service's word alone.
	const rows = body.data.map(row =>
		Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value ?? '')])),
	);
	return { rows, isComplete: body.meta.progress === 'Complete' };
}
