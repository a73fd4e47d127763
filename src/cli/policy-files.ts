import { readdir } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ScanError } from '../lib/scan-error.ts';
import { byCodeUnit } from '../lib/text.ts';
import { readText } from './read-text.ts';

/** The folder of the shipped sources. */
export const SHIPPED_POLICIES = fileURLToPath(new URL('../../policies', import.meta.url));

const MAX_BYTES = 5_000_000;

/** Sources by path, under `policies/` whatever their folder is called. */
export interface PolicyFolder {
	/** Every policy, test and schema of the folder. */
	own: Record<string, string>;
	/** The same, and what the folder lacks of the shipped `main.rego`, `lib/`, `schemas/` and policies that it reads. */
	all: Record<string, string>;
}

/** @throws {ScanError} FILE_UNREADABLE. */
export async function readPolicyFolder(directory: string): Promise<PolicyFolder> {
	const own = await readFolder(directory);
	if (resolve(directory) === SHIPPED_POLICIES) return { own, all: own };
	const shipped = await readShippedSources();
	const support = Object.entries(shipped).filter(([path]) => SUPPORT.test(path));
	return { own, all: { ...readPolicies(own, shipped), ...Object.fromEntries(support), ...own } };
}

/** The shipped policies that sources read, as `data.policies.orphan.role_missing.deny`, and those that these read. */
function readPolicies(own: Record<string, string>, shipped: Record<string, string>): Record<string, string> {
	const found: Record<string, string> = {};
	const texts = Object.values(own);
	// The list grows while it is gone through.
	for (const text of texts) {
		for (const [, category, name] of text.matchAll(/\bdata\.policies\.(\w+)\.(\w+)/g)) {
			const path = `policies/${category}/${name}.rego`;
			const policy = Object.hasOwn(shipped, path) ? shipped[path] : undefined;
			if (policy === undefined || path in found || path in own) continue;
			found[path] = policy;
			texts.push(policy);
		}
	}
	return found;
}

/** The shipped sources that are compiled: no tests. */
export function readShippedSources(): Promise<Record<string, string>> {
	return readFolder(SHIPPED_POLICIES, isCompiled);
}

/** The sources of somebody's own folder that are compiled. @throws {ScanError} FILE_UNREADABLE. */
export function readOwnSources(directory: string): Promise<Record<string, string>> {
	return readFolder(directory, isCompiled);
}

function isCompiled(path: string): boolean {
	return !path.endsWith('_test.rego');
}

const SUPPORT = /^policies\/(main\.rego$|lib\/|schemas\/)/;

async function readFolder(
	directory: string,
	isWanted: (path: string) => boolean = () => true,
): Promise<Record<string, string>> {
	const paths = (await namesBelow(directory)).map(path => path.split(sep).join('/')).sort(byCodeUnit);
	const wanted = paths.filter(path => SOURCE.test(path) && !HIDDEN.test(path) && isWanted(path));
	const read = wanted.map(
		async path => [`policies/${path}`, await readText(join(directory, path), 'policy', MAX_BYTES)] as const,
	);
	return Object.fromEntries(await Promise.all(read));
}

const SOURCE = /\.rego$|^schemas\/[^/]+\.json$/;
const HIDDEN = /(^|\/)(\.|node_modules\/)/;

async function namesBelow(directory: string): Promise<string[]> {
	try {
		return await readdir(directory, { recursive: true });
	} catch (cause) {
		const hint = 'name a folder that has <category>/<name>.rego';
		throw new ScanError('FILE_UNREADABLE', `cannot read the folder ${directory}`, { hint, cause });
	}
}
