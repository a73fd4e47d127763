import { appendFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAuditTrail } from '../../../src/providers/audit-log/read-audit-trail.ts';
import { auditEvent, auditOptions, logOf } from '../../helpers/audit-events.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { withTempDir } from '../../helpers/temp-dir.ts';

const by = (username: string, after: number) => auditEvent({ username, after });

/** Problems of a folder's log in which something happens after its files were found. */
const during = (change: (dir: string) => void, pattern = 'audit*.log', before?: (dir: string) => void) =>
	withTempDir(async dir => {
		writeFileSync(join(dir, 'audit.log'), logOf(by('sys', 0), by('ann', 10), by('sys', 20)));
		before?.(dir);
		const reading = readAuditTrail([{ name: 'log', globs: [join(dir, pattern)] }], auditOptions());
		change(dir);
		const { streams } = await reading;
		return streams[0]?.problems.map(problem => problem.replaceAll(`${dir}/`, '')) ?? [];
	});
const ROTATED = 'audit.log was rotated while it was read: read it again';

describe('audit log :: rotated while it is read', it => {
	it('a renamed file, with a new one or without', async () => {
		const rename = (dir: string) => renameSync(join(dir, 'audit.log'), join(dir, 'audit-1.log'));
		assert.equal(
			await during(dir => {
				rename(dir);
				writeFileSync(join(dir, 'audit.log'), logOf(by('sys', 30)));
			}),
			[ROTATED],
		);
		const gone = await during(rename);
		assert.is(gone.at(-1), ROTATED);
	});
	it('a file that was copied and emptied', async () => {
		assert.equal(await during(dir => truncateSync(join(dir, 'audit.log'), 0)), [ROTATED]);
	});
	it('a removed file', async () => {
		assert.is((await during(dir => rmSync(join(dir, 'audit.log')))).at(-1), ROTATED);
	});
	it('new files that nobody read, with a link that leads elsewhere', async () => {
		const found = await during(
			dir => {
				writeFileSync(join(dir, 'audit-2.log'), logOf(by('sys', 40)));
				writeFileSync(join(dir, 'other'), logOf(by('sys', 50)));
				rmSync(join(dir, 'audit-link.log'));
				symlinkSync('other', join(dir, 'audit-link.log'));
			},
			'audit*.log',
			dir => symlinkSync('audit.log', join(dir, 'audit-link.log')),
		);
		assert.equal(found, ['audit-2.log, with 1 more, was rotated while it was read: read it again']);
	});
	it('a file that grew, or was empty and grew, is fine', async () => {
		const grow = (dir: string) => {
			appendFileSync(join(dir, 'audit.log'), logOf(by('sys', 30)));
			appendFileSync(join(dir, 'audit-0.log'), logOf(by('sys', 40)));
		};
		assert.equal(await during(grow, 'audit*.log', dir => writeFileSync(join(dir, 'audit-0.log'), '')), []);
	});
});
