import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readAuditTrail } from '../../../src/providers/audit-log/read-audit-trail.ts';
import { auditEvent, auditOptions, logOf } from '../../helpers/audit-events.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { withTempDir } from '../../helpers/temp-dir.ts';

const read = (...globs: string[]) => readAuditTrail([{ name: 'log', globs }], auditOptions());
const by = (username: string, after = 0) => auditEvent({ username, after });

describe('audit log :: files and folders', it => {
	it('a folder called stage=prod is no column', () =>
		withTempDir(async dir => {
			mkdirSync(join(dir, 'stage=prod'));
			writeFileSync(join(dir, 'stage=prod/audit.log'), logOf(by('sys', 7200)));
			writeFileSync(join(dir, 'stage=prod/old.gz'), gzipSync(logOf(by('ann'), by('sys', 3600))));
			for (const globs of [['**/*.log', '**/*.gz'], ['stage=prod/old.gz']]) {
				const { actors } = await read(...globs.map(glob => join(dir, glob)));
				assert.equal(
					actors.map(({ username }) => username),
					['ann', 'sys'],
				);
			}
		}));
});
