import { isAbsolute, join, relative } from 'node:path';
import { ScanError } from '../lib/scan-error.ts';

/** Where a source of a policy folder, as `policies/org/stale.rego`, is on disk. */
export function onDisk(path: string, folder: string): string {
	return join(folder, path.slice('policies/'.length));
}

/** A source's path as the user would write it. */
export function shownPath(path: string, folder: string): string {
	if (!path.startsWith('policies/')) return path;
	const place = onDisk(path, folder);
	const short = relative(process.cwd(), place);
	return isAbsolute(folder) && short !== '' && !short.startsWith('..') ? short : place;
}

/** An error about the sources of a folder, with its paths as the user would write them. */
export function withShownPaths(error: unknown, folder: string): unknown {
	if (!(error instanceof ScanError) || error.code !== 'POLICY_INVALID') return error;
	const message = error.message.replace(/^policies\/[^:]*/, path => shownPath(path, folder));
	return new ScanError(error.code, message, { hint: error.hint, cause: error });
}
