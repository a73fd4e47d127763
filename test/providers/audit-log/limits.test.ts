import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { limitCsrEvents } from '../../../src/providers/audit-log/csr-limit.ts';
import { withDatabase } from '../../../src/providers/audit-log/database.ts';
import { auditEvent, auditOptions, logOf, trailOf } from '../../helpers/audit-events.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { withTempDir } from '../../helpers/temp-dir.ts';

describe('audit log :: limits', it => {
	it('long paths, names, agents and sources are cut, and the agent does nothing to a terminal', () =>
		withTempDir(async dir => {
			const long = 'x'.repeat(300_000);
			const events = [
				auditEvent({ agent: `\u001b[2J${long}`, uri: `/${long}`, objectRef: null, code: 403 }),
				auditEvent({ objectRef: { resource: 'pods', name: long } }),
			];
			writeFileSync(join(dir, 'a.log'), logOf(...events));
			const { actors, requests } = await trailOf(dir);
			const agents = actors[0]?.agents ?? [];
			assert.ok((agents[0]?.length ?? 0) <= 200);
			assert.ok(agents[0]?.startsWith('\\u{1b}[2Jxx'));
			assert.equal(actors[0]?.sources, ['192.0.2.7']);
			assert.equal(
				requests.map(({ path, names }) => [path.length, names]),
				[
					[512, null],
					[0, null],
				],
			);
		}));
	it('500 events with paths of 900 KB are read', () =>
		withTempDir(async dir => {
			const path = 'x'.repeat(900_000);
			const shape = { objectRef: null, code: 403, decision: 'forbid' };
			const events = Array.from({ length: 500 }, (_, n) => auditEvent({ ...shape, uri: `/${n}/${path}` }));
			writeFileSync(join(dir, 'a.log'), logOf(...events));
			const { streams, requests } = await trailOf(dir);
			assert.equal([streams[0]?.events, streams[0]?.problems, requests.length], [500, [], 500]);
		}));
	it('CSR events beyond a limit show nothing, and that is said', () =>
		withDatabase(auditOptions(), async database => {
			await database.run(
				`CREATE TEMP TABLE fold AS SELECT 'request' AS level, i AS first_tm, 'body ' || i AS csr FROM range(5) t(i)`,
			);
			assert.is(await limitCsrEvents(database, 5), '');
			assert.match(await limitCsrEvents(database, 3), /^more than 3 requests for certificates/);
			const left = await database.all('SELECT csr FROM fold ORDER BY first_tm');
			assert.equal(
				left,
				['body 0', 'body 1', 'body 2', null, null].map(csr => ({ csr })),
			);
		}));
});
