/**
 * The process that runs tools/opa/opa.wasm: a request on stdin, an answer on stdout. It is a process of its own, because
 * V8's flags are per process, a killed process gives its memory back, and WASI cannot be interrupted.
 */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import { WASI } from 'node:wasi';
import { brotliDecompressSync } from 'node:zlib';

const EBADF = 8; // wasi_snapshot_preview1 errno

// TypeScript lists WebAssembly among the browser's types, which this project does not load.
const { WebAssembly } = globalThis as unknown as {
	WebAssembly: {
		instantiate(
			wasm: Uint8Array,
			imports: object,
		): Promise<{ instance: { exports: Record<string, unknown> } }>;
	};
};

const request = await buffer(process.stdin);
const output: { [fd: number]: Buffer[] } = { 1: [], 2: [] };
let unread = request;

const wasi = new WASI({ version: 'preview1', args: ['opa'], env: {}, preopens: {} });
// Node 20 crashes when its own import functions reach a second instance; closures keep them out of V8's cache.
const imports = Object.fromEntries(
	Object.entries(wasi.wasiImport).map(([name, call]) => [
		name,
		// Node types the table as a bare object.
		(...args: unknown[]): unknown => (call as (...args: unknown[]) => unknown)(...args),
	]),
);
const wasm = brotliDecompressSync(await readFile(new URL('../../tools/opa/opa.wasm.br', import.meta.url)));
const { instance } = await WebAssembly.instantiate(wasm, {
	// Through real pipes the output is cut off at some 64 kB, so both streams stay in memory.
	wasi_snapshot_preview1: { ...imports, fd_read: fdRead, fd_write: fdWrite },
});
const memory = instance.exports.memory as { buffer: ArrayBuffer }; // WASI demands this export

process.exitCode = wasi.start(instance);
process.stdout.write(Buffer.concat(output[1] ?? []));
process.stderr.write(Buffer.concat(output[2] ?? []));

function fdRead(fd: number, vectors: number, count: number, total: number): number {
	if (fd !== 0) return EBADF;
	let copied = 0;
	for (const slot of slots(vectors, count)) {
		const length = unread.copy(slot);
		unread = unread.subarray(length);
		copied += length;
	}
	new DataView(memory.buffer).setUint32(total, copied, true);
	return 0;
}

function fdWrite(fd: number, vectors: number, count: number, total: number): number {
	const chunks = output[fd];
	if (!chunks) return EBADF;
	let written = 0;
	for (const slot of slots(vectors, count)) {
		chunks.push(Buffer.from(slot)); // a copy: the guest reuses its memory
		written += slot.length;
	}
	new DataView(memory.buffer).setUint32(total, written, true);
	return 0;
}

/** The byte ranges that an array of iovecs names: u32 pointer, u32 length, little endian. */
function slots(vectors: number, count: number): Uint8Array[] {
	// A new view each time: the buffer is another one after the memory has grown.
	const view = new DataView(memory.buffer);
	return Array.from({ length: count }, (_, i) => {
		const at = vectors + i * 8;
		return new Uint8Array(memory.buffer, view.getUint32(at, true), view.getUint32(at + 4, true));
	});
}
