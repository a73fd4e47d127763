import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { requestId } from './answer.ts';
import { takeFault } from './faults.ts';
import { type CloudRequest, header } from './request.ts';
import type { Verifier } from './signature.ts';
import type { LogEngine } from './sls-engine.ts';
import {
	carryOut,
	failure,
	type LogAnswered,
	type LogRoute,
	type LogStores,
	PERMISSIONS,
	projectOf,
} from './sls-operations.ts';
import { verifyLog } from './sls-signature.ts';
import type { AccessKey, CloudState } from './state.ts';

/** The log service: a host for each project, in which each cluster has the store of its audit log. */
export interface LogService {
	answer(call: LogCall, response: ServerResponse): Promise<void>;
	close(): Promise<void>;
}

interface LogCall {
	request: CloudRequest;
	verifier: Verifier;
	/** Whether it is one call too many. */
	isOver: () => boolean;
	record: (call: CloudState['calls'][number]) => void;
}

/** Its requests name no version of the other products. */
export function isLogRequest(request: CloudRequest): boolean {
	return header(request, 'x-log-apiversion') !== '';
}

/** Serves the log service of an account. Its engine starts with the first query. */
export function createLogService(state: CloudState): LogService {
	let engine: Promise<LogEngine> | null = null;
	const store: LogStores = {
		state,
		engine: () => {
			engine ??= import('./sls-engine.ts').then(({ createLogEngine }) => createLogEngine());
			return engine;
		},
		running: new Map(),
		made: new Map(),
	};
	return {
		answer: (call, response) => answer(store, call, response),
		close: async () => {
			if (engine !== null) (await engine).close();
		},
	};
}

async function answer(store: LogStores, call: LogCall, response: ServerResponse): Promise<void> {
	const { request, verifier } = call;
	const { state } = store;
	const send = (answered: LogAnswered) => sendLog(response, request, answered);
	const key = verifyLog(request, verifier);
	if (!('id' in key)) return send(failure(key.status, key.code, key.message));
	const to = route(request);
	if (to === null) return send(failure(404, 'InvalidAPI', 'The API does not exist.'));
	const text = `${request.path} ${JSON.stringify(request.query)} ${request.body.toString()}`;
	const fault = takeFault(state.faults, to.action, text);
	if (fault?.is === 'cut') {
		response.socket?.destroy();
		return;
	}
	if (fault?.is === 'slow') await wait(fault.ms);
	if (fault?.is === 'html') {
		response
			.writeHead(fault.status, { 'content-type': 'text/html' })
			.end('<html><h1>Bad Gateway</h1></html>');
		return;
	}
	if (fault?.is === 'error') return send(failure(fault.status, fault.code, fault.message));
	if (fault?.is === 'throttle' || call.isOver())
		return send(failure(403, 'ReadQuotaExceed', 'The read quota of the project is exceeded.'));
	const denied = denial(key, to, projectOf(request));
	if (denied !== null) return send(denied);
	call.record({ product: 'sls', action: to.action, caller: key.holder, target: '' });
	send(await carryOut(store, to, request, fault?.is === 'incomplete'));
}

function route({ method, path, query }: CloudRequest): LogRoute | null {
	const type = query.find(([name]) => name === 'type')?.[1];
	if (method === 'GET' && path === '/') return { action: 'GetProject', logstore: '' };
	if (method === 'GET' && path === '/logstores') return { action: 'ListLogStores', logstore: '' };
	const [, logstore = '', below] = /^\/logstores\/([\w-]+)(\/index|\/logs)?$/.exec(path) ?? [];
	if (logstore === '') return null;
	if (method === 'POST') return below === '/logs' ? { action: 'GetLogsV2', logstore } : null;
	if (method !== 'GET' || below === '/logs') return null;
	if (type === 'histogram') return { action: 'GetHistograms', logstore };
	if (below === '/index') return { action: 'GetIndex', logstore };
	return { action: type === 'log' ? 'GetLogs' : 'GetLogStore', logstore };
}

function denial({ allowed }: AccessKey, { action, logstore }: LogRoute, project: string): LogAnswered | null {
	const wanted = `log:${PERMISSIONS[action]}`;
	if (allowed === null || allowed.includes(wanted)) return null;
	const resource = `acs:log:*:*:project/${project}${logstore === '' ? '' : `/logstore/${logstore}`}`;
	return failure(401, 'Unauthorized', `denied by sts or ram, action: ${wanted}, resource: ${resource}`);
}

function sendLog(
	response: ServerResponse,
	request: CloudRequest,
	{ status, body, headers }: LogAnswered,
): void {
	const plain = Buffer.from(JSON.stringify(body));
	const isPacked = status === 200 && header(request, 'accept-encoding').toLowerCase().trim() === 'lz4';
	const sent = isPacked ? lz4Block(plain) : plain;
	response.writeHead(status, {
		server: 'AliyunSLS',
		'content-type': 'application/json',
		'content-length': sent.length,
		'x-log-requestid': requestId().replaceAll('-', '').slice(0, 24),
		...(isPacked ? { 'x-log-compresstype': 'lz4', 'x-log-bodyrawsize': String(plain.length) } : {}),
		...headers,
	});
	response.end(sent);
}

/**
 * A block of literals alone: no smaller, and as good as any other to whoever unpacks it.
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
function lz4Block(plain: Buffer): Buffer {
	if (plain.length < 15) return Buffer.concat([Buffer.from([plain.length << 4]), plain]);
	const rest = plain.length - 15;
	const lengths = Buffer.alloc(Math.floor(rest / 255) + 1, 255);
	lengths[lengths.length - 1] = rest % 255;
	return Buffer.concat([Buffer.from([0xf0]), lengths, plain]);
}
