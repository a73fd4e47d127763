import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server that the test started; it ends with the test, however that ends. */
export interface Daemon {
	pid: number;
	/** @throws {Error} with the end of its log when it has ended on its own. */
	assertAlive(): void;
	stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();
let isWatching = false;

/** Starts a server in the background, its output in a file; it keeps neither the test nor the terminal. */
export function startDaemon(command: string, args: string[], logFile: string): Daemon {
	cleanUpAtExit();
	const log = openSync(logFile, 'a', 0o600);
	const child = spawn(command, args, { stdio: ['ignore', log, log] });
	closeSync(log);
	child.unref();
	running.add(child);
	child.on('error', () => running.delete(child));
	child.on('exit', () => running.delete(child));
	return {
		pid: child.pid ?? 0,
		assertAlive: () => {
			if (running.has(child)) return;
			throw new Error(`${command} ended (${child.exitCode ?? child.signalCode}):\n${tail(logFile)}`);
		},
		stop: () => stop(child),
	};
}

/** A folder of its own under the system's temporary one, removed when the test ends. */
export function temporaryFolder(): string {
	cleanUpAtExit();
	const folder = mkdtempSync(join(tmpdir(), 'kubelapse-e2e-'));
	folders.add(folder);
	return folder;
}

/** Ports that were free on loopback a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
	const servers = await Promise.all(Array.from({ length: count }, listen));
	return Promise.all(servers.map(close));
}

async function listen(): Promise<Server> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	return server;
}

async function close(server: Server): Promise<number> {
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
	server.close();
	await once(server, 'close');
	return address.port;
}

/** Asks first, and insists after five seconds. */
async function stop(child: ChildProcess): Promise<void> {
	if (!running.has(child)) return;
	const ended = once(child, 'exit');
	child.ref();
	child.kill('SIGTERM');
	const insist = setTimeout(() => child.kill('SIGKILL'), 5000);
	await ended;
	clearTimeout(insist);
}

/** Signals end the process through `exit`, so that one place stops what was started. */
function cleanUpAtExit(): void {
	if (isWatching) return;
	isWatching = true;
	process.once('SIGINT', () => process.exit(130));
	process.once('SIGTERM', () => process.exit(143));
	process.once('SIGHUP', () => process.exit(129));
	process.once('exit', () => {
		for (const child of running) child.kill('SIGKILL');
		for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	});
}

function tail(file: string): string {
	return readFileSync(file, 'utf8').split('\n').slice(-15).join('\n');
}
