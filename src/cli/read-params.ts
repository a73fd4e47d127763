import { z } from 'zod';
import type { Params } from '../evaluate/catalog.ts';
import type { Libraries } from '../evaluate/libraries.ts';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';
import type { Catalog } from '../model/policy.ts';
import { readText } from './read-text.ts';
import { parseYamlFile } from './yaml-file.ts';

/** More is no list of thresholds. */
const MAX_BYTES = 1024 * 1024;

const HINT =
	'write it as credential: { expires_soon: { window_seconds: 604800 } }; kubelapse policy explain ID names thresholds';

/** The values in a params file; JSON is YAML. @throws {ScanError} PARAMS_INVALID naming file and line. */
export async function readParams(path: string): Promise<unknown> {
	const text = await readText(path, 'params', MAX_BYTES);
	const invalid = (line: number, problem: string) =>
		new ScanError('PARAMS_INVALID', `${path}:${line}: ${problem}`, { hint: HINT });
	// Names and types are the policies' to check, once they are loaded.
	const file = parseYamlFile(text, {
		schema: z.unknown(),
		knownKeys: () => [],
		noun: 'params file',
		invalid,
	});
	if (file === null) throw invalid(1, 'the params file is empty');
	return file.value;
}

/**
 * Refuses numbers that no threshold can be: one that nothing reaches would turn a policy off without a word.
 * @param params values whose names and types are right.
 * @throws {ScanError} PARAMS_INVALID saying what the threshold is.
 */
export function checkThresholds(params: Params, catalog: Catalog, libraries: Libraries): void {
	const specs = [
		...catalog.map(({ id, params: own }) => [id, own] as const),
		...Object.entries(libraries).map(([name, { params: own }]) => [`lib/${name}`, own] as const),
	];
	for (const [id, own] of specs) {
		const [category = '', name = ''] = id.split('/');
		for (const [key, { description, default: byDefault }] of Object.entries(own)) {
			const value = params[category]?.[name]?.[key];
			const problem = typeof value === 'number' ? problemOf(key, value) : '';
			if (problem === '') continue;
			throw new ScanError('PARAMS_INVALID', `${id}/${key}: ${problem}, found ${value}`, {
				hint: oneLine(`${description} (default ${byDefault})`, 500),
			});
		}
	}
}

function problemOf(key: string, value: number): string {
	const most = key.endsWith('_percent') ? 100 : Number.MAX_SAFE_INTEGER;
	return value >= 0 && value <= most ? '' : `expected a number from 0 to ${most}`;
}
