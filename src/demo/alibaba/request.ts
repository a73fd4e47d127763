import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** A request as its signature covers it. */
export interface CloudRequest {
	method: string;
	/** As on the wire. */
	path: string;
	/** Decoded, in the order of the wire. */
	query: [string, string][];
	headers: IncomingHttpHeaders;
	body: Buffer;
	/** Of a form body. */
	form: [string, string][];
	/** Of a JSON body; undefined for any other. */
	json: unknown;
}

/** No call that the demo serves has more. */
const MAX_BODY_BYTES = 1 << 20;

/** Reads a request whole; null when its body is too long. */
export async function readRequest(message: IncomingMessage): Promise<CloudRequest | null> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of message as AsyncIterable<Buffer>) {
		length += chunk.length;
		if (length <= MAX_BODY_BYTES) chunks.push(chunk);
	}
	if (length > MAX_BODY_BYTES) return null;
	const body = Buffer.concat(chunks);
	const [, path = '/', query = ''] = /^([^?]*)\??(.*)$/s.exec(message.url ?? '/') ?? [];
	const isForm = /^application\/x-www-form-urlencoded/i.test(message.headers['content-type'] ?? '');
	return {
		method: message.method ?? 'GET',
		path,
		query: [...new URLSearchParams(query)],
		headers: message.headers,
		body,
		form: isForm ? [...new URLSearchParams(body.toString())] : [],
		json: isForm ? undefined : parseJson(body.toString()),
	};
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		// Empty, or not JSON: the operation that needs it says so.
		return undefined;
	}
}

/** One header; the first where a client repeats it. */
export function header({ headers }: CloudRequest, name: string): string {
	const value = headers[name];
	return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** Parameters of a call, from the query and a form alike; the first of a name counts. */
export function parameter({ query, form }: CloudRequest, name: string): string | undefined {
	return [...query, ...form].find(([key]) => key === name)?.[1];
}
