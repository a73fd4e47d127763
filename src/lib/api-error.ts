import type { Gap, GapCode, Source } from '../model/facts.ts';
import { redact } from './redact.ts';
import { oneLine } from './text.ts';

/** Why one request gave nothing. Its message never holds a header, a body or a query. */
export class ApiError extends Error {
	readonly code: Exclude<GapCode, 'auditing_off' | 'not_configured'>;
	/** HTTP status; 0 where there was no answer. */
	readonly status: number;
	/** What the service itself says is missing; empty where it does not say. */
	readonly permission: string;

	constructor(code: ApiError['code'], status: number, message: string, cause?: unknown, permission = '') {
		super(message, cause === undefined ? undefined : { cause });
		this.name = 'ApiError';
		this.code = code;
		this.status = status;
		this.permission = permission;
	}
}

/** The gap that a failed read leaves. */
export function toGap(source: Source, permission: string, error: unknown): Gap {
	const { code, message } = describeFailure(error);
	// A 401 lacks no permission: nobody was let in.
	const missing = error instanceof ApiError && error.status === 403 ? error.permission || permission : '';
	const next = missing === '' ? '' : `; grant "${missing}" to read it`;
	return { source, code, message: `${message}${next}`, permission: missing, subject: '' };
}

/** Whatever was thrown, as a code and one redacted line. */
export function describeFailure(error: unknown): { code: GapCode; message: string } {
	if (error instanceof ApiError) return { code: error.code, message: oneLine(redact(error.message), 400) };
	const text = error instanceof Error ? error.message : String(error);
	return { code: 'unreachable', message: oneLine(redact(text), 400) };
}
