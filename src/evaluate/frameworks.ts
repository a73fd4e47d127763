import { readdir, readFile } from 'node:fs/promises';
import { nearest } from '../lib/nearest.ts';
import { ScanError } from '../lib/scan-error.ts';
import { byCodeUnit, oneLine } from '../lib/text.ts';
import type { Framework } from '../model/compliance.ts';

/** The same folder from `src/evaluate/` and from `dist/evaluate/`. */
const FOLDER = new URL('../../policies/frameworks/', import.meta.url);

/**
 * The frameworks of these ids, each once and in that order.
 * @throws {ScanError} USAGE naming the nearest right id; POLICY_LOAD_FAILED.
 */
export async function loadFrameworks(ids: string[]): Promise<Framework[]> {
	const wanted = [...new Set(ids)];
	if (wanted.length === 0) return [];
	const known = await frameworkIds();
	for (const id of wanted) if (!known.includes(id)) throw unknownFramework(id, known);
	return Promise.all(wanted.map(loadFramework));
}

/** What `--framework` takes. @throws {ScanError} POLICY_LOAD_FAILED. */
export async function frameworkIds(): Promise<string[]> {
	const names = await readdir(FOLDER).catch(cause => {
		throw unreadable(cause);
	});
	return names
		.filter(name => name.endsWith('.json'))
		.map(name => name.slice(0, -'.json'.length))
		.sort(byCodeUnit);
}

async function loadFramework(id: string): Promise<Framework> {
	try {
		const text = await readFile(new URL(`${id}.json`, FOLDER), 'utf8');
		return { id, ...(JSON.parse(text) as Omit<Framework, 'id'>) }; // ours; a test holds each file to the type
	} catch (cause) {
		throw unreadable(cause);
	}
}

function unknownFramework(id: string, known: string[]): ScanError {
	const near = nearest(id, known) ?? known.find(each => id !== '' && each.startsWith(id.toLowerCase()));
	const advice = near === undefined ? '' : `, did you mean ${near}?`;
	return new ScanError('USAGE', `unknown framework ${JSON.stringify(oneLine(id, 100))}${advice}`, {
		hint: `known are ${known.join(', ')}`,
	});
}

function unreadable(cause: unknown): ScanError {
	const hint = 'install the package again; in a clone, see what happened to policies/frameworks';
	return new ScanError('POLICY_LOAD_FAILED', 'cannot read the frameworks', { hint, cause });
}
