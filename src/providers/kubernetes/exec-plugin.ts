import { spawn } from 'node:child_process';
import { isAbsolute, resolve } from 'node:path';
import { ApiError } from '../../lib/api-error.ts';
import { oneLine } from '../../lib/text.ts';

/** `user.exec` of a kubeconfig (client.authentication.k8s.io). */
export interface ExecConfig {
	apiVersion?: string;
	command?: string;
	args?: string[] | null;
	env?: { name: string; value: string }[] | null;
	provideClusterInfo?: boolean;
	interactiveMode?: string;
}

/** What a plugin hands out; PEM text where it is a certificate. */
export interface ExecCredential {
	token?: string;
	clientCertificateData?: string;
	clientKeyData?: string;
}

export interface ExecOptions {
	/** Folder of the kubeconfig: a relative command with a slash starts there, as in kubectl. */
	folder: string;
	/** `spec.cluster` of KUBERNETES_EXEC_INFO, for plugins that ask for it. */
	cluster: Record<string, unknown>;
	timeoutMs: number;
	signal: AbortSignal;
}

/**
 * Whether a user block logs in by its plugin: as in client-go, any other login that it holds goes before.
 * @param user as written.
 */
export function usesPlugin(user: Record<string, unknown>): boolean {
	const has = (...names: string[]) => names.some(name => typeof user[name] === 'string' && user[name] !== '');
	const hasCertificate =
		has('client-certificate', 'client-certificate-data') && has('client-key', 'client-key-data');
	const isPlugin = user.exec !== undefined && user.exec !== null;
	return isPlugin && !has('token', 'tokenFile', 'username') && !hasCertificate;
}

/** A credential is a few kB; a plugin that prints more is not one. */
const MAX_OUTPUT_BYTES = 1024 * 1024;

/**
 * Runs a credential plugin under our own limits of time and size. The client library has neither.
 * Nothing that the plugin prints reaches an error: stdout is the credential and stderr may quote it.
 * @throws {ApiError} naming the command and what to do.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export async function runExecPlugin(exec: ExecConfig, options: ExecOptions): Promise<ExecCredential> {
	if (typeof exec.command !== 'string' || exec.command === '') {
		throw new ApiError('unreachable', 0, 'the exec plugin names no command; set users[].user.exec.command');
	}
	const name = oneLine(exec.command, 100);
	if (exec.interactiveMode === 'Always') {
		throw new ApiError(
			'unreachable',
			0,
			`exec plugin ${name} wants a terminal (interactiveMode Always); scan with a credential that needs none`,
		);
	}
	const output = await run(exec, name, options);
	return readCredential(output, name);
}

function run(exec: ExecConfig, name: string, options: ExecOptions): Promise<string> {
	const { timeoutMs, signal } = options;
	const fail: Fail = (what, code = 'unreachable') =>
		new ApiError(code, 0, `exec plugin ${name} ${what}; run it by hand to see what it says`);
	return new Promise((resolve, reject) => {
		if (signal.aborted) throw fail('was stopped');
		const child = start(exec, options, fail);
		const chunks: Buffer[] = [];
		let bytes = 0;
		const settle = (error: ApiError | null) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', onAbort);
			if (error === null) return resolve(Buffer.concat(chunks).toString('utf8'));
			if (child.pid !== undefined) killGroup(child.pid);
			// A grandchild that left the group may hold it open: nobody listens any more.
			child.stdout?.destroy();
			reject(error);
		};
		const late = `gave no credential within ${timeoutMs / 1000} s`;
		const timer = setTimeout(() => settle(fail(late, 'timeout')), timeoutMs);
		const onAbort = () => settle(fail('was stopped'));
		signal.addEventListener('abort', onAbort, { once: true });
		child.on('error', error => settle(fail(`cannot be started (${errorCode(error)})`)));
		// Out of file descriptors (EMFILE), Node gives a child without pipes.
		child.stdout?.on('data', (chunk: Buffer) => {
			bytes += chunk.length;
			if (bytes > MAX_OUTPUT_BYTES) settle(fail('printed more than 1 MiB'));
			else chunks.push(chunk);
		});
		child.on('close', code => settle(code === 0 ? null : fail(`ended with exit code ${code ?? 'none'}`)));
	});
}

type Fail = (what: string, code?: ApiError['code']) => ApiError;

function start(exec: ExecConfig, { folder, cluster }: ExecOptions, fail: Fail) {
	const command = String(exec.command);
	const path = command.includes('/') && !isAbsolute(command) ? resolve(folder, command) : command;
	for (const field of ['args', 'env'] as const) {
		const value: unknown = exec[field] ?? [];
		if (!Array.isArray(value)) throw fail(`cannot be started (${field} is not a list)`);
	}
	try {
		return spawn(path, exec.args ?? [], {
			// A group of its own: a plugin that is a shell script leaves no children behind when it is ended.
			detached: true,
			stdio: ['ignore', 'pipe', 'ignore'],
			env: { ...inheritedEnvironment(), ...pluginEnvironment(exec, cluster) },
		});
	} catch (error) {
		// The reason quotes the argument or the variable that Node does not like.
		throw fail(`cannot be started (${errorCode(error)})`);
	}
}

function errorCode(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** The plugin is the user's own program: like kubectl, it gets the environment of whoever runs us. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
	// biome-ignore lint/style/noProcessEnv: handed on whole, nothing of it is read
	return process.env;
}

function pluginEnvironment(exec: ExecConfig, cluster: Record<string, unknown>): Record<string, string> {
	const info = {
		apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
		kind: 'ExecCredential',
		spec: { interactive: false, ...(exec.provideClusterInfo === true ? { cluster } : {}) },
	};
	const own = (exec.env ?? []).map(entry => [String(entry?.name), String(entry?.value)]);
	return { ...Object.fromEntries(own), KUBERNETES_EXEC_INFO: JSON.stringify(info) };
}

function killGroup(pid: number): void {
	try {
		process.kill(-pid, 'SIGKILL');
	} catch (error) {
		// It ended by itself; macOS says EPERM of a group that has ended and not been waited for.
		if (!['ESRCH', 'EPERM'].includes(errorCode(error))) throw error;
	}
}

function readCredential(output: string, name: string): ExecCredential {
	const fail = (message: string) => new ApiError('unreachable', 0, `exec plugin ${name} ${message}`);
	let parsed: unknown;
	try {
		parsed = JSON.parse(output);
	} catch {
		throw fail('printed something that is not JSON (not shown: it could hold a token)');
	}
	const { kind, status } = (parsed ?? {}) as { kind?: unknown; status?: Record<string, unknown> | null };
	if (kind !== 'ExecCredential' || typeof status !== 'object' || status === null) {
		throw fail('printed no ExecCredential with a status');
	}
	const credential: ExecCredential = {};
	for (const key of ['token', 'clientCertificateData', 'clientKeyData'] as const) {
		const value = status[key];
		if (typeof value === 'string' && value !== '') credential[key] = value;
	}
	if (credential.token === undefined && credential.clientCertificateData === undefined) {
		throw fail('printed an ExecCredential without a token and without a certificate');
	}
	return credential;
}
