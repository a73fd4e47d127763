import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { type Fleet, startFleet } from '../../../src/demo/fleet.ts';

/** Not the machine's own time, which a demo must not depend on. */
export const NOW = 1_800_000_000;

/** Runs with a fleet of its own, so that what goes wrong once does so in every case. */
export async function withFleet(run: (fleet: Fleet, dir: string) => Promise<void>): Promise<void> {
	const dir = await mkdtemp(join(tmpdir(), 'kubelapse-demo-'));
	try {
		const fleet = await startFleet({ dir, now: NOW });
		await run(fleet, dir).finally(() => fleet.close());
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
}

/** The kubeconfig of one name, loaded by the official client library. */
export function load(paths: string[], name: string): KubeConfig {
	const config = new KubeConfig();
	config.loadFromFile(paths.find(path => path.endsWith(`/${name}.kubeconfig`)) ?? name);
	return config;
}

interface Reply {
	code: number;
	headers: IncomingHttpHeaders;
	// biome-ignore lint/suspicious/noExplicitAny: the shapes of a whole API, asserted by value.
	body: any;
}

/** Options of node:https that sign in as a kubeconfig says. */
export async function signedIn(config: KubeConfig): Promise<RequestOptions> {
	const options: RequestOptions = {};
	await config.applyToHTTPSOptions(options);
	return options;
}

/** One request through node:https; with a body it is a POST, unless its method is said. */
export function send(
	config: KubeConfig,
	path: string,
	options: RequestOptions,
	body?: object,
): Promise<Reply> {
	const url = `${config.getCurrentCluster()?.server}${path}`;
	const text = body === undefined ? '' : JSON.stringify(body);
	// Node sends the body of a DELETE without its length, and so unread, unless it is told.
	const headers = { 'Content-Length': Buffer.byteLength(text), ...options.headers };
	const method = body === undefined ? 'GET' : 'POST';
	return new Promise((resolve, reject) => {
		const call = request(url, { method, ...options, headers }, response => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () => {
				const text = Buffer.concat(chunks).toString();
				const isJson = response.headers['content-type'] === 'application/json';
				const { statusCode: code = 0, headers } = response;
				resolve({ code, headers, body: isJson ? JSON.parse(text) : text });
			});
		});
		call.on('error', reject);
		call.end(text);
	});
}

/** One GET as a kubeconfig signs in. */
export async function get(config: KubeConfig, path: string, accept = 'application/json'): Promise<Reply> {
	const options = await signedIn(config);
	return send(config, path, { ...options, headers: { ...options.headers, Accept: accept } });
}
