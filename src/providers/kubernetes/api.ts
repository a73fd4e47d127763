import type { Agent } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../../lib/api-error.ts';
import { redact } from '../../lib/redact.ts';
import { oneLine } from '../../lib/text.ts';

/** Objects a page, as kubectl and the informers ask for. */
const PAGE_SIZE = 500;
/** A page of 500 of the largest objects that etcd stores (1.5 MiB each) stays under it only in part; real pages are a few MB. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;
const MAX_ATTEMPTS = 5;
const MAX_RETRY_AFTER_MS = 30_000;
const MAX_RESTARTS = 5;

/** With no other form to fall back to: a server that cannot leave the token out is to send nothing. */
export const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** How a request is authenticated: made anew when the server answers 401 and a plugin can renew it. */
export interface Transport {
	server: URL;
	agent: Agent;
	headers: Record<string, string | string[]>;
	/** Renews the credential unless it is another by now than the one refused; false when there is nothing to renew. */
	renew: (refused: Transport['headers']) => Promise<boolean>;
}

/** What collectors may ask of one API server. Every failure is an ApiError. */
export interface KubernetesApi {
	/** Every object of a list, paged; `parse` keeps what is wanted of one and drops the rest, null to skip it. */
	list<T>(path: string, parse: (object: unknown) => T | null, options?: ListOptions): Promise<T[]>;
	get(path: string): Promise<unknown>;
	/** For the review APIs, which answer a question and store nothing. */
	post(path: string, body: unknown): Promise<unknown>;
}

/** A change to one object. */
export interface WriteRequest {
	method: 'POST' | 'PATCH' | 'DELETE';
	path: string;
	body: unknown;
	/** `application/json-patch+json` for a patch. */
	contentType: string;
	/** The server checks everything and stores nothing (`dryRun=All`). */
	isDryRun: boolean;
	/** Asks for metadata alone in the answer: a Secret's data is never received. */
	metadataOnly: boolean;
}

/** What a remediation asks of one API server, besides what collectors ask. Every failure is an ApiError. */
export interface KubernetesWriter extends KubernetesApi {
	/** Metadata of one object. */
	getMetadata(path: string): Promise<unknown>;
	/**
	 * Tried again only where the server has certainly not done it (429, a renewed login): whether anything else was
	 * done is for the caller to look up.
	 */
	write(request: WriteRequest): Promise<unknown>;
}

export interface ListOptions {
	fieldSelector?: string;
	/** Asks for metadata alone, so that the rest is never sent. */
	metadataOnly?: boolean;
}

/** What ends a request that would not end by itself. */
export interface ApiLimits {
	requestTimeoutMs: number;
	maxBodyBytes?: number;
	/** Ends everything: the cluster's time limit, or Ctrl-C. */
	signal: AbortSignal;
}

/** One object without what only its owner should see, and with no other form to fall back to. */
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** Speaks plain JSON to one API server over kept-alive sockets. */
export function createApi(
	transport: Transport,
	{ requestTimeoutMs: timeoutMs, maxBodyBytes = MAX_BODY_BYTES, signal }: ApiLimits,
): KubernetesWriter {
	const limits = { timeoutMs, maxBodyBytes, signal };
	const request = (method: string, path: string, accept: string, body?: unknown) =>
		requestWithRetries(transport, { method, path, accept, body, ...limits });
	return {
		getMetadata: path => request('GET', path, METADATA),
		write: ({ method, path, body, contentType, isDryRun, metadataOnly }) =>
			requestWithRetries(transport, {
				method,
				path: isDryRun ? `${path}?dryRun=All` : path,
				accept: metadataOnly ? METADATA : 'application/json',
				// With a body the API server reads the options of a deletion there alone, and ignores the query.
				body: isDryRun && method === 'DELETE' ? { ...(body as object), dryRun: ['All'] } : body,
				contentType,
				isWrite: true,
				isSecret: metadataOnly,
				...limits,
			}),
		get: path => request('GET', path, 'application/json'),
		post: (path, body) => request('POST', path, 'application/json', body),
		list: async (path, parse, options = {}) => {
			const accept = options.metadataOnly === true ? METADATA_LIST : 'application/json';
			for (let restarts = 0; ; restarts++) {
				try {
					return await readPages(query => request('GET', `${path}?${query}`, accept), parse, options);
				} catch (error) {
					// The continue token outlived its snapshot: pages read so far belong to another one.
					const isExpired = error instanceof ApiError && error.status === 410;
					if (!isExpired || restarts === MAX_RESTARTS) throw error;
				}
			}
		},
	};
}

async function readPages<T>(
	page: (query: string) => Promise<unknown>,
	parse: (object: unknown) => T | null,
	options: ListOptions,
): Promise<T[]> {
	const kept: T[] = [];
	const seen = new Set<string>();
	const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
	if (options.fieldSelector !== undefined) query.set('fieldSelector', options.fieldSelector);
	for (;;) {
		const { items, next } = readList(await page(query.toString()));
		for (const object of items) {
			const parsed = parse(object);
			if (parsed !== null) kept.push(parsed);
		}
		if (next === '') return kept;
		if (seen.has(next)) throw new ApiError('partial', 200, 'the server repeats a page for ever');
		seen.add(next);
		query.set('continue', next);
	}
}

/** A list whose items are missing is no empty list: it is an answer that cannot be trusted. */
function readList(body: unknown): { items: unknown[]; next: string } {
	const { items, metadata } = (body ?? {}) as { items?: unknown; metadata?: { continue?: unknown } };
	// The API server writes `null` for the empty list of some kinds.
	if (items === undefined || (items !== null && !Array.isArray(items))) {
		throw new ApiError('partial', 200, 'the answer is not a Kubernetes list');
	}
	return { items: items ?? [], next: typeof metadata?.continue === 'string' ? metadata.continue : '' };
}

interface Request {
	method: string;
	path: string;
	accept: string;
	body: unknown;
	/** `application/json` where it is left out. */
	contentType?: string;
	/** It may have been done although no answer says so. */
	isWrite?: boolean;
	/** What the server says of a failure may quote the whole object. */
	isSecret?: boolean;
	timeoutMs: number;
	maxBodyBytes: number;
	signal: AbortSignal;
}

interface Answer {
	status: number;
	retryAfterMs: number | null;
	body: string;
}

async function requestWithRetries(transport: Transport, request: Request): Promise<unknown> {
	let hasRenewed = false;
	for (let attempt = 1; ; attempt++) {
		const { headers } = transport;
		const answer = await send(transport, request).catch(error => {
			// A socket that the server closed while idle, or a server that restarts: worth another try.
			if (attempt < MAX_ATTEMPTS && isTransient(error) && !request.isWrite) return null;
			throw toApiError(error, request, transport.server);
		});
		if (answer !== null && answer.status < 300) return parseJson(answer.body);
		if (answer?.status === 401 && !hasRenewed) {
			hasRenewed = true;
			if (await transport.renew(headers)) continue;
		}
		const isWorthRetry =
			answer === null ||
			answer.status === 429 ||
			(answer.status >= 500 && answer.status !== 501 && !request.isWrite);
		if (answer !== null && (!isWorthRetry || attempt === MAX_ATTEMPTS))
			throw statusError(request.isSecret === true ? { ...answer, body: '' } : answer);
		await pause(answer?.retryAfterMs ?? backoffMs(attempt), request);
	}
}

/** 200 ms, 400 ms, 800 ms … without jitter: concurrency is bounded, and runs stay comparable. */
function backoffMs(attempt: number): number {
	return 100 * 2 ** attempt;
}

async function pause(ms: number, request: Request): Promise<void> {
	await sleep(Math.min(ms, MAX_RETRY_AFTER_MS), undefined, { signal: request.signal }).catch(() => {
		throw new ApiError('timeout', 0, abortReason(request.signal));
	});
}

function send(
	transport: Transport,
	{ method, path, accept, body, contentType, timeoutMs, maxBodyBytes, signal }: Request,
): Promise<Answer> {
	const payload = body === undefined ? undefined : goJson(body);
	const url = new URL(transport.server.href.replace(/\/+$/, '') + path);
	return new Promise((resolve, reject) => {
		// What we end a request for counts, not how its stream then breaks.
		let reason: ApiError | null = null;
		const fail = (error: unknown) => reject(reason ?? error);
		const end = (error: ApiError) => {
			reason = error;
			client.destroy(error);
		};
		const client = (url.protocol === 'http:' ? http : https).request(
			url,
			{
				method,
				agent: transport.agent,
				headers: {
					...transport.headers,
					accept,
					'user-agent': 'kubelapse',
					...(payload === undefined
						? {}
						: {
								'content-type': contentType ?? 'application/json',
								'content-length': Buffer.byteLength(payload),
							}),
				},
				signal,
			},
			response => {
				const chunks: Buffer[] = [];
				let bytes = 0;
				response.on('data', (chunk: Buffer) => {
					bytes += chunk.length;
					if (bytes > maxBodyBytes) end(tooLarge(maxBodyBytes));
					else chunks.push(chunk);
				});
				response.on('error', fail);
				response.on('end', () => {
					resolve({
						status: response.statusCode ?? 0,
						retryAfterMs: readRetryAfter(response.headers['retry-after']),
						body: Buffer.concat(chunks).toString('utf8'),
					});
				});
				response.on('aborted', () => fail(new ApiError('partial', 200, 'the server broke off its answer')));
			},
		);
		// Not AbortSignal.timeout: joined by AbortSignal.any it is collected before it fires on Node 20.
		const timer = setTimeout(() => {
			const message = `no answer from ${transport.server.host} within ${timeoutMs / 1000} s`;
			end(new ApiError('timeout', 0, message));
		}, timeoutMs);
		client.on('close', () => clearTimeout(timer));
		client.on('error', fail);
		client.end(payload);
	});
}

/** JSON as the API server writes it: the tests of a JSON patch compare text, and Go escapes these five. */
function goJson(body: unknown): string {
	return JSON.stringify(body).replace(
		/[<>&\u2028\u2029]/g,
		character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}

function tooLarge(limit: number): ApiError {
	return new ApiError('partial', 200, `the answer is larger than ${limit / 1024 ** 2} MiB`);
}

/** Seconds; the API server never sends a date (RFC 9110 §10.2.3). */
function readRetryAfter(header: string | undefined): number | null {
	return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
}

function parseJson(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		// The parser's own message quotes the text.
		throw new ApiError('partial', 200, 'the answer is not JSON; is this the address of an API server?');
	}
}

function statusError({ status, body }: Answer): ApiError {
	const message = oneLine(redact(statusMessage(body)), 300);
	const text = `HTTP ${status}${message === '' ? '' : `: ${message}`}`;
	if (status === 401)
		return new ApiError('forbidden', status, `${text}; the credential is not accepted (expired or revoked?)`);
	if (status === 403) return new ApiError('forbidden', status, text);
	if (status === 429) return new ApiError('throttled', status, text);
	return new ApiError(status >= 500 ? 'unreachable' : 'partial', status, text);
}

/** `message` of a meta/v1 Status; empty for anything else. */
function statusMessage(body: string): string {
	try {
		const status = JSON.parse(body) as { kind?: unknown; message?: unknown } | null;
		return status?.kind === 'Status' && typeof status.message === 'string' ? status.message : '';
	} catch {
		return ''; // a proxy's HTML page says nothing that helps
	}
}

const TRANSIENT = new Set(['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'EAI_AGAIN']);

function isTransient(error: unknown): boolean {
	return error instanceof Error && 'code' in error && TRANSIENT.has(String(error.code));
}

function toApiError(error: unknown, request: Request, server: URL): ApiError {
	if (error instanceof ApiError) return error;
	if (request.signal.aborted) return new ApiError('timeout', 0, abortReason(request.signal), error);
	const text =
		error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
	return new ApiError('unreachable', 0, `cannot reach ${server.host}: ${text}`, error);
}

/** What the one who aborted said: `the cluster's time limit …` or `interrupted`. */
function abortReason(signal: AbortSignal): string {
	return signal.reason instanceof Error ? signal.reason.message : 'stopped';
}
