import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built command: `npm test` builds it first. */
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How a command ended. */
export interface CliResult {
	code: number | null;
	stdout: string;
	stderr: string;
}

interface CliOptions {
	cwd: string;
	env?: Record<string, string>;
	/** Flags of Node itself. */
	node?: string[];
	/** What is typed; nothing is there to be read where it is left out. */
	input?: string;
	/** What to do with the process while it runs. */
	meanwhile?: (child: ChildProcess) => void;
}

/** Runs `kubelapse` as a user would, in an environment where nothing is set. */
export function spawnCli(
	words: string[],
	{ cwd, env = {}, node = [], input, meanwhile }: CliOptions,
): Promise<CliResult> {
	const child = spawn(process.execPath, [...node, MAIN, ...words], {
		cwd,
		env: { PATH: process.env.PATH, HOME: cwd, ...env },
		stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
		timeout: 60_000,
		killSignal: 'SIGKILL',
	});
	const result = { code: null as number | null, stdout: '', stderr: '' };
	child.stdin?.end(input);
	child.stdout?.setEncoding('utf8').on('data', text => {
		result.stdout += text;
	});
	child.stderr?.setEncoding('utf8').on('data', text => {
		result.stderr += text;
	});
	meanwhile?.(child);
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', code => resolve({ ...result, code }));
	});
}
