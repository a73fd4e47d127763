import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { placeOf } from '../evaluate/catalog.ts';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';
import type { PolicyOrigin } from '../model/policy.ts';
import { readOwnSources, readShippedSources } from './policy-files.ts';

/** The shipped policies with those of `--policy` among them. */
export interface OwnPolicies {
	/** Sources to compile, by path under `policies/`. */
	sources: Record<string, string>;
	/** Where the user's own sources lie, by the same path. */
	places: Map<string, string>;
	/** Where the user's own policies come from, by id. */
	origins: Map<string, PolicyOrigin>;
}

/**
 * Reads folders of policies and lays them over the shipped ones: a policy of a shipped id replaces that one,
 * everything else that is in two places is a mistake.
 * @param trusted folders whose policies may say what is safe to remediate.
 * @throws {ScanError} POLICY_INVALID naming the files; FILE_UNREADABLE.
 */
export async function readOwnPolicies(folders: string[], trusted: string[]): Promise<OwnPolicies> {
	const shipped = await readShippedSources();
	const own: OwnPolicies = { sources: { ...shipped }, places: new Map(), origins: new Map() };
	const trustedPaths = await Promise.all(trusted.map(canonical));
	const taken = new Set<string>();
	for (const folder of folders) {
		const path = await canonical(folder);
		// One folder named twice, by the config and a link perhaps, is no conflict.
		if (taken.has(path)) continue;
		taken.add(path);
		addFolder(own, folder, await readOwnSources(folder), {
			shipped,
			isTrusted: trustedPaths.includes(path),
		});
	}
	return own;
}

/** Real path of a folder, so that a link in a trusted place does not make its target trusted. */
function canonical(folder: string): Promise<string> {
	return realpath(folder).catch(() => resolve(folder));
}

function addFolder(
	own: OwnPolicies,
	folder: string,
	files: Record<string, string>,
	{ shipped, isTrusted }: { shipped: Record<string, string>; isTrusted: boolean },
): void {
	if (!Object.keys(files).some(path => placeOf(path).kind === 'policy')) throw noPolicy(folder, files);
	for (const [path, text] of Object.entries(files)) {
		const place = join(folder, path.slice('policies/'.length));
		const earlier = own.places.get(path);
		const policy = placeOf(path);
		if (earlier !== undefined && own.sources[path] !== text) throw twice(path, earlier, place);
		if (policy.kind === 'policy') {
			if (earlier !== undefined) throw twice(path, earlier, place);
			const replaces = Object.hasOwn(shipped, path);
			own.origins.set(`${policy.category}/${policy.name}`, { folder, isTrusted, replaces });
		} else if (Object.hasOwn(shipped, path) && shipped[path] !== text) {
			throw refused(
				`${place} has the path of the shipped ${path}, which other policies rely on`,
				'give it another name: only a policy may replace a shipped one',
			);
		}
		own.places.set(path, place);
		own.sources[path] = text;
	}
}

function twice(path: string, earlier: string, place: string): ScanError {
	const id = path.slice('policies/'.length).replace(/\.[a-z]+$/, '');
	return refused(
		`${id} is there twice: ${earlier} and ${place}`,
		'rename one of them, or leave one of the folders out',
	);
}

function noPolicy(folder: string, files: Record<string, string>): ScanError {
	const misplaced = Object.keys(files).find(
		path => placeOf(path).kind === 'misplaced' && path.endsWith('.rego'),
	);
	const found = misplaced === undefined ? '' : `, only ${join(folder, misplaced.slice('policies/'.length))}`;
	return refused(
		`there is no policy in ${folder}${found}`,
		'a policy is DIR/<category>/<name>.rego, in lower case: name the folder DIR',
	);
}

function refused(message: string, hint: string): ScanError {
	return new ScanError('POLICY_INVALID', oneLine(message, 2000), { hint });
}

/** An error about the sources, with the user's own paths in place of those that the compiler was given. */
export function withOwnPaths(error: unknown, { places }: OwnPolicies): unknown {
	if (!(error instanceof ScanError) || error.code !== 'POLICY_INVALID') return error;
	const message = error.message.replace(
		/policies\/[\w./-]+?\.(rego|json)\b/g,
		path => places.get(path) ?? path,
	);
	return new ScanError(error.code, message, { hint: error.hint, cause: error });
}
