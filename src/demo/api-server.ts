import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { DAY } from '../lib/epoch.ts';
import { authenticate } from './authenticate.ts';
import type { DemoCluster } from './cluster.ts';
import { handle } from './handle.ts';
import { createKeys, privateKeyPem } from './pki.ts';
import { readReview } from './protobuf.ts';
import { failure, unauthorized } from './status.ts';
import type { Answer } from './wire.ts';

/** An API server that listens on loopback. */
export interface ApiServer {
	/** `https://127.0.0.1:<port>`. */
	url: string;
	close(): Promise<void>;
}

/** One whose cluster is made when it is first needed. */
export interface LazyApiServer extends ApiServer {
	/** Makes it now. */
	warm(): Promise<void>;
}

/** No review or patch is longer; the real server allows three times as much. */
const MAX_BODY_BYTES = 1 << 20;

/** Starts the API server of a cluster on a free port. */
export async function startApiServer(cluster: DemoCluster): Promise<ApiServer> {
	const server = await createApi(cluster);
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject).listen(0, '127.0.0.1', resolve);
	});
	return {
		url: urlOf(server),
		close: () =>
			new Promise(resolve => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

/**
 * Takes a free port at once and makes the cluster behind it with the first connection, so that hundreds start
 * in no time; where `open` gives null every connection is cut, as by a server that is gone.
 */
export async function startLazyApiServer(open: () => Promise<DemoCluster | null>): Promise<LazyApiServer> {
	const sockets = new Set<Socket>();
	let made: Promise<Server | null> | null = null;
	const make = () => {
		made ??= open().then(cluster => (cluster === null ? null : createApi(cluster)));
		return made;
	};
	// Paused, so that what the client says first waits for TLS to be there.
	const listener = createTcpServer({ pauseOnConnect: true }, socket => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
		make().then(
			server => (server === null ? socket.destroy() : server.emit('connection', socket)),
			() => socket.destroy(),
		);
	});
	await new Promise<void>((resolve, reject) => {
		listener.once('error', reject).listen(0, '127.0.0.1', resolve);
	});
	return {
		url: urlOf(listener),
		warm: async () => {
			await make();
		},
		close: () =>
			new Promise(resolve => {
				listener.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
	};
}

function urlOf(server: { address(): AddressInfo | string | null }): string {
	// Only a pipe has an address of another kind.
	const { port } = server.address() as AddressInfo;
	return `https://127.0.0.1:${port}`;
}

async function createApi(cluster: DemoCluster): Promise<Server> {
	const { cert, key } = await servingCertificate(cluster);
	const ca = cluster.authority.certificatePem;
	// A connection without a certificate is let in: it may bring a token, and else is told 401, not cut.
	const options = { cert, key, ca, requestCert: true, rejectUnauthorized: false };
	return createServer(options, (request, response) => {
		answer(cluster, request)
			.then(result => send(response, result))
			.catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
	});
}

async function servingCertificate({ authority, now }: DemoCluster): Promise<{ cert: string; key: string }> {
	const keys = await createKeys();
	// Clients check these dates by the machine's clock, which `now` need not follow.
	const subject = {
		commonName: 'kube-apiserver',
		organizations: [],
		notBefore: now - 3000 * DAY,
		notAfter: now + 3000 * DAY,
		usage: 'server',
	} as const;
	return { cert: await authority.issue(subject, keys.publicKey), key: await privateKeyPem(keys) };
}

async function answer(cluster: DemoCluster, request: IncomingMessage): Promise<Answer> {
	const user = authenticate(request, cluster);
	if (user === null) return unauthorized();
	const body = await readBody(request);
	if (body === null)
		return failure(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 1048576');
	const { method = '', url = '', headers } = request;
	const isProtobuf = headers['content-type'] === 'application/vnd.kubernetes.protobuf';
	const text = isProtobuf ? JSON.stringify(readReview(body)) : body.toString();
	const contentType = headers['content-type'];
	return handle(cluster, user, { method, url, accept: headers.accept, contentType, body: text });
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		length += chunk.length;
		// Read to its end all the same: an answer is seen only by whoever could send all of it.
		if (length <= MAX_BODY_BYTES) chunks.push(chunk);
	}
	return length > MAX_BODY_BYTES ? null : Buffer.concat(chunks);
}

async function send(response: ServerResponse, { code, body, headers, delayMs }: Answer): Promise<void> {
	if (code === 0) return void response.destroy();
	// A server that is closed meanwhile need not wait for it.
	if (delayMs !== undefined) await setTimeout(delayMs, undefined, { ref: false });
	const isText = typeof body === 'string';
	const bytes = Buffer.from(isText ? body : `${JSON.stringify(body)}\n`);
	response.writeHead(code, {
		'Audit-Id': randomUUID(),
		'Cache-Control': 'no-cache, private',
		'Content-Type': isText ? 'text/plain; charset=utf-8' : 'application/json',
		'Content-Length': bytes.length,
		...headers,
	});
	response.end(bytes);
}
