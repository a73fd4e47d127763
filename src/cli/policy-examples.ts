import { readdir } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { placeOf } from '../evaluate/catalog.ts';
import type { Example } from '../evaluate/examples.ts';
import { byCodeUnit } from '../lib/text.ts';
import { readText } from './read-text.ts';
import type { TestResult } from './test-results.ts';

const MAX_BYTES = 5_000_000;

/** The examples of a policy folder, and those that cannot be used: each of them is a failed test. */
export interface ExampleFiles {
	examples: Example[];
	unusable: TestResult[];
}

/**
 * Reads `<category>/examples/<name>/ok.<case>.json` and `ng.<case>.json`; without `<name>` where the category has one
 * policy.
 * @param policyIds of the policies of the folder.
 */
export async function readExamples(directory: string, policyIds: readonly string[]): Promise<ExampleFiles> {
	const paths = (await readdir(directory, { recursive: true })).map(path => path.split(sep).join('/'));
	const found: ExampleFiles = { examples: [], unusable: [] };
	for (const path of paths.sort(byCodeUnit)) {
		const [, category, , name] = PLACE.exec(path) ?? [];
		if (category === undefined || HIDDEN.test(path)) continue;
		const file = `policies/${path}`;
		const fail = (message: string) =>
			found.unusable.push({ name: basename(path, '.json'), outcome: 'fail', file, row: 1, message });
		const [, expected, title] = NAME.exec(basename(path)) ?? [];
		const policyId = name === undefined ? onlyOf(category, policyIds) : `${category}/${name}`;
		if (expected === undefined) fail('is neither ok.<case>.json nor ng.<case>.json: name it so');
		else if (policyId === null)
			fail(`${category} has several policies, or none: put it into ${category}/examples/<name>/`);
		else {
			const read = parse(await readText(join(directory, path), 'example', MAX_BYTES));
			if ('problem' in read) fail(read.problem);
			else found.examples.push(...toExamples(read.value, `${expected}.${title}`, file, policyId));
		}
	}
	return found;
}

/** Ids of the policies among sources. */
export function policyIds(sources: Record<string, string>): string[] {
	return Object.keys(sources).flatMap(path => {
		const place = placeOf(path);
		return place.kind === 'policy' ? [`${place.category}/${place.name}`] : [];
	});
}

const PLACE = /^([a-z][a-z0-9_]*)\/examples\/(([^/]+)\/)?[^/]+\.json$/;
const NAME = /^(ok|ng)\.(.+)\.json$/;
const HIDDEN = /(^|\/)(\.|node_modules\/)/;

function onlyOf(category: string, policyIds: readonly string[]): string | null {
	const [only, ...others] = policyIds.filter(id => id.startsWith(`${category}/`));
	return only !== undefined && others.length === 0 ? only : null;
}

function toExamples(value: unknown, name: string, file: string, policyId: string): Example[] {
	const isOk = name.startsWith('ok.');
	if (!Array.isArray(value)) return [{ name, file, policyId, isOk, record: value }];
	// An empty list shows nothing: as a record it is refused.
	if (value.length === 0) return [{ name, file, policyId, isOk, record: null }];
	return value.map((record, at) => ({ name: `${name}[${at}]`, file, policyId, isOk, record }));
}

function parse(text: string): { value: unknown } | { problem: string } {
	try {
		return { value: JSON.parse(text) };
	} catch {
		// Without the parser's words: they quote the file, and it may be anything.
		return { problem: 'is no JSON' };
	}
}
