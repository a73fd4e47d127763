import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file that is complete on disk under a temporary name. */
export interface StagedFile {
	/** Gives it its name, replacing what has it. */
	commit: () => Promise<void>;
	/** Removes it instead. */
	discard: () => Promise<void>;
}

const staged = new Set<string>();
// A second Ctrl-C ends the process between two awaits; what was half written must not stay.
process.once('exit', () => {
	for (const path of staged) removeQuietly(path);
});

/** Writes the whole text beside `path`, readable by its owner alone unless `mode` says more, and flushes it to the disk. */
export async function stageFile(
	path: string,
	text: string | Iterable<string>,
	mode = 0o600,
): Promise<StagedFile> {
	const temporary = join(dirname(path), `.kubelapse-${randomBytes(8).toString('hex')}.tmp`);
	staged.add(temporary);
	try {
		const file = await open(temporary, 'wx', mode);
		await writeAll(file, text).finally(() => file.close());
	} catch (error) {
		await discard(temporary);
		throw error;
	}
	return { commit: () => commit(temporary, path), discard: () => discard(temporary) };
}

/** Flushes a folder's list of names, where the system can. */
export async function syncFolder(path: string): Promise<void> {
	const folder = await open(path, 'r').catch(() => null); // Windows opens no folders
	await folder?.sync().catch(() => undefined); // and some file systems do not flush them
	await folder?.close();
}

async function writeAll(file: FileHandle, text: string | Iterable<string>): Promise<void> {
	for (const chunk of typeof text === 'string' ? [text] : text) await file.writeFile(chunk);
	await file.sync();
}

async function commit(temporary: string, path: string): Promise<void> {
	try {
		await rename(temporary, path);
		staged.delete(temporary);
	} catch (error) {
		await discard(temporary);
		throw error instanceof Error ? error : new Error(`cannot rename ${basename(temporary)}`);
	}
}

async function discard(temporary: string): Promise<void> {
	await unlink(temporary).catch(() => undefined); // it was never made, or the folder is gone
	staged.delete(temporary);
}

function removeQuietly(path: string): void {
	try {
		unlinkSync(path);
	} catch {
		// The process is ending: nobody is left to tell.
	}
}
