import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Paths of every script that a run of Node evaluates, ESM and CommonJS: V8's coverage lists them all, whoever
 * loaded them. Node's own are left out.
 */
export async function loadedFiles(words: string[]): Promise<string[]> {
	const folder = mkdtempSync(join(tmpdir(), 'kubelapse-coverage-'));
	try {
		const env = { PATH: process.env.PATH, HOME: folder, NODE_V8_COVERAGE: folder };
		const child = spawn(process.execPath, words, { cwd: folder, env, stdio: 'ignore', timeout: 60_000 });
		const [code] = await once(child, 'exit');
		if (code !== 0) throw new Error(`node ${words.join(' ')} ended with ${code}`);
		const urls = readdirSync(folder).flatMap(name => urlsOf(readFileSync(join(folder, name), 'utf8')));
		return [...new Set(urls.filter(url => url.startsWith('file:')).map(url => fileURLToPath(url)))].sort();
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Names of the installed packages among paths, sorted. */
export function foreignPackages(paths: string[]): string[] {
	const names = paths.flatMap(path => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
	return [...new Set(names)].sort();
}

/** Node's coverage files: `{ result: [{ url, … }] }`. */
function urlsOf(text: string): string[] {
	const { result } = JSON.parse(text) as { result: { url: string }[] };
	return result.map(({ url }) => url);
}
