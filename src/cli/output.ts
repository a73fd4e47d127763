import { lstatSync, unlinkSync } from 'node:fs';
import { lstat, readFile, realpath, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { redact } from '../lib/redact.ts';
import { ScanError } from '../lib/scan-error.ts';
import type { ReportFile } from '../reporters/reporter.ts';
import { type StagedFile, stageFile, syncFolder } from './atomic-file.ts';
import { log } from './log.ts';
import { makeFolder, makeFolders } from './make-folders.ts';

/** A folder that reports or facts are written to. */
export interface Output {
	/** As the user named it. */
	dir: string;
	/** Removes what an earlier run wrote here: yesterday's file of today's unreachable cluster is never uploaded. */
	clear: () => void;
	/** What the folder has of earlier runs. */
	listed: () => string[];
	/** Writes each file whole or not at all; what fails keeps none of the others. */
	write: (files: ReportFile[]) => Promise<Written>;
}

export interface Written {
	/** Paths under the folder. */
	written: string[];
	failed: { path: string; reason: string }[];
}

const MANIFEST = '.kubelapse-manifest.json';

/** Reports name who holds what. */
const PRIVATE = 0o700;

interface Folder {
	dir: string;
	/** Real path: a link that the user named as folder is followed, one inside it never. */
	root: string;
	/** What the manifest names. */
	listed: Set<string>;
	/** The same with what was removed since: nobody else's file is ever replaced. */
	ours: Set<string>;
}

/** Opens a folder for writing and proves that it can be written. @throws {ScanError} OUTPUT_UNWRITABLE */
export async function openOutput(dir: string): Promise<Output> {
	const folder = await prepare(dir).catch((cause: unknown) => {
		throw unwritable(dir, cause);
	});
	let turn: Promise<unknown> = Promise.resolve(); // clusters finish side by side, the manifest is one
	return {
		dir,
		clear: () => clear(folder),
		listed: () => [...folder.listed].sort(),
		write: files => {
			const result = turn.then(() => write(folder, files));
			turn = result;
			return result;
		},
	};
}

async function prepare(dir: string): Promise<Folder> {
	await makeFolders(resolve(dir), PRIVATE);
	const root = await realpath(dir);
	const listed = await listedIn(root);
	const folder = { dir, root, listed, ours: new Set(listed) };
	// The proof: an hour of scanning must not end at a folder that was full or read-only all along.
	await (await stageFile(join(root, MANIFEST), manifest(folder.listed))).commit();
	return folder;
}

/** Paths that the manifest of a folder names: what runs of kubelapse wrote there last. */
export async function listedIn(root: string): Promise<Set<string>> {
	const text = await readFile(join(root, MANIFEST), 'utf8').catch(() => '{}');
	return new Set(listedFiles(text).filter(isPlainPath));
}

/** Nothing, where the manifest is not one of ours: then nothing here is ours to remove. */
function listedFiles(text: string): string[] {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value !== 'object' || value === null || !('files' in value) || !Array.isArray(value.files))
			return [];
		return value.files.filter(path => typeof path === 'string');
	} catch {
		return [];
	}
}

function manifest(listed: Set<string>): string {
	const note = 'written by kubelapse; the next scan into this folder removes these files first';
	return `${JSON.stringify({ apiVersion: 'kubelapse/manifest/v1', note, files: [...listed].sort() }, null, 2)}\n`;
}

/** Relative, below the folder, of names that are no trick: no `..`, no drive, no control character, nothing hidden. */
function isPlainPath(path: string): boolean {
	return path.split('/').every(name => /^\w[\w.-]*$/.test(name));
}

function clear({ root, listed }: Folder): void {
	for (const path of listed) removeListed(root, path);
	listed.clear();
}

function removeListed(root: string, path: string): void {
	try {
		const names = path.split('/');
		const isInside = names
			.slice(0, -1)
			.every((_, index) => lstatSync(join(root, ...names.slice(0, index + 1))).isDirectory());
		if (isInside && lstatSync(join(root, path)).isFile()) unlinkSync(join(root, path));
	} catch {
		// Gone already, or no longer ours to remove: writing the new file will say what is wrong.
	}
}

async function write(folder: Folder, files: ReportFile[]): Promise<Written> {
	const failed: Written['failed'] = [];
	const attempt = async <T>(path: string, work: () => Promise<T>): Promise<T | null> =>
		work().catch((error: unknown) => {
			failed.push({ path: join(folder.dir, path), reason: reasonOf(error) });
			return null;
		});
	const staged: [string, StagedFile][] = [];
	for (const { path, text } of files) {
		const file = await attempt(path, () => stage(folder.root, path, text));
		if (file !== null) staged.push([path, file]);
	}
	for (const [path] of staged) {
		if (!folder.ours.has(path)) await attempt(path, () => setAside(folder, path));
		folder.listed.add(path);
		folder.ours.add(path);
	}
	// Named before they exist: a run that ends in between leaves no report that the next one does not know.
	await attempt(MANIFEST, async () =>
		(await stageFile(join(folder.root, MANIFEST), manifest(folder.listed))).commit(),
	);
	const written: string[] = [];
	for (const [path, file] of staged) {
		if ((await attempt(path, () => file.commit().then(() => path))) !== null) written.push(path);
	}
	for (const parent of new Set(written.map(path => dirname(join(folder.root, path)))))
		await syncFolder(parent);
	return { written, failed };
}

/** Renames a file that no run of ours wrote, and says so. */
async function setAside({ dir, root }: Folder, path: string): Promise<void> {
	const stats = await lstat(join(root, path)).catch(() => null);
	if (!stats?.isFile()) return;
	let kept = `${path}.old`;
	for (let number = 2; await isThere(join(root, kept)); number++) kept = `${path}.old-${number}`;
	await rename(join(root, path), join(root, kept));
	log('warn', `${join(dir, path)} was not written by kubelapse: it is kept as ${join(dir, kept)}`, { path });
}

function isThere(path: string): Promise<boolean> {
	return lstat(path).then(
		() => true,
		() => false,
	);
}

async function stage(root: string, path: string, text: ReportFile['text']): Promise<StagedFile> {
	if (!isPlainPath(path)) throw new Error('not a path below the folder');
	let parent = root;
	for (const name of path.split('/').slice(0, -1)) {
		parent = join(parent, name);
		await makeFolder(parent, PRIVATE);
		if (!(await lstat(parent)).isDirectory()) throw new Error(`${parent} is no folder`);
	}
	return stageFile(join(root, path), text);
}

const HINTS: Record<string, string> = {
	ENOSPC: 'free some space there, or choose another folder with --out',
	EDQUOT: 'the quota is used up: choose another folder with --out',
	EACCES: 'make it writable for this user, or choose another folder with --out',
	EPERM: 'make it writable for this user, or choose another folder with --out',
	EROFS: 'that file system is read-only: choose another folder with --out',
	EEXIST: 'a file stands there: remove it, or choose another folder with --out',
	ENOTDIR: 'a part of that path is a file: choose another folder with --out',
};

function unwritable(dir: string, cause: unknown): ScanError {
	const hint = HINTS[codeOf(cause)] ?? 'choose another folder with --out';
	return new ScanError('OUTPUT_UNWRITABLE', `cannot write to ${dir} (${reasonOf(cause)})`, { hint, cause });
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function reasonOf(error: unknown): string {
	return codeOf(error) || redact(error instanceof Error ? error.message : String(error));
}
