import { parseDocument } from 'yaml';
import { ScanError } from '../lib/scan-error.ts';
import { readText } from './read-text.ts';

/** More is no list of thresholds. */
const MAX_BYTES = 1024 * 1024;

/** The values in a params file; JSON is YAML. @throws {ScanError} PARAMS_INVALID naming file and line. */
export async function readParams(path: string): Promise<unknown> {
	const document = parseDocument(await readText(path, 'params', MAX_BYTES));
	const [fault] = [...document.errors, ...document.warnings];
	if (fault !== undefined) {
		const line = fault.linePos?.[0].line ?? 1;
		const [problem = ''] = fault.message.split('\n');
		throw new ScanError('PARAMS_INVALID', `${path}:${line}: ${problem}`);
	}
	return document.toJS({ maxAliasCount: 100 });
}
