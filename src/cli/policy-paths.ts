import { isAbsolute, join, relative } from 'node:path';

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
