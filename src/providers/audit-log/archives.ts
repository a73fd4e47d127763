import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { whyUnreadable } from '../../lib/kubeconfig-problems.ts';
import { redact } from '../../lib/redact.ts';
import type { LogFile } from './files.ts';

/**
 * Why packed files are not whole, by path: DuckDB takes the end of a cut archive for the end of the log, and looks at
 * no checksum. Rejects never: of what was not looked at after an abort nothing is said.
 */
export async function findBrokenArchives(
	files: LogFile[],
	signal: AbortSignal,
): Promise<Map<string, string>> {
	const broken = new Map<string, string>();
	for (const { path, compression } of files) {
		if (compression === 'uncompressed' || signal.aborted) continue;
		try {
			const isWhole = await (compression === 'gzip' ? isWholeGzip(path, signal) : isWholeZstd(path));
			if (!isWhole) broken.set(path, 'the archive was cut, or is damaged');
		} catch (error) {
			if (!signal.aborted) broken.set(path, redact(whyUnreadable(error)));
		}
	}
	return broken;
}

/** Chunks of the unpacked log: at Node's own 16 KB, passing them on takes longer than to unpack them. */
const CHUNK_BYTES = 1 << 20;

/** Unpacks it for its checksum and length, beside DuckDB and several times as fast as that reads events. */
async function isWholeGzip(path: string, signal: AbortSignal): Promise<boolean> {
	const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
	try {
		const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
		await pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES >> 2 }), gunzip, nowhere, { signal });
		return true;
	} catch (error) {
		if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) return false;
		throw error;
	}
}

/** Node unpacks no zstd, but its blocks say how long they are: only their headers are read. */
async function isWholeZstd(path: string): Promise<boolean> {
	const handle = await open(path, 'r');
	try {
		const { size } = await handle.stat();
		let position = 0;
		while (position !== -1 && position < size) position = await endOfFrame(handle, position);
		return position === size;
	} finally {
		await handle.close();
	}
}

/** RFC 8878 §3.1. */
const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];

/** Where the frame that begins there ends, which may be after the file; -1: none begins there, or it does not end. */
async function endOfFrame(handle: FileHandle, start: number): Promise<number> {
	const head = await readAt(handle, start, 8);
	const magic = head.length < 4 ? 0 : head.readUInt32LE(0);
	if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC)
		return head.length < 8 ? -1 : start + 8 + head.readUInt32LE(4);
	if (magic !== FRAME_MAGIC || head.length < 5) return -1;
	const descriptor = head.readUInt8(4);
	let position = start + 5 + frameHeaderBytes(descriptor);
	for (;;) {
		const block = await readAt(handle, position, 3);
		if (block.length < 3) return -1;
		const header = block.readUIntLE(0, 3);
		const type = (header >> 1) & 3;
		if (type === RESERVED_BLOCK) return -1;
		position += 3 + (type === RLE_BLOCK ? 1 : header >> 3);
		if ((header & 1) === 1) return position + (descriptor & 4);
	}
}

/** What follows the descriptor: the window, the dictionary and the size of the content. */
function frameHeaderBytes(descriptor: number): number {
	const isSingleSegment = (descriptor & 32) !== 0;
	const sizeFlag = descriptor >> 6;
	const contentSize = sizeFlag === 0 && isSingleSegment ? 1 : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0);
	return (isSingleSegment ? 0 : 1) + (DICTIONARY_BYTES[descriptor & 3] ?? 0) + contentSize;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
	const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
	return buffer.subarray(0, bytesRead);
}
