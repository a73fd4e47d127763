import { realpathSync, statSync } from 'node:fs';
import { oneLine } from '../../lib/text.ts';
import { expandFiles } from '../files/glob.ts';
import type { AuditLogStream, LogFiles, SeenFile } from './files.ts';

/**
 * Looks at the files again after they were read, and says of each stream which of them were replaced, removed or cut
 * meanwhile, or are new: their events may be missing. A file that only grew is as it should be.
 */
export function findRotated(streams: AuditLogStream[], { seen, unread, problems }: LogFiles): void {
	const inodes = new Set(seen.map(inodeOf));
	const paths = new Set([...seen.map(({ path }) => path), ...unread]);
	for (const [stream, { globs }] of streams.entries()) {
		const changed = seen.filter(file => file.stream === stream && hasChanged(file)).map(({ path }) => path);
		for (const path of new Set(globs.flatMap(pathsOf))) {
			if (paths.has(path)) continue;
			paths.add(path);
			const file = lookAt(path);
			if (file !== null && !inodes.has(inodeOf(file))) changed.push(path);
		}
		const [first, ...rest] = changed;
		if (first === undefined) continue;
		const more = rest.length === 0 ? '' : `, with ${rest.length} more,`;
		problems[stream]?.push(`${oneLine(first)}${more} was rotated while it was read: read it again`);
	}
}

function hasChanged(before: SeenFile): boolean {
	const now = lookAt(before.path);
	return now === null || inodeOf(now) !== inodeOf(before) || now.size < before.size;
}

const inodeOf = ({ dev, ino }: Pick<SeenFile, 'dev' | 'ino'>) => `${dev} ${ino}`;

/** null: it is not there any more. */
function lookAt(path: string): Pick<SeenFile, 'dev' | 'ino' | 'size'> | null {
	try {
		return statSync(path);
	} catch {
		return null;
	}
}

function pathsOf(glob: string): string[] {
	try {
		return expandFiles([glob]).map(path => realpathSync(path));
	} catch {
		return []; // What was there is looked at by its name.
	}
}
