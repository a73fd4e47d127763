import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The part of the environment that says where a user's caches are. */
export interface CacheSurroundings {
	env: Record<string, string | undefined>;
	platform: NodeJS.Platform;
	home: string;
}

/**
 * Where kubelapse may keep what it can make again.
 * @see XDG Base Directory Specification: a relative path in XDG_CACHE_HOME is invalid and ignored.
 */
export function cacheFolder({ env, platform, home }: CacheSurroundings): string {
	const named = [env.XDG_CACHE_HOME, platform === 'win32' ? env.LOCALAPPDATA : undefined].find(
		path => path !== undefined && isAbsolute(path),
	);
	const own = { win32: ['AppData', 'Local'], darwin: ['Library', 'Caches'] } as Partial<
		Record<NodeJS.Platform, string[]>
	>;
	return join(named ?? join(home, ...(own[platform] ?? ['.cache'])), 'kubelapse');
}

/** The surroundings of this process. */
export function cacheSurroundings(): CacheSurroundings {
	return { env: process.env, platform: process.platform, home: homedir() };
}
