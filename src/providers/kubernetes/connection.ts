import type { Agent } from 'node:http';
import * as http from 'node:http';
import type { RequestOptions } from 'node:https';
import * as https from 'node:https';
import { dirname } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { ApiError, describeFailure } from '../../lib/api-error.ts';
import { oneLine } from '../../lib/text.ts';
import { type ApiLimits, createApi, type KubernetesWriter, type Transport } from './api.ts';
import { type ExecConfig, type ExecCredential, runExecPlugin, usesPlugin } from './exec-plugin.ts';
import { isPlainHttp, loginOptions } from './login.ts';
import type { LiveTarget } from './targets.ts';

/** Sockets to one API server: its lists are read beside each other, pages one after the other. */
const MAX_SOCKETS = 6;

/** Longest that an exec plugin may take: a login in a cloud's CLI takes seconds. */
const PLUGIN_TIMEOUT_MS = 20_000;

export interface ConnectOptions extends Pick<ApiLimits, 'requestTimeoutMs' | 'signal'> {
	/** Sockets at once; fewer than six for one of many clusters, since a handshake costs more than a list. */
	maxSockets?: number;
}

/** An authenticated way to one API server. */
export interface Connected {
	api: KubernetesWriter;
	/** PEM of the certificate that authenticates the scan itself; empty where it is a token or the like. */
	ownCertificate: string;
	/** Gives back the sockets that are idle; the next request opens its own. */
	rest(): void;
	close(): void;
}

/**
 * Loads the credential of a context as kubectl would; nothing is sent yet.
 * @throws {ApiError} when an exec plugin gives none, or the client library refuses the context.
 */
export async function connect(target: LiveTarget, options: ConnectOptions): Promise<Connected> {
	const login = await logIn(target, options);
	const agents = [login.agent];
	let renewing: Promise<void> | null = null;
	const transport: Transport = {
		server: new URL(target.cluster.server),
		agent: login.agent,
		headers: login.headers,
		// Only a plugin has anything new to say after a 401, and one run of it serves all who were refused.
		renew: async refused => {
			if (!usesPlugin(target.raw.user)) return false;
			if (refused === transport.headers) {
				renewing ??= logIn(target, options)
					.then(adopt)
					.finally(() => {
						renewing = null;
					});
				await renewing;
			}
			return true;
		},
	};
	const adopt = ({ agent, headers }: Login) => {
		agents.push(agent);
		Object.assign(transport, { agent, headers });
	};
	return {
		api: createApi(transport, options),
		ownCertificate: login.certificate,
		rest: () => {
			for (const { freeSockets } of agents)
				for (const socket of Object.values(freeSockets).flatMap(idle => idle ?? [])) socket.destroy();
		},
		// Not before: others may still be reading through the agent of an earlier login.
		close: () => {
			for (const agent of agents) agent.destroy();
		},
	};
}

interface Login {
	agent: Agent;
	headers: Record<string, string | string[]>;
	certificate: string;
}

async function logIn(target: LiveTarget, options: ConnectOptions): Promise<Login> {
	const { user } = target.raw;
	refuseCommands(user);
	const credential = usesPlugin(user) ? await runPlugin(target, user.exec as ExecConfig, options) : null;
	const filled = await loginOptions(target, credential).catch(error => {
		// Its text may quote what a file or a provider gave: describeFailure redacts it.
		throw new ApiError('unreachable', 0, `cannot log in: ${describeFailure(error).message}`, error);
	});
	const headers: Login['headers'] = Object.fromEntries(
		Object.entries(filled.headers ?? {}).map(([name, value]) => [name, String(value)]),
	);
	if (typeof filled.auth === 'string')
		headers.authorization = `Basic ${Buffer.from(filled.auth).toString('base64')}`;
	return {
		agent: keepAliveAgent(filled, target, options.maxSockets ?? MAX_SOCKETS),
		headers: { ...headers, ...impersonation(target.raw.user) },
		certificate: filled.cert === undefined ? '' : Buffer.from(filled.cert as Buffer).toString('latin1'),
	};
}

/** The library would run these itself, without a limit, and some while everything else waits. */
function refuseCommands({ 'auth-provider': provider }: Record<string, unknown>): void {
	const { name, config } = (provider ?? {}) as { name?: unknown; config?: Record<string, unknown> | null };
	if (name !== 'exec' && !config?.['cmd-path'] && !config?.exec) return;
	const message = 'runs a command, which kubectl dropped in 1.26; use an exec plugin in its place';
	throw new ApiError('unreachable', 0, `auth provider ${oneLine(String(name), 100)} ${message}`);
}

function runPlugin(
	target: LiveTarget,
	plugin: ExecConfig,
	{ signal }: ConnectOptions,
): Promise<ExecCredential> {
	const { server, tlsServerName, isVerificationSkipped } = target.cluster;
	const caData = target.raw.cluster['certificate-authority-data'];
	const cluster = {
		server,
		...(tlsServerName === '' ? {} : { 'tls-server-name': tlsServerName }),
		...(isVerificationSkipped ? { 'insecure-skip-tls-verify': true } : {}),
		...(typeof caData === 'string' ? { 'certificate-authority-data': caData } : {}),
	};
	return runExecPlugin(plugin, {
		folder: dirname(target.path),
		cluster,
		timeoutMs: PLUGIN_TIMEOUT_MS,
		signal,
	});
}

/** The library's own agents have no keep-alive: a handshake for each page. One behind a proxy is kept. */
function keepAliveAgent(filled: RequestOptions, target: LiveTarget, maxSockets: number): Agent {
	const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = filled;
	if (typeof target.raw.cluster['proxy-url'] === 'string' && filled.agent instanceof http.Agent) {
		return Object.assign(filled.agent, { keepAlive: true, maxSockets });
	}
	const tls = Object.fromEntries(
		Object.entries({ ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }).filter(
			([, value]) => value !== undefined,
		),
	);
	const options = { keepAlive: true, maxSockets, ...tls };
	return isPlainHttp(target) ? new http.Agent(options) : withOneContext(new https.Agent(options));
}

/** Reading the CA and the key takes longer than the handshake: it is done for the first socket alone. */
function withOneContext(agent: https.Agent): https.Agent {
	const connect = agent.createConnection.bind(agent);
	let secureContext: SecureContext | undefined;
	agent.createConnection = (options, onCreated) => {
		secureContext ??= createSecureContext(agent.options);
		return connect(Object.assign({}, options, { secureContext }), onCreated);
	};
	return agent;
}

/** `as` is the library's; these it does not know, and leaving them out would look with other eyes. */
function impersonation(user: Record<string, unknown>): Record<string, string | string[]> {
	const headers: Record<string, string | string[]> = {};
	if (typeof user['as-uid'] === 'string') headers['Impersonate-Uid'] = user['as-uid'];
	if (Array.isArray(user['as-groups'])) headers['Impersonate-Group'] = user['as-groups'].map(String);
	for (const [key, values] of Object.entries(user['as-user-extra'] ?? {}))
		if (Array.isArray(values) && values.length > 0)
			headers[`Impersonate-Extra-${headerName(key)}`] = values.map(String);
	return headers;
}

/** What a header name does not allow, and `%` itself, is percent-encoded byte by byte (RFC 9110 §5.6.2). */
function headerName(key: string): string {
	const bytes = [...Buffer.from(key)].map(byte => String.fromCharCode(byte));
	return bytes
		.map(char =>
			/[!#$&'*+.^_`|~0-9A-Za-z-]/.test(char)
				? char
				: `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
		)
		.join('');
}
