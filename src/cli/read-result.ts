import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ScanError } from '../lib/scan-error.ts';
import type { Report } from '../model/report.ts';
import { packageFile } from './package-info.ts';
import { readJson } from './read-text.ts';

/** A result.json, checked against the published schema. @throws {ScanError} RESULT_INVALID, naming the place. */
export async function readResult(path: string): Promise<Report> {
	const value = await readJson(path, 'result', 'RESULT_INVALID');
	const schema = JSON.parse(await readFile(packageFile('reports/schema/result.schema.json'), 'utf8'));
	const result = z.fromJSONSchema(schema).safeParse(value);
	if (result.success) return value as Report; // the schema says what the type says; a test compares both
	const [issue] = result.error.issues;
	const place = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
	throw new ScanError('RESULT_INVALID', `${path} is no result of kubelapse${place}`, {
		hint: 'name a result.json of this version of kubelapse',
	});
}
