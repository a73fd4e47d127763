import { randomUUID } from 'node:crypto';
import type { AccessKey, CloudState } from './state.ts';

/** What an operation answers with: JSON, or nothing (`bodyType none`). */
export interface CloudAnswer {
	status: number;
	body: unknown;
	headers?: Record<string, string>;
}

/** One call, let in. */
export interface Call {
	state: CloudState;
	key: AccessKey;
	action: string;
	/** Path parameters and those of query, form and JSON body. */
	get: (name: string) => string | undefined;
	/** A JSON body; undefined where there is none. */
	body: unknown;
	/** What the call changes is seen only so much later. */
	lateMs: number;
}

export type Operation = (call: Call) => CloudAnswer | Promise<CloudAnswer>;

export function ok(body: unknown): CloudAnswer {
	return { status: 200, body };
}

/** An error as ROA operations word it. */
export function roaError(status: number, code: string, message: string): CloudAnswer {
	return { status, body: { code, message, requestId: requestId() } };
}

/** An error as RPC operations word it. */
export function rpcError(status: number, code: string, message: string): CloudAnswer {
	return { status, body: { Code: code, Message: message, RequestId: requestId(), HostId: 'localhost' } };
}

/** Upper case, as the cloud's are. */
export function requestId(): string {
	return randomUUID().toUpperCase();
}

/** A yes of a parameter: Python's clients write `True`. */
export function isTrue(text: string | undefined): boolean {
	return text?.toLowerCase() === 'true';
}

/** A whole number of a parameter, or what it is by default; null where it is none or out of range. */
export function count(text: string | undefined, byDefault: number, max: number): number | null {
	if (text === undefined) return byDefault;
	const value = Number(text);
	return Number.isInteger(value) && value >= 1 && value <= max ? value : null;
}
