import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ScanError } from '../lib/scan-error.ts';
import { byCodeUnit } from '../lib/text.ts';
import type { Facts } from '../model/facts.ts';
import { clusterSlugs } from '../reporters/slug.ts';
import { factsSchema } from './facts-schema.ts';
import { listedIn, openOutput, type Written } from './output.ts';
import { readJson } from './read-text.ts';

/** Where `--save-facts` puts the facts of each cluster. */
export interface FactsFolder {
	save: (facts: Facts) => Promise<void>;
	clear: () => void;
	/** What could not be written so far: a full disk is no reason to stop scanning. */
	failed: Written['failed'];
}

/** Opens a folder for `--save-facts`. @throws {ScanError} OUTPUT_UNWRITABLE */
export async function openFactsFolder(dir: string): Promise<FactsFolder> {
	const output = await openOutput(dir);
	const failed: Written['failed'] = [];
	const taken = new Set<string>();
	const save = async (facts: Facts) => {
		const path = freePath(facts, taken);
		const result = await output.write([{ path, text: `${JSON.stringify(facts)}\n` }]);
		failed.push(...result.failed);
	};
	return { save, clear: output.clear, failed };
}

/** `<slug>-<8 hex of the uid>.json`; two clusters that would share it are numbered. */
function freePath({ cluster }: Facts, taken: Set<string>): string {
	const name = clusterSlugs([cluster]).get(cluster.uid) ?? 'cluster';
	let path = `${name}.json`;
	for (let number = 2; taken.has(path); number++) path = `${name}-${number}.json`;
	taken.add(path);
	return path;
}

/** The facts in a folder, one cluster at a time. @throws {ScanError} FACTS_INVALID, naming file and place. */
export async function readFactsFolder(dir: string): Promise<AsyncIterable<Facts>> {
	const names = await readdir(dir).catch((cause: unknown) => {
		const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
		const hint = 'name a folder that scan --save-facts wrote';
		throw new ScanError('FILE_UNREADABLE', `cannot read the facts folder ${dir} (${code})`, { hint, cause });
	});
	const files = names.filter(name => name.endsWith('.json') && !name.startsWith('.')).sort(byCodeUnit);
	await refuseMissing(dir, files);
	if (files.length > 0) return readAll(files.map(name => join(dir, name)));
	throw new ScanError('FACTS_INVALID', `there are no facts in ${dir}`, {
		hint: 'name a folder that scan --save-facts wrote',
	});
}

/** A file that was written and is gone is a cluster that nobody would miss. */
async function refuseMissing(dir: string, files: string[]): Promise<void> {
	const gone = [...(await listedIn(dir))].filter(path => path.endsWith('.json') && !files.includes(path));
	if (gone.length === 0) return;
	const shown = gone.slice(0, 5).map(path => join(dir, path));
	const more = gone.length > shown.length ? ` and ${gone.length - shown.length} more` : '';
	throw new ScanError(
		'FACTS_INVALID',
		`the manifest of ${dir} names facts that are gone: ${shown.join(', ')}${more}`,
		{
			hint: 'put them back, or scan again with --save-facts',
		},
	);
}

/** Refuses two files of one cluster: what the older one says would be counted beside the newer. */
async function* readAll(paths: string[]): AsyncGenerator<Facts> {
	const seen = new Map<string, string>();
	for (const path of paths) {
		const facts = await readFacts(path);
		const other = seen.get(facts.cluster.uid);
		if (other !== undefined)
			throw new ScanError('FACTS_INVALID', `${other} and ${path} are facts of one cluster`, {
				hint: 'keep the newer one (its collectedAt is greater), and move the other elsewhere',
			});
		seen.set(facts.cluster.uid, path);
		yield facts;
	}
}

/** The facts in one file. @throws {ScanError} FACTS_INVALID, naming file and place. */
export async function readFacts(path: string): Promise<Facts> {
	const value = await readJson(path, 'facts file', 'FACTS_INVALID');
	const result = factsSchema.safeParse(value);
	if (result.success) return result.data;
	if (isResult(value))
		throw new ScanError(
			'FACTS_INVALID',
			`${path} is a result, which has findings and not the facts behind them`,
			{
				hint: 'keep the facts of the next scan with --save-facts DIR, and name DIR',
			},
		);
	const [issue] = result.error.issues;
	const place = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
	throw new ScanError('FACTS_INVALID', `${path} holds no kubelapse facts${place}`, {
		hint: 'keep only files that scan --save-facts wrote in that folder',
	});
}

/** Bindings, roles and what could not be read of one object are in no result: records cannot be made of it again. */
function isResult(value: unknown): boolean {
	return (
		typeof value === 'object' &&
		value !== null &&
		'apiVersion' in value &&
		value.apiVersion === 'kubelapse/v1'
	);
}
