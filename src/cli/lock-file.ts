import { randomUUID } from 'node:crypto';
import { readFileSync, unlinkSync } from 'node:fs';
import { link, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';

/** Who holds a lock; null where the lock does not say. */
export interface Holder {
	pid: number;
	host: string;
}

/** A lock that was taken. */
export interface Lock {
	/** Whether nobody took it away meanwhile, as stale. */
	isHeld: () => boolean;
	release: () => void;
}

const held = new Map<string, string>();
// A second Ctrl-C ends the process between two awaits; its lock must not stay.
process.once('exit', () => {
	for (const [path, own] of held) release(path, own);
});

const TRY_EACH_MS = 50;

/** What takes milliseconds has ended or crashed long before: only for those whose process cannot be asked for. */
const STALE_AFTER_MS = 60_000;

export interface LockOptions {
	/** When the lock of a process that cannot be asked for, as on another machine, is stale; null for never. */
	staleAfterMs?: number | null;
}

/**
 * Makes a file that nobody else may make at the same time, and waits for who has it. One whose process is
 * gone is taken away.
 * @returns the holder where it did not end in time.
 * @throws what the file system says where the file cannot be made.
 */
export async function lock(
	path: string,
	waitMs: number,
	{ staleAfterMs = STALE_AFTER_MS }: LockOptions = {},
): Promise<Lock | { holder: Holder | null }> {
	const own = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
	const end = performance.now() + waitMs;
	for (;;) {
		if (await create(path, own)) {
			held.set(path, own);
			return { isHeld: () => isOwn(path, own), release: () => release(path, own) };
		}
		const text = await readFile(path, 'utf8').catch(() => null); // released since
		const holder = text === null ? null : holderOf(text);
		if (text !== null && (await isStale(path, holder, staleAfterMs))) await remove(path, text);
		else if (performance.now() >= end) return { holder };
		else await setTimeout(TRY_EACH_MS);
	}
}

/** Whole from the start: a process that is killed leaves no lock that names nobody. */
async function create(path: string, text: string): Promise<boolean> {
	const aside = `${path}.${randomUUID()}`;
	try {
		await writeFile(aside, text, { flag: 'wx', mode: 0o644 });
		await link(aside, path);
		return true;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
		throw error;
	} finally {
		await unlink(aside).catch(() => undefined);
	}
}

function holderOf(text: string): Holder | null {
	try {
		const { pid, host } = JSON.parse(text);
		return Number.isSafeInteger(pid) && pid > 0 && typeof host === 'string' ? { pid, host } : null;
	} catch {
		return null; // not written yet, or by somebody else
	}
}

async function isStale(path: string, holder: Holder | null, afterMs: number | null): Promise<boolean> {
	if (holder !== null && holder.host === hostname()) return !isRunning(holder.pid);
	if (afterMs === null) return false;
	const since = await stat(path).then(
		({ mtimeMs }) => mtimeMs,
		() => Number.POSITIVE_INFINITY,
	);
	return Date.now() - since > afterMs;
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// It runs as somebody else.
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
}

/** Takes a stale lock away, and gives back the one that somebody else has put there since. */
async function remove(path: string, stale: string): Promise<void> {
	const aside = `${path}.${randomUUID()}`;
	try {
		await rename(path, aside);
	} catch {
		return; // somebody else was faster
	}
	if ((await readFile(aside, 'utf8').catch(() => stale)) !== stale)
		await link(aside, path).catch(() => undefined); // its holder finds that out by isHeld
	await unlink(aside).catch(() => undefined);
}

function isOwn(path: string, own: string): boolean {
	try {
		return readFileSync(path, 'utf8') === own;
	} catch {
		return false;
	}
}

function release(path: string, own: string): void {
	if (held.get(path) === own) held.delete(path);
	if (!isOwn(path, own)) return;
	try {
		unlinkSync(path);
	} catch {
		// It is found stale by the next who wants it.
	}
}
