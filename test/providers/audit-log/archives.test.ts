import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findBrokenArchives } from '../../../src/providers/audit-log/archives.ts';
import type { LogFile } from '../../../src/providers/audit-log/files.ts';
import { auditEvent, logOf, START, trailOf } from '../../helpers/audit-events.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { withTempDir } from '../../helpers/temp-dir.ts';

const events = Array.from({ length: 3000 }, (_, n) => auditEvent({ after: n }));
const gzip = gzipSync(logOf(...events));
const CUT = 'the archive was cut, or is damaged';

/** What is said of a file of these bytes. */
const check = (bytes: Buffer, compression: LogFile['compression']) =>
	withTempDir(async dir => {
		const path = join(dir, 'a');
		writeFileSync(path, bytes);
		const file: LogFile = { path, stream: 0, format: 'lines', compression };
		return (await findBrokenArchives([file], new AbortController().signal)).get(path) ?? '';
	});

/** A zstd frame of raw and repeated blocks, as RFC 8878 has it. */
function zstdFrame(blocks: [type: number, size: number][], { checksum = false } = {}): Buffer {
	const parts = blocks.map(([type, size], index) => {
		const header = Buffer.alloc(3);
		header.writeUIntLE((size << 3) | (type << 1) | (index === blocks.length - 1 ? 1 : 0), 0, 3);
		return Buffer.concat([header, Buffer.alloc(type === 1 ? 1 : size, 'x')]);
	});
	const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, checksum ? 4 : 0, 0x58]);
	return Buffer.concat([head, ...parts, Buffer.alloc(checksum ? 4 : 0)]);
}

describe('audit log :: archives that are not whole', it => {
	it('a cut gzip is a problem, and what it shows counts', () =>
		withTempDir(async dir => {
			writeFileSync(join(dir, 'a.log.gz'), gzip.subarray(0, gzip.length >> 1));
			writeFileSync(join(dir, 'b.log'), logOf(auditEvent({ after: 3100 })));
			const { streams } = await trailOf(dir);
			assert.equal(streams[0]?.problems, [`${join(dir, 'a.log.gz')} cannot be read whole: ${CUT}`]);
			assert.is(streams[0]?.window?.to, START + 3100);
			assert.ok((streams[0]?.events ?? 0) > 100);
		}));
	it('a gzip that ends with a line, but without its end, is one too', async () => {
		for (const bytes of [1, 4, 8])
			assert.is(await check(gzip.subarray(0, -bytes), 'gzip'), CUT, String(bytes));
	});
	it('a gzip of two members is whole, and cut where the second is', async () => {
		const two = Buffer.concat([gzip, gzip]);
		assert.is(await check(two, 'gzip'), '');
		for (const bytes of [1, 20, gzip.length - 1, gzip.length - 3]) {
			assert.is(await check(two.subarray(0, -bytes), 'gzip'), CUT, String(bytes));
		}
	});
	it('a gzip with another checksum is damaged', async () => {
		const other = Buffer.from(gzip);
		other.writeUInt8(other.readUInt8(gzip.length - 6) ^ 1, gzip.length - 6);
		assert.is(await check(other, 'gzip'), CUT);
	});
	it('zstd is whole where its last block is, and cut at every byte before', async () => {
		const frame = zstdFrame(
			[
				[0, 20],
				[1, 100_000],
				[2, 30],
			],
			{ checksum: true },
		);
		const skipped = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
		const whole = [frame, Buffer.concat([frame, skipped, zstdFrame([[0, 5]])])];
		for (const bytes of whole) assert.is(await check(bytes, 'zstd'), '');
		for (let length = 1; length < frame.length; length++) {
			assert.is(await check(frame.subarray(0, length), 'zstd'), CUT, String(length));
		}
		assert.is(await check(Buffer.concat([frame, Buffer.from('more')]), 'zstd'), CUT);
		assert.is(await check(zstdFrame([[3, 5]]), 'zstd'), CUT);
	});
	it('what is gone cannot be read, a plain file is not looked at, and an abort says nothing', async () => {
		const file: LogFile = { path: '/nowhere/a.gz', stream: 0, format: 'lines', compression: 'gzip' };
		const { signal } = new AbortController();
		assert.equal([...(await findBrokenArchives([file], signal)).keys()], ['/nowhere/a.gz']);
		assert.is((await findBrokenArchives([file], AbortSignal.abort())).size, 0);
		assert.is((await findBrokenArchives([{ ...file, compression: 'uncompressed' }], signal)).size, 0);
	});
});
