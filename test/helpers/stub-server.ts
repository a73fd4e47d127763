import {
	Agent,
	createServer,
	type IncomingMessage,
	type RequestListener,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ApiError } from '../../src/lib/api-error.ts';
import { createApi, type KubernetesApi, type Transport } from '../../src/providers/kubernetes/api.ts';

/** A server on loopback that answers as a case says. */
export interface StubServer {
	url: string;
	/** Every request so far, as `GET /path`. */
	requests: string[];
	/** Connections taken so far. */
	connections(): number;
}

/** Runs with a plain http server, which is gone afterwards with all its sockets. */
export async function withServer<T>(
	answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void,
	run: (server: StubServer) => Promise<T>,
): Promise<T> {
	const requests: string[] = [];
	const sockets = new Set<Socket>();
	const listener: RequestListener = (request, response) => {
		requests.push(`${request.method} ${request.url}`);
		answer(request, response, requests.length);
	};
	const server = createServer(listener).on('connection', socket => sockets.add(socket));
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo; // only a pipe has another kind
	try {
		return await run({ url: `http://127.0.0.1:${port}`, requests, connections: () => sockets.size });
	} finally {
		for (const socket of sockets) socket.destroy();
		await new Promise(resolve => server.close(resolve));
	}
}

/** Sends a value as JSON. */
export function json(
	response: ServerResponse,
	body: unknown,
	code = 200,
	headers: Record<string, string> = {},
) {
	response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** The meta/v1 Status of a failure. */
export function status(response: ServerResponse, code: number, message: string, headers = {}) {
	json(response, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }, code, headers);
}

/** What no message may ever hold. */
export const SECRET = 'eyJhbGciOiJub25lIn0.canary.c2lnbmF0dXJl';

export interface ApiOptions extends Partial<Transport> {
	requestTimeoutMs?: number;
	maxBodyBytes?: number;
	signal?: AbortSignal;
}

/** The API of a stub, signed in with SECRET. */
export function apiOf(url: string, options: ApiOptions = {}): KubernetesApi & { agent: Agent } {
	const { requestTimeoutMs = 2000, signal = new AbortController().signal, maxBodyBytes, ...rest } = options;
	const agent = new Agent({ keepAlive: true, maxSockets: 6 });
	const transport: Transport = {
		server: new URL(url),
		agent,
		headers: { authorization: `Bearer ${SECRET}` },
		renew: async () => false,
		...rest,
	};
	const limits = { requestTimeoutMs, signal, ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }) };
	return { ...createApi(transport, limits), agent };
}

/** How a read that must fail failed. */
export async function failure(
	reading: Promise<unknown>,
): Promise<Pick<ApiError, 'code' | 'status' | 'message'>> {
	const error = await reading.then(
		() => new Error('it did not fail'),
		(cause: unknown) => cause,
	);
	if (!(error instanceof ApiError)) throw error;
	const { code, status, message } = error;
	return { code, status, message };
}
