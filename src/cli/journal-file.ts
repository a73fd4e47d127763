import { type FileHandle, open, readFile, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';
import { type JournalStore, type ReadJournal, readJournal } from '../remediation/journal.ts';
import { syncFolder } from './atomic-file.ts';
import { lock } from './lock-file.ts';

/** A journal that this process alone writes. */
export interface JournalFile extends ReadJournal {
	store: JournalStore;
	close(): Promise<void>;
}

/** Somebody who is about to end has ended by then. */
const WAIT_MS = 2_000;

/**
 * Opens a journal to go on with it, or makes one for its owner alone. What was cut while it was written is cut off:
 * nobody has acted on it.
 * @throws {ScanError} JOURNAL_LOCKED, JOURNAL_INVALID, OUTPUT_UNWRITABLE
 */
export async function openJournalFile(path: string, trusted: ReadonlySet<string>): Promise<JournalFile> {
	const place = `${await realpath(path).catch(() => path)}.lock`;
	// A run takes as long as it takes: on another machine nobody can say whether it still writes.
	const taken = await lock(place, WAIT_MS, { staleAfterMs: null }).catch(cause => {
		throw unwritable(path, cause);
	});
	if ('holder' in taken) {
		const { pid, host } = taken.holder ?? {};
		const who = pid === undefined ? 'another process' : `process ${pid} of ${oneLine(host ?? '', 100)}`;
		throw new ScanError('JOURNAL_LOCKED', `the journal ${oneLine(path)} is being written by ${who}`, {
			hint: `wait until it has ended, or remove ${oneLine(place)} where nobody runs`,
		});
	}
	try {
		const known = await readText(path);
		const read = readJournal(known ?? '', path, trusted);
		const file = await open(path, 'a', 0o600);
		if (known === null) await syncFolder(dirname(path));
		if (read.isTorn) {
			await file.truncate(read.wholeBytes);
			await file.sync();
		}
		return {
			...read,
			store: { append: line => append(file, line, taken.isHeld) },
			close: async () => {
				await file.close();
				taken.release();
			},
		};
	} catch (cause) {
		taken.release();
		throw cause instanceof ScanError ? cause : unwritable(path, cause);
	}
}

/** A journal that is only read. @throws {ScanError} FILE_UNREADABLE, JOURNAL_INVALID */
export async function readJournalFile(path: string, trusted: ReadonlySet<string>): Promise<ReadJournal> {
	const text = await readText(path);
	if (text === null)
		throw new ScanError('FILE_UNREADABLE', `cannot read journal ${oneLine(path)} (ENOENT)`, {
			hint: 'check the path',
		});
	return readJournal(text, path, trusted);
}

async function readText(path: string): Promise<string | null> {
	return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return null;
		throw error;
	});
}

async function append(file: FileHandle, line: string, isHeld: () => boolean): Promise<void> {
	// Whoever took the lock away writes too: two writers make a journal that nobody can read.
	if (!isHeld()) throw new Error('the lock of the journal is gone');
	await file.appendFile(line);
	await file.datasync();
}

function unwritable(path: string, cause: unknown): ScanError {
	const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
	return new ScanError(
		'OUTPUT_UNWRITABLE',
		`cannot write the journal ${oneLine(path)} (${code}); nothing was done`,
		{
			hint: 'name a file in a folder that you can write with --journal FILE',
			cause,
		},
	);
}
