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
	const code = word(thrown.code);
	const status = typeof thrown.statusCode === 'number' ? thrown.statusCode : 0;
	const data = asObject(thrown.data);
	const detail = asObject(thrown.accessDeniedDetail ?? data.accessDeniedDetail ?? data.AccessDeniedDetail);
	const action = text(detail.AuthAction);
	return {
		kind: kindOf(text(thrown.name), code, status),
		code,
		status,
		requestId: word(thrown.requestId) || word(data.requestId) || word(data.RequestId),
		retryAfterMs: typeof thrown.retryAfter === 'number' ? Math.max(thrown.retryAfter, 0) : null,
		missingAction: /^[a-z]{1,20}:\w{1,80}$/.test(action) ? action : '',
	};
}

/** How the log service says it, with status 403 or 503. */
const TOO_MANY = /^Throttling|^(Read|Write)QuotaExceed|QpsLimitExceeded$|^ServerBusy$/;
/** Whom the service does not know at all, or no longer: no permission would help. */
const NOBODY = /AccessKey|SecurityToken|Signature/;

function kindOf(name: string, code: string, status: number): CloudFailure['kind'] {
	if (name === 'ThrottlingError' || TOO_MANY.test(code) || status === 429) return 'throttled';
	if (NOBODY.test(code)) return 'refused';
	if (status === 403 || /^(NoPermission|Forbidden|Unauthorized$)/.test(code)) return 'forbidden';
	if (/Timeout/.test(name) || code === 'ETIMEDOUT' || name === 'AbortError') return 'timeout';
	if (status === 404) return 'not_found';
	if (status >= 500) return 'server';
	if (status >= 400) return 'refused';
	// A proxy's page, or an error without a body: the SDK cannot parse it and forgets its status.
	return /^E[A-Z_]+$/.test(code) ? 'network' : 'unreadable';
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

const NEXT_STEPS: [RegExp, string][] = [
	[/Time[Ss]tamp|RequestTime(TooSkewed|Expired)/, "set this machine's clock"],
	[/AccessKey|SecurityToken|Signature(?!Nonce)/, 'renew or replace the access key'],
	[/ErrorClusterNotFound/, 'it was deleted since the account listed it'],
];

/** The error that becomes a gap: what failed, the service's code and the request to ask support about. */
export function toApiError(action: string, failure: CloudFailure): ApiError {
	const { kind, code, requestId, missingAction } = failure;
	const parts = [code, requestId === '' ? '' : `request ${requestId}`].filter(part => part !== '');
	const more = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
	const next = NEXT_STEPS.find(([pattern]) => pattern.test(code))?.[1];
	const message = `${action} ${WORDS[kind].says}${more}${next === undefined ? '' : `; ${next}`}`;
	// The service says so with other statuses too.
	const status = kind === 'forbidden' ? 403 : failure.status === 403 ? 401 : failure.status;
	return new ApiError(WORDS[kind].code, status, message, failure, missingAction);
}

/** The service's own code of an error that a call ended with, or the code of its gap. */
export function serviceCode(error: unknown): string {
	if (!(error instanceof ApiError)) return 'unreachable';
	return text(asObject(error.cause).code) || error.code;
}

function asObject(value: unknown): Record<string, unknown> {
	return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

/** A code or an id: anything that looks like a sentence is none of the service's. */
function word(value: unknown): string {
	const found = oneLine(redact(text(value)), 100);
	return found === 'undefined' || /\s/.test(found) ? '' : found;
}
