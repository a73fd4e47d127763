import { ApiError } from '../../lib/api-error.ts';
import { redact } from '../../lib/redact.ts';
import { oneLine } from '../../lib/text.ts';

/** What a failed call of an SDK was, in its own terms; nothing of a request's or a profile's content is kept. */
export interface CloudFailure {
	kind: 'throttled' | 'forbidden' | 'not_found' | 'refused' | 'server' | 'timeout' | 'network' | 'unreadable';
	/** The service's code, as `EntityNotExist.User`; empty where it gave none. */
	code: string;
	status: number;
	requestId: string;
	/** Of a throttled call, in milliseconds; null where the service does not say. */
	retryAfterMs: number | null;
	/** The RAM action that the service itself names as missing; empty where it names none. */
	missingAction: string;
}

/** Sorts whatever an SDK threw. Its message is not kept: it may quote a request, or a profile with its secret. */
export function classify(error: unknown): CloudFailure {
	const thrown = asObject(error);
	const code = text(thrown.code);
	const status = typeof thrown.statusCode === 'number' ? thrown.statusCode : 0;
	const detail = asObject(thrown.accessDeniedDetail ?? asObject(thrown.data).accessDeniedDetail);
	return {
		kind: kindOf(text(thrown.name), code, status),
		code: oneLine(redact(code === 'undefined' ? '' : code), 100),
		status,
		requestId: oneLine(text(thrown.requestId) || text(asObject(thrown.data).requestId), 60),
		retryAfterMs: typeof thrown.retryAfter === 'number' ? thrown.retryAfter : null,
		missingAction: oneLine(text(detail.AuthAction), 100),
	};
}

function kindOf(name: string, code: string, status: number): CloudFailure['kind'] {
	if (name === 'ThrottlingError' || code.startsWith('Throttling') || status === 429) return 'throttled';
	if (status === 403 || /^(NoPermission|Forbidden)/.test(code)) return 'forbidden';
	if (/Timeout/.test(name) || code === 'ETIMEDOUT' || name === 'AbortError') return 'timeout';
	if (status === 404) return 'not_found';
	if (status >= 500) return 'server';
	if (status >= 400) return 'refused';
	// A proxy's page, or an error without a body: the SDK cannot parse it and forgets its status.
	if (name === 'SyntaxError' || /mismatch/.test(text(asObject(name).message))) return 'unreadable';
	return /^E[A-Z]+$/.test(code) ? 'network' : 'unreadable';
}

/** Whether asking again may help, for a call that changes nothing. */
export function isTransient({ kind }: CloudFailure): boolean {
	return ['throttled', 'server', 'timeout', 'network', 'unreadable'].includes(kind);
}

const WORDS: Record<CloudFailure['kind'], { code: ApiError['code']; says: string }> = {
	throttled: { code: 'throttled', says: 'was throttled' },
	forbidden: { code: 'forbidden', says: 'is not allowed' },
	not_found: { code: 'partial', says: 'found nothing' },
	refused: { code: 'partial', says: 'was refused' },
	server: { code: 'unreachable', says: 'failed in the service' },
	timeout: { code: 'timeout', says: 'did not answer in time' },
	network: { code: 'unreachable', says: 'could not be reached' },
	unreadable: { code: 'unreachable', says: 'gave an answer that is none of the API’s' },
};

/** The error that becomes a gap: what failed, the service's code and the request to ask support about. */
export function toApiError(action: string, failure: CloudFailure): ApiError {
	const { kind, code, requestId, status } = failure;
	const parts = [code, requestId === '' ? '' : `request ${requestId}`].filter(part => part !== '');
	const more = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
	const clock = /TimeStamp|RequestTime/.test(code) ? "; set this machine's clock" : '';
	const key = /AccessKey|SecurityToken|Signature/.test(code) ? '; renew or replace the access key' : '';
	return new ApiError(WORDS[kind].code, status, `${action} ${WORDS[kind].says}${more}${clock || key}`);
}

function asObject(value: unknown): Record<string, unknown> {
	return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
