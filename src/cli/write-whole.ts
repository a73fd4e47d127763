import { dirname } from 'node:path';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';
import { stageFile, syncFolder } from './atomic-file.ts';

/** Writes a file whole or not at all, readable by its owner alone. @throws {ScanError} OUTPUT_UNWRITABLE */
export async function writeWhole(path: string, text: string): Promise<void> {
	try {
		const file = await stageFile(path, text);
		await file.commit();
		await syncFolder(dirname(path));
	} catch (cause) {
		const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
		throw new ScanError('OUTPUT_UNWRITABLE', `cannot write ${oneLine(path)} (${code})`, {
			hint: 'check that its folder is there and can be written',
			cause,
		});
	}
}
