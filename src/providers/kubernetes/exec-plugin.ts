import { spawn } from 'node:child_process';
import { isAbsolute, resolve } from 'node:path';
import { oneLine } from '../../lib/text.ts';
import { ApiError } from './api-error.ts';

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

function run(
	exec: ExecConfig,
	name: string,
	{ folder, cluster, timeoutMs, signal }: ExecOptions,
): Promise<string> {
	const command = String(exec.command);
	const path = command.includes('/') && !isAbsolute(command) ? resolve(folder, command) : command;
	const fail = (message: string) =>
		new ApiError('unreachable', 0, `exec plugin ${name} ${message}; run it by hand to see what it says`);
	return new Promise((resolve, reject) => {
		// A group of its own: a plugin that is a shell script leaves no children behind when it is ended.
		const child = spawn(path, exec.args ?? [], {
			detached: true,
			stdio: ['ignore', 'pipe', 'ignore'],
			env: { ...inheritedEnvironment(), ...pluginEnvironment(exec, cluster) },
		});
		const end = (error: ApiError) => {
			if (child.pid !== undefined) killGroup(child.pid);
			reject(error);
		};
		const timer = setTimeout(
			() => end(new ApiError('timeout', 0, fail(`gave no credential within ${timeoutMs / 1000} s`).message)),
			timeoutMs,
		);
		const onAbort = () => end(fail('was stopped'));
		signal.addEventListener('abort', onAbort, { once: true });
		const chunks: Buffer[] = [];
		let bytes = 0;
		child.stdout.on('data', (chunk: Buffer) => {
			bytes += chunk.length;
			if (bytes > MAX_OUTPUT_BYTES) end(fail('printed more than 1 MiB'));
			else chunks.push(chunk);
		});
		child.on('error', error =>
			reject(fail(`cannot be started (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`)),
		);
		child.on('close', code => {
			clearTimeout(timer);
			signal.removeEventListener('abort', onAbort);
			if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
			else reject(fail(`ended with exit code ${code ?? 'none'}`));
		});
	});
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
	const own = (exec.env ?? []).map(({ name, value }) => [String(name), String(value)]);
	return { ...Object.fromEntries(own), KUBERNETES_EXEC_INFO: JSON.stringify(info) };
}

function killGroup(pid: number): void {
	try {
		process.kill(-pid, 'SIGKILL');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it ended by itself
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
