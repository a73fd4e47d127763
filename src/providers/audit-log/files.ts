import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { whyUnreadable } from '../../lib/kubeconfig-problems.ts';
import { redact } from '../../lib/redact.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { oneLine } from '../../lib/text.ts';
import { expandFiles } from '../files/glob.ts';

/** The log that one API server writes, with its rotated files. */
export interface AuditLogStream {
	name: string;
	/** Paths and patterns. */
	globs: string[];
}

/**
 * `lines`: an Event each; `lists`: lines of which some are whole lists; `documents`: lists or Events one after
 * the other, however they are broken into lines; `array`: one JSON array.
 */
export type LogFormat = 'lines' | 'lists' | 'documents' | 'array';

/** One file of a log and how to read it. */
export interface LogFile {
	path: string;
	/** Index of its stream. */
	stream: number;
	format: LogFormat;
	compression: 'uncompressed' | 'gzip' | 'zstd';
}

/** A file as it was before it was read. */
export interface SeenFile {
	path: string;
	/** Index of its stream. */
	stream: number;
	dev: number;
	ino: number;
	size: number;
}

/** What the patterns of all streams name, and what of it cannot be read, by index of the stream. */
export interface LogFiles {
	files: LogFile[];
	/** Files that are there, also those that hold nothing or cannot be read. */
	counts: number[];
	/** Those of them that could be opened. */
	seen: SeenFile[];
	/** Of those that could not, their problem is said. */
	unread: string[];
	problems: string[][];
}

/** Finds the files of every stream, and how each is to be read. A file of two streams belongs to the first. */
export function findLogFiles(streams: AuditLogStream[]): LogFiles {
	const found: LogFiles = {
		files: [],
		counts: streams.map(() => 0),
		seen: [],
		unread: [],
		problems: streams.map(() => []),
	};
	const owners = new Map<string, number>();
	for (const [stream, { globs }] of streams.entries()) {
		const problems = found.problems[stream] ?? [];
		const paths = new Set(globs.flatMap(glob => pathsOf(glob, problems)));
		found.counts[stream] = paths.size;
		for (const path of paths) {
			const owner = owners.get(path);
			owners.set(path, owner ?? stream);
			if (owner !== undefined) {
				problems.push(
					`${oneLine(path)} belongs to ${oneLine(streams[owner]?.name ?? '')} too, and is read there`,
				);
				continue;
			}
			const file = peek(path, stream, found);
			if (file !== null) found.files.push(file);
		}
	}
	return found;
}

function pathsOf(glob: string, problems: string[]): string[] {
	try {
		return expandFiles([glob]).map(path => realpathSync(path));
	} catch (error) {
		const why = error instanceof ScanError ? error.message : `${oneLine(glob)} ${whyUnreadable(error)}`;
		problems.push(redact(why));
		return [];
	}
}

/** null: it holds nothing, or cannot be read. */
function peek(path: string, stream: number, { seen, unread, problems }: LogFiles): LogFile | null {
	let head: Buffer;
	try {
		const read = readHead(path);
		head = read.head;
		seen.push({ path, stream, dev: read.dev, ino: read.ino, size: read.size });
	} catch (error) {
		const why = error instanceof ScanError ? error.message : `${oneLine(path)} ${whyUnreadable(error)}`;
		problems[stream]?.push(redact(why));
		unread.push(path);
		return null;
	}
	if (head.length === 0) return null;
	if (head.readUInt32BE(0) === ZSTD_MAGIC) return { path, stream, format: 'lines', compression: 'zstd' };
	if (head.readUInt16BE(0) !== GZIP_MAGIC) {
		return { path, stream, format: formatOf(head.toString('latin1')), compression: 'uncompressed' };
	}
	return { path, stream, format: formatOf(unpackHead(head)), compression: 'gzip' };
}

const HEAD_BYTES = 65_536;
/** RFC 8878 §3.1.1, RFC 1952 §2.3.1. */
const ZSTD_MAGIC = 0x28b52ffd;
const GZIP_MAGIC = 0x1f8b;

function readHead(path: string): { head: Buffer } & Pick<SeenFile, 'dev' | 'ino' | 'size'> {
	// O_NONBLOCK: opening a pipe without a writer would wait for one.
	const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
	try {
		const stats = fstatSync(descriptor);
		if (!stats.isFile()) {
			throw new ScanError('FILE_UNREADABLE', `${oneLine(path)} is not a regular file`);
		}
		const buffer = Buffer.alloc(HEAD_BYTES);
		const length = readSync(descriptor, buffer, 0, HEAD_BYTES, 0);
		// Padded, so that a magic number can be looked for in a file of one byte.
		const head = length === 0 ? Buffer.alloc(0) : buffer.subarray(0, Math.max(length, 4));
		return { head, dev: stats.dev, ino: stats.ino, size: stats.size };
	} finally {
		closeSync(descriptor);
	}
}

/** Little is unpacked: a few bytes of gzip can stand for a thousand times as many. */
const PACKED_BYTES = 4_096;

function unpackHead(head: Buffer): string {
	try {
		return gunzipSync(head.subarray(0, PACKED_BYTES), { finishFlush: zlib.Z_SYNC_FLUSH }).toString('latin1');
	} catch {
		return ''; // DuckDB says what is wrong with it.
	}
}

/** A guess from the first line; where it was wrong, `second-look.ts` finds lines that are no event, and guesses again. */
function formatOf(head: string): LogFormat {
	const text = head.replace(/^\u00ef\u00bb\u00bf/, '').trimStart();
	if (text.startsWith('[')) return 'array';
	const [line = ''] = text.split('\n', 1);
	if (/^\{\s*$/.test(line)) return 'documents';
	return /^\{[^[]{0,400}("EventList"|"items"\s*:)/.test(line) ? 'lists' : 'lines';
}
