import { ScanError } from '../lib/scan-error.ts';

let isClosed = false;

/** Keeps a reader that went away (`| head`) from being an error; any other failure surfaces where it is written. */
export function watchStdout(): void {
	process.stdout.on('error', error => {
		if (isBrokenPipe(error)) isClosed = true;
	});
}

/** Writes to stdout, at the pace of its reader. @throws {ScanError} OUTPUT_UNWRITABLE, but never for a closed pipe. */
export async function print(text: string | Iterable<string>): Promise<void> {
	for (const chunk of typeof text === 'string' ? [text] : text) {
		if (isClosed) return;
		await write(chunk);
	}
}

function write(chunk: string): Promise<void> {
	return new Promise((resolve, reject) => {
		process.stdout.write(chunk, error => {
			if (!error || isBrokenPipe(error)) return resolve();
			const hint = 'check where standard output goes, or write to a folder with --out';
			reject(
				new ScanError('OUTPUT_UNWRITABLE', `cannot write to standard output: ${error.message}`, {
					hint,
					cause: error,
				}),
			);
		});
	});
}

function isBrokenPipe(error: Error): boolean {
	return 'code' in error && error.code === 'EPIPE';
}
