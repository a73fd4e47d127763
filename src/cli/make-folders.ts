import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a folder and those above it. Node's own never returns where a file system answers ENOENT for good, as /proc does. */
export async function makeFolders(path: string, mode = 0o777): Promise<void> {
	try {
		await makeFolder(path, mode);
	} catch (error) {
		if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
		await makeFolders(dirname(path), mode);
		await makeFolder(path, mode);
	}
}

/** Makes one folder, where nothing of its name is there. */
export async function makeFolder(path: string, mode: number): Promise<void> {
	await mkdir(path, { mode }).catch((error: unknown) => {
		if (codeOf(error) !== 'EEXIST') throw error;
	});
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : '';
}
