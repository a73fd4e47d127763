import type { Agent } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../../lib/api-error.ts';
import { redact } from '../../lib/redact.ts';
import { oneLine } from '../../lib/text.ts';
import { readMember } from './scim-member.ts';

const MAX_ATTEMPTS = 5;
const MAX_RETRY_AFTER_MS = 30_000;
const MAX_REDIRECTS = 3;
/** A page of 100 users is far under a megabyte; groups with all their members take more. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** How one SCIM service is reached. */
export interface ScimConnection {
	/** Without a trailing slash; its query goes along with every request. */
	base: URL;
	token: string;
	agent: Agent;
	requestTimeoutMs: number;
	maxBodyBytes?: number;
	signal: AbortSignal;
}

interface Answer {
	status: number;
	headers: http.IncomingHttpHeaders;
	body: string;
}

/** One JSON answer of `/Users` or `/Groups`. Every failure is an ApiError, without query, header or token. */
export async function getJson(
	connection: ScimConnection,
	path: string,
	query: Record<string, number>,
): Promise<unknown> {
	let url = new URL(connection.base);
	url.pathname += path;
	for (const [key, value] of Object.entries(query)) url.searchParams.set(key, String(value));
	for (let redirects = 0; ; redirects++) {
		const answer = await withRetries(url, connection);
		if (answer.status < 300) return parseJson(answer.body);
		if (answer.status < 400) url = nextUrl(url, answer, redirects);
		else throw statusError(answer, connection);
	}
}

/** Where a redirect leads: the token goes to nobody but the service that it was given for. */
function nextUrl(url: URL, { status, headers }: Answer, redirects: number): URL {
	const location = headers.location ?? '';
	if (status === 304 || location === '' || !URL.canParse(location, url.href)) {
		throw new ApiError('unreachable', status, `HTTP ${status}, which is no answer to a read`);
	}
	const next = new URL(location, url);
	if (next.origin !== url.origin) {
		const to = oneLine(next.origin, 100);
		throw new ApiError('unreachable', status, `it redirects to ${to}, where the token is not sent`);
	}
	if (redirects === MAX_REDIRECTS) throw new ApiError('unreachable', status, 'it redirects in a circle');
	return next;
}

async function withRetries(url: URL, connection: ScimConnection): Promise<Answer> {
	for (let attempt = 1; ; attempt++) {
		const answer = await send(url, connection).catch(error => {
			if (attempt < MAX_ATTEMPTS && isTransient(error) && !connection.signal.aborted) return null;
			throw toApiError(error, url, connection);
		});
		const isWorthRetry =
			answer === null || answer.status === 429 || (answer.status >= 500 && answer.status !== 501);
		if (answer !== null && (!isWorthRetry || attempt === MAX_ATTEMPTS)) return answer;
		const backoffMs = 100 * 2 ** attempt;
		await pause(answer === null ? backoffMs : (retryAfterMs(answer) ?? backoffMs), connection.signal);
	}
}

/** Seconds, or a date (RFC 9110 §10.2.3), which is held against the server's own clock. */
function retryAfterMs({ headers }: Answer): number | null {
	const text = headers['retry-after'] ?? '';
	if (/^\d{1,6}$/.test(text)) return Number(text) * 1000;
	const ms = Date.parse(text) - Date.parse(headers.date ?? '');
	return Number.isNaN(ms) ? null : Math.max(ms, 0);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
	await sleep(Math.min(ms, MAX_RETRY_AFTER_MS), undefined, { signal }).catch(() => {
		throw new ApiError('timeout', 0, abortReason(signal));
	});
}

function send(url: URL, connection: ScimConnection): Promise<Answer> {
	const { token, agent, requestTimeoutMs, maxBodyBytes = MAX_BODY_BYTES, signal } = connection;
	return new Promise((resolve, reject) => {
		// What we end a request for counts, not how its stream then breaks.
		let reason: ApiError | null = null;
		const fail = (error: unknown) => reject(reason ?? error);
		const end = (error: ApiError) => {
			reason = error;
			client.destroy(error);
		};
		const client = (url.protocol === 'http:' ? http : https).get(url, {
			agent,
			headers: {
				authorization: `Bearer ${token}`,
				accept: 'application/scim+json, application/json',
				'user-agent': 'kubelapse',
			},
			signal,
		});
		client.on('response', response => {
			const chunks: Buffer[] = [];
			let bytes = 0;
			response.on('data', (chunk: Buffer) => {
				bytes += chunk.length;
				if (bytes > maxBodyBytes) {
					const limit = maxBodyBytes / 1024 ** 2;
					end(new ApiError('partial', 200, `the answer is larger than ${limit} MiB`));
				} else chunks.push(chunk);
			});
			response.on('error', fail);
			response.on('end', () => {
				const body = Buffer.concat(chunks).toString('utf8');
				resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
			});
		});
		// Not AbortSignal.timeout: joined by AbortSignal.any it is collected before it fires on Node 20.
		const timer = setTimeout(() => {
			end(new ApiError('timeout', 0, `no answer within ${requestTimeoutMs / 1000} s`));
		}, requestTimeoutMs);
		client.on('close', () => clearTimeout(timer));
		client.on('error', fail);
	});
}

function parseJson(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		// The parser's own message quotes the text.
		throw new ApiError('partial', 200, 'the answer is not JSON; is this the address of a SCIM service?');
	}
}

function statusError({ status, body }: Answer, { token }: ScimConnection): ApiError {
	// A service may quote the request: its token is no longer than what redact() takes for a word.
	const detail = oneLine(redact(detailOf(body).replaceAll(token, '[removed]')), 300);
	const text = `HTTP ${status}${detail === '' ? '' : `: ${detail}`}`;
	if (status === 401) {
		return new ApiError('forbidden', status, `${text}; the token is not accepted (expired or revoked?)`);
	}
	if (status === 403) return new ApiError('forbidden', status, text);
	if (status === 429) return new ApiError('throttled', status, text);
	return new ApiError(status >= 500 ? 'unreachable' : 'partial', status, text);
}

/** `detail` of a SCIM error (RFC 7644 §3.12); empty for anything else. */
function detailOf(body: string): string {
	try {
		const detail = readMember(JSON.parse(body), 'detail');
		return typeof detail === 'string' ? detail : '';
	} catch {
		return ''; // a proxy's HTML page says nothing that helps
	}
}

const TRANSIENT = new Set(['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'EAI_AGAIN']);

function isTransient(error: unknown): boolean {
	return error instanceof Error && 'code' in error && TRANSIENT.has(String(error.code));
}

function toApiError(error: unknown, url: URL, { signal, token }: ScimConnection): ApiError {
	if (error instanceof ApiError) return error;
	if (signal.aborted) return new ApiError('timeout', 0, abortReason(signal), error);
	const text =
		error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
	return new ApiError('unreachable', 0, `cannot reach ${url.host}: ${text.replaceAll(token, '[removed]')}`);
}

/** What the one who aborted said: `interrupted`, or a time limit. */
function abortReason(signal: AbortSignal): string {
	return signal.reason instanceof Error ? signal.reason.message : 'stopped';
}
