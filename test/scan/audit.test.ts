import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refuseSharedLogs, withTrail } from '../../src/audit.ts';
import { formatRfc3339 } from '../../src/lib/epoch.ts';
import { clusterFacts, NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { scanRequest } from '../helpers/scan-request.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

const event = (username: string, at: number) =>
	JSON.stringify({
		kind: 'Event',
		apiVersion: 'audit.k8s.io/v1',
		level: 'Metadata',
		auditID: `id-${at}`,
		stage: 'ResponseComplete',
		verb: 'list',
		requestURI: '/api/v1/pods',
		user: { username },
		objectRef: { resource: 'pods', apiVersion: 'v1' },
		sourceIPs: ['192.0.2.1'],
		userAgent: 'kubectl/v1.34.4',
		responseStatus: { code: 200 },
		requestReceivedTimestamp: formatRfc3339(at),
		stageTimestamp: formatRfc3339(at),
	});
const policy = { dropsRequests: false, users: [], groups: [], resources: [] };
const target = (context: string | null, globs: string[]) => ({
	context,
	streams: [{ name: 'log', globs }],
	policy,
});

describe('withTrail', it => {
	it('reads the log of the cluster that the context reaches, and of no other', () =>
		withTempDir(async dir => {
			const path = join(dir, 'audit.log');
			await writeFile(path, `${event('ann', NOW - 60)}\n${event('ann', NOW - 30)}\n`);
			const facts = clusterFacts();
			const mine = { ...facts, cluster: { ...facts.cluster, contexts: ['a.yaml#x'] } };
			const request = scanRequest({ audits: [target('a.yaml#x', [path])] });
			const { audit } = await withTrail(mine, request);
			assert.equal(
				audit?.actors.map(({ username, allowed, first, last }) => [username, allowed, first, last]),
				[['ann', 2, NOW - 60, NOW - 30]],
			);
			assert.equal(audit?.policy, policy);
			assert.is(await withTrail(facts, request), facts);
			const alone = await withTrail(facts, scanRequest({ audits: [target(null, [path])] }));
			assert.is(alone.audit?.streams[0]?.events, 2);
		}));
});

describe('refuseSharedLogs', it => {
	const code = (...args: Parameters<typeof refuseSharedLogs>) => {
		try {
			refuseSharedLogs(...args);
			return 'none';
		} catch (error) {
			return error instanceof Error ? error.message : '';
		}
	};
	it('a log without a context is that of the only cluster', () => {
		const audits = [target(null, ['a'])];
		assert.is(code(scanRequest({ audits }), 1), 'none');
		assert.is(code(scanRequest({ audits }), 3), '--audit-log is the log of one cluster, and this run has 3');
		assert.is(code(scanRequest({ audits: [target('f#c', ['a'])] }), 3), 'none');
		assert.is(code(scanRequest(), 3), 'none');
		const savedFacts = (async function* () {})();
		assert.match(code(scanRequest({ audits, savedFacts }), 0), /--audit-log goes with no --facts/);
	});
});
