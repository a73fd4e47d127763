import { readFile, stat } from 'node:fs/promises';
import { ScanError, type ScanErrorCode } from '../lib/scan-error.ts';

/** V8 makes no longer string of UTF-8 bytes (about 512 MB). */
const MAX_STRING = 500_000_000;

/** Text of a file that a user named. @throws {ScanError} FILE_UNREADABLE, naming file and next step. */
export async function readText(path: string, noun: string, maxBytes = MAX_STRING): Promise<string> {
	try {
		const { size } = await stat(path);
		if (size <= maxBytes) return await readFile(path, 'utf8');
	} catch (cause) {
		throw unreadable(path, noun, cause);
	}
	throw new ScanError('FILE_UNREADABLE', `${noun} ${path} is too large: at most ${maxBytes} bytes are read`);
}

/** The value of a JSON file. @throws {ScanError} `code` where it is no JSON; its text stays out of the message. */
export async function readJson(path: string, noun: string, code: ScanErrorCode): Promise<unknown> {
	const text = await readText(path, noun);
	try {
		return JSON.parse(text);
	} catch {
		const hint = 'name a file that kubelapse wrote, and check that it was copied whole';
		// Without the parser's error: it quotes what it met, and the file may be anything, a token too.
		throw new ScanError(code, `${noun} ${path} is no JSON`, { hint });
	}
}

const HINTS: Record<string, string> = {
	ENOENT: 'check the path',
	ENOTDIR: 'check the path: a part of it is no folder',
	EISDIR: 'that is a folder: name a file',
	EACCES: 'check its permissions, or run as a user who may read it',
};

function unreadable(path: string, noun: string, cause: unknown): ScanError {
	const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
	return new ScanError('FILE_UNREADABLE', `cannot read ${noun} ${path} (${code})`, {
		hint: HINTS[code] ?? 'check the path and its permissions',
		cause,
	});
}
