import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/model/report.ts';
import { temporaryFolder } from './processes.ts';

/** How a run of the built command line ended. */
export interface Ran {
	code: number | null;
	stdout: string;
	stderr: string;
}

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Runs the built CLI as a user does, in a folder and a home of its own. */
export function kubelapse(args: string[], limitMs = 120_000): Promise<Ran> {
	const home = temporaryFolder();
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [MAIN, ...args], {
			cwd: home,
			env: { PATH: process.env.PATH, HOME: home, NO_COLOR: '1' },
			stdio: ['ignore', 'pipe', 'pipe'],
			timeout: limitMs,
			killSignal: 'SIGKILL',
		});
		const output = { stdout: '', stderr: '' };
		child.stdout.setEncoding('utf8').on('data', text => {
			output.stdout += text;
		});
		child.stderr.setEncoding('utf8').on('data', text => {
			output.stderr += text;
		});
		child.on('error', reject);
		child.on('close', code => resolve({ code, ...output }));
	});
}

/** A scan into a folder of its own, and the report that it wrote. */
export async function scan(args: string[]): Promise<Ran & { out: string; report: Report }> {
	const out = join(temporaryFolder(), 'report');
	const ran = await kubelapse(['scan', ...args, '--out', out]);
	const path = join(out, 'result.json');
	if (!statSync(path, { throwIfNoEntry: false })) {
		throw new Error(`scan ended with ${ran.code} and no result:\n${ran.stderr}`);
	}
	return { ...ran, out, report: JSON.parse(readFileSync(path, 'utf8')) as Report };
}

/** Every file below a folder, by its path in it. */
export function filesBelow(folder: string): Record<string, string> {
	const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
	const files = paths.filter(path => statSync(join(folder, path)).isFile());
	return Object.fromEntries(files.map(path => [path, readFileSync(join(folder, path), 'utf8')]));
}
