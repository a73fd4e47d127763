import { Agent, request } from 'node:https';

/** How one identity reaches one API server. */
export interface KubeIdentity {
	server: string;
	ca: string;
	/** PEM of a client certificate and of its key. */
	certificate?: { pem: string; keyPem: string };
	token?: string;
	/** User agent, where events are to name one. */
	agent?: string;
}

/** What every object of the API has. */
export interface KubeObject {
	metadata: {
		name: string;
		namespace?: string;
		uid: string;
		resourceVersion: string;
		labels?: Record<string, string>;
		annotations?: Record<string, string>;
		creationTimestamp: string;
	};
	[field: string]: unknown;
}

export interface Answer {
	status: number;
	/** Parsed JSON, or the text where it is none. */
	body: unknown;
}

export interface KubeClient {
	/** Any request; a refusal is an answer, not an error. */
	ask(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
	/** @throws {Error} when the answer is not a 2xx; the shape is the caller's to know. */
	get<T = KubeObject>(path: string, headers?: Record<string, string>): Promise<T>;
	create(path: string, object: object): Promise<KubeObject>;
	/** A merge patch: lists are replaced whole. */
	patch(path: string, patch: object): Promise<KubeObject>;
	put(path: string, object: object): Promise<KubeObject>;
	remove(path: string): Promise<void>;
}

/** A client for tests that prepare a cluster: no retry, no paging, 30 seconds a request. */
export function kubeClient(identity: KubeIdentity): KubeClient {
	const agent = new Agent({
		keepAlive: true,
		ca: identity.ca,
		cert: identity.certificate?.pem,
		key: identity.certificate?.keyPem,
	});
	const ask: KubeClient['ask'] = (method, path, body, headers = {}) =>
		send(agent, new URL(path, identity.server), method, body, {
			...(identity.token === undefined ? {} : { authorization: `Bearer ${identity.token}` }),
			...(identity.agent === undefined ? {} : { 'user-agent': identity.agent }),
			...headers,
		});
	async function must(method: string, path: string, body?: object, headers?: Record<string, string>) {
		const answer = await ask(method, path, body, headers);
		if (answer.status >= 200 && answer.status < 300) return answer.body;
		throw new Error(
			`${method} ${path.slice(0, 200)}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 600)}`,
		);
	}
	// What the API server answers to a successful write is the object.
	const write = async (...args: Parameters<typeof must>) => (await must(...args)) as KubeObject;
	return {
		ask,
		get: async <T>(path: string, headers?: Record<string, string>) =>
			(await must('GET', path, undefined, headers)) as T,
		create: (path, object) => write('POST', path, object),
		patch: (path, patch) => write('PATCH', path, patch, { 'content-type': 'application/merge-patch+json' }),
		put: (path, object) => write('PUT', path, object),
		remove: async path => {
			await must('DELETE', path);
		},
	};
}

/** Asks until the answer is there, for what a controller does in its own time. */
export async function waitFor<T>(
	what: string,
	ask: () => Promise<T | undefined>,
	limitMs = 60_000,
): Promise<T> {
	const end = Date.now() + limitMs;
	for (;;) {
		const answer = await ask();
		if (answer !== undefined) return answer;
		if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s for ${what}`);
		await new Promise(resolve => setTimeout(resolve, 200));
	}
}

function send(
	agent: Agent,
	url: URL,
	method: string,
	body: object | undefined,
	headers: Record<string, string>,
): Promise<Answer> {
	const payload = body === undefined ? undefined : JSON.stringify(body);
	const type = payload === undefined ? {} : { 'content-type': 'application/json' };
	return new Promise((resolve, reject) => {
		const outgoing = request(
			url,
			{ agent, method, timeout: 30_000, headers: { accept: 'application/json', ...type, ...headers } },
			incoming => {
				const chunks: Buffer[] = [];
				incoming.on('data', chunk => chunks.push(chunk));
				incoming.on('error', reject);
				incoming.on('end', () =>
					resolve({ status: incoming.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) }),
				);
			},
		);
		outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${url.pathname}: no answer in 30 s`)));
		outgoing.on('error', reject);
		outgoing.end(payload);
	});
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text; // health endpoints and proxies answer in plain text
	}
}
