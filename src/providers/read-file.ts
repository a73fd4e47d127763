import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { whyUnreadable } from '../lib/kubeconfig-problems.ts';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';

/** A small file and who may read it. */
export interface FileContent {
	text: string;
	/** Permission bits. */
	mode: number;
	ownerUid: number;
}

/** Certificates, keys and tokens are far smaller; what is larger is the wrong file. */
const MAX_REFERENCED_BYTES = 1_000_000;

/**
 * Reads a regular file up to a limit: never a device, a pipe that would block, or one that grows while it is read.
 * @throws {ScanError} FILE_UNREADABLE
 */
export function readSmallFile(path: string, maxBytes = MAX_REFERENCED_BYTES): FileContent {
	let descriptor: number;
	try {
		// O_NONBLOCK: opening a pipe without a writer would wait for one.
		descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
	} catch (cause) {
		throw unreadable(path, whyUnreadable(cause), cause);
	}
	try {
		const { mode, uid: ownerUid, size, ...stats } = statOf(descriptor);
		if (!stats.isFile) throw unreadable(path, 'is not a regular file');
		if (size > maxBytes) {
			throw unreadable(path, `is ${Math.ceil(size / 1e6)} MB large, over the limit of ${maxBytes / 1e6} MB`);
		}
		return { text: readUpTo(descriptor, path, size), mode: mode & 0o777, ownerUid };
	} finally {
		closeSync(descriptor);
	}
}

function statOf(descriptor: number) {
	const stats = fstatSync(descriptor);
	return { mode: stats.mode, uid: stats.uid, size: stats.size, isFile: stats.isFile() };
}

function readUpTo(descriptor: number, path: string, size: number): string {
	const buffer = Buffer.alloc(size);
	let length = 0;
	try {
		for (let read = -1; read !== 0 && length < size; length += read) {
			read = readSync(descriptor, buffer, length, size - length, null);
		}
	} catch (cause) {
		throw unreadable(path, whyUnreadable(cause), cause);
	}
	return buffer.toString('utf8', 0, length);
}

function unreadable(path: string, why: string, cause?: unknown): ScanError {
	const hint = 'check the path and its permissions';
	return new ScanError('FILE_UNREADABLE', `${oneLine(path)} ${why}`, { hint, cause });
}
