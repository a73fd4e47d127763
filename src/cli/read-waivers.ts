import { ScanError } from '../lib/scan-error.ts';
import type { Waiver } from '../model/waiver.ts';
import { readText } from './read-text.ts';
import { knownWaiverKeys, type WaiverEntry, waiversSchema } from './waivers-schema.ts';
import { parseYamlFile, type YamlFile } from './yaml-file.ts';

/** Several thousand waivers have less. */
const MAX_BYTES = 2 * 1024 * 1024;

/** Reads `waivers.yaml`. @throws {ScanError} WAIVERS_INVALID with file and line, FILE_UNREADABLE. */
export async function readWaivers(path: string): Promise<Waiver[]> {
	return parseWaivers(await readWaiversText(path), path).waivers;
}

/** The file's text. @throws {ScanError} FILE_UNREADABLE */
export function readWaiversText(path: string): Promise<string> {
	return readText(path, 'waivers', MAX_BYTES);
}

/** The waivers of a text, and the document that they stand in. @throws {ScanError} WAIVERS_INVALID */
export function parseWaivers(
	text: string,
	path: string,
): { waivers: Waiver[]; file: YamlFile<unknown> | null } {
	const invalid = (line: number, problem: string) => {
		const hint = 'kubelapse schema waivers prints every key; kubelapse waive writes entries';
		return new ScanError('WAIVERS_INVALID', `${path}:${line}: ${problem}`, { hint });
	};
	const format = { schema: waiversSchema, knownKeys: knownWaiverKeys, noun: 'waivers file', invalid };
	const file = parseYamlFile(text, format);
	const seen = new Map<string, number>();
	const waivers = (file?.value.waivers ?? []).map((entry, index) => {
		const line = file?.lineOf(['waivers', index, 'id']) ?? 1;
		const first = seen.get(entry.id);
		if (first !== undefined)
			throw invalid(line, `two waivers have the id ${entry.id}; the first is on line ${first}`);
		seen.set(entry.id, line);
		return toWaiver(entry, `${path}:${line}`);
	});
	return { waivers, file };
}

function toWaiver(
	{ selector, approver = '', ticket = '', broad = false, ...entry }: WaiverEntry,
	location: string,
): Waiver {
	const { policy = null, cluster = null, subject = null, namespace = null } = selector;
	const { fingerprint = null, finding = null } = selector;
	return {
		...entry,
		selector: { policy, cluster, subject, namespace, fingerprint, finding },
		approver,
		ticket,
		isBroad: broad,
		location,
	};
}
