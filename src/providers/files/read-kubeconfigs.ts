import { setImmediate } from 'node:timers/promises';
import { type FileFacts, readKubeconfigFile } from './file-facts.ts';
import { expandFiles } from './glob.ts';

/**
 * Reads kubeconfig files offline, without connecting anywhere. A file that cannot be read is an answer
 * with its error, and not the end of the others.
 * @param patterns paths and globs.
 * @throws {ScanError} FILE_UNREADABLE when one of them names no file.
 */
export async function readKubeconfigFiles(patterns: string[], signal: AbortSignal): Promise<FileFacts[]> {
	const files: FileFacts[] = [];
	for (const path of expandFiles(patterns)) {
		// Reading blocks: between two files Ctrl-C has its turn.
		await setImmediate();
		if (signal.aborted) break;
		files.push(readKubeconfigFile(path));
	}
	return files;
}
