import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ALICE_ID, auditEvent, logOf, START, trailOf } from '../helpers/audit-events.ts';
import { clusterFacts } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { spawnCli } from '../helpers/spawn-cli.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

const scale = {
	apiGroup: 'apps',
	resource: 'deployments',
	subresource: 'scale',
	namespace: 'shop',
	name: 'web',
};
const events = [
	auditEvent({ credentialId: ALICE_ID }),
	auditEvent({ credentialId: ALICE_ID, after: 60, verb: 'list' }),
	auditEvent({ credentialId: ALICE_ID, after: 3_600, verb: 'patch', objectRef: scale }),
	auditEvent({ credentialId: ALICE_ID, after: 3_601, verb: 'delete', decision: 'forbid' }),
	auditEvent({ username: 'bob', after: 3_602 }),
];

/** Runs `usage` beside a log that is whole. */
const usage = (...words: string[]) =>
	withTempDir(async cwd => {
		writeFileSync(join(cwd, 'audit.log'), logOf(...events));
		writeFileSync(join(cwd, 'other.log'), logOf(...events));
		return spawnCli(['usage', ...words], { cwd });
	});
const LOG = ['--audit-log', 'audit.log'];
const json = async (...words: string[]) => {
	const { code, stdout } = await usage(...words, ...LOG, '--format', 'json');
	assert.is(code, 0);
	return JSON.parse(stdout);
};

describe('[cli] kubelapse usage', it => {
	it('needs no cluster, and prints the timeline', async () => {
		const { code, stdout, stderr } = await usage('alice', ...LOG, '--show-sources');
		assert.is(stderr, '');
		assert.is(code, 0);
		assert.equal(stdout.split('\n\n').at(-1)?.split('\n'), [
			'2026-11-22',
			'  10:00  alice by X509SHA256=a1a1a1a1a1a1…',
			'         from 192.0.2.7 with kubectl/v1.34.4',
			'         - get pods (shop) ×1',
			'         - list pods (shop) ×1',
			'  11:00  from 192.0.2.7 with kubectl/v1.34.4',
			'         - delete pods (shop) REFUSED ×1',
			'         - patch deployments.apps/scale (shop) ×1',
			'',
		]);
	});

	it('prints JSON of the latest lines, since a time', async () => {
		const { apiVersion, subject, since, result, sections } = await json(ALICE_ID, '--limit', '1');
		assert.equal(
			{ apiVersion, subject, since, result },
			{
				apiVersion: 'kubelapse/usage/v1',
				subject: { kind: 'credential', id: ALICE_ID },
				since: null,
				result: null,
			},
		);
		const [{ entries, leftOut, logins, streams, named, unnamed, cluster, evidence }] = sections;
		assert.equal([entries.length, entries[0].verb, leftOut, cluster, evidence], [1, 'patch', 3, null, null]);
		assert.equal([logins.length, logins[0].allowed, logins[0].denied, named, unnamed], [1, 3, 1, 1, 1]);
		assert.equal(streams[0].window, { from: START, to: START + 3_602 });
		const later = await json('alice', '--since', '2026-11-22T11:30:00Z');
		assert.equal(
			later.sections[0].entries.map(({ verb }: { verb: string }) => verb),
			['delete', 'patch'],
		);
	});

	it('ends with 0 where nothing is found, with 3 where the log is not whole, with 2 where there is none', async () => {
		const nobody = await usage('nobody', ...LOG);
		assert.is(nobody.code, 0);
		assert.match(
			nobody.stdout,
			'Nothing found of nobody: no request between 2026-11-22T10:00:00Z and\n2026-11-22T11:00:02Z.\n',
		);
		const partial = await usage('alice', ...LOG, '--audit-log', 'gone.log');
		assert.is(partial.code, 3);
		assert.match(partial.stderr, 'warning: incomplete: gone.log');
		assert.match(partial.stdout, '- get pods (shop) ×1');
		const none = await usage('alice', '--audit-log', 'gone.log');
		assert.equal([none.code, none.stdout], [2, '']);
		assert.match(none.stderr, 'no audit log could be read: no such file: gone.log');
	});

	const mistakes: [string[], RegExp][] = [
		[[], /usage needs a credential or user/],
		[['alice'], /usage needs an audit log/],
		[['alice', '--suggest-role', 'bob', ...LOG], /two subjects are named/],
		[[...LOG, 'other.log'], /"other\.log" is a file, not a user/],
		[['alice', ...LOG, '--facts', 'x'], /mutually exclusive/],
		[['alice', ...LOG, '--since', 'soon'], /--since: no time: "soon"/],
		[['alice', ...LOG, '--limit', '0'], /--limit/],
		[['secret:77', ...LOG], /audit logs do not have/],
		[['--suggest-role', 'alice', ...LOG, '--format', 'json'], /goes with no --suggest-role/],
	];
	for (const [words, message] of mistakes)
		it(`refuses ${words.join(' ') || 'to guess'}`, async () => {
			const { code, stdout, stderr } = await usage(...words);
			assert.equal([code, stdout], [2, '']);
			assert.match(stderr, message);
		});

	it('suggests a role, of a credential the one of its user, and prints nothing else', async () => {
		const [byName, byId] = await Promise.all([
			usage('--suggest-role', 'alice', ...LOG),
			usage('--suggest-role', ALICE_ID, ...LOG),
		]);
		assert.equal([byName.code, byName.stderr], [0, '']);
		assert.is(byId.stdout, byName.stdout);
		const objects = parseAllDocuments(byName.stdout).flatMap(document => [
			document.toJS() as { kind: string },
		]);
		assert.equal(
			objects.map(({ kind }) => kind),
			['Role', 'RoleBinding'],
		);
		assert.match(byName.stdout, '# 3 requests let through; 1 refused request left out\n');
	});

	it('finds a uid of Alibaba Cloud under the suffix that certificates give it', () =>
		withTempDir(async cwd => {
			const username = '206243954904890629-1774';
			writeFileSync(join(cwd, 'audit.log'), logOf(auditEvent({ username })));
			const run = (...words: string[]) => spawnCli(['usage', ...words, ...LOG], { cwd });
			const told = await run('206243954904890629');
			assert.equal([told.code, told.stdout.match(/- get.*/)?.[0]], [0, '- get pods (shop) ×1']);
			assert.match((await run('--suggest-role', '206243954904890629')).stdout, `name: ${username}\n`);
		}));

	it('reads saved facts, a cluster at a time', () =>
		withTempDir(async cwd => {
			writeFileSync(join(cwd, 'audit.log'), logOf(...events));
			const bound = auditEvent({ username: 'robot', credentialId: 'JTI=1' });
			writeFileSync(join(cwd, 'token.log'), logOf(bound));
			const audit = { ...(await trailOf(cwd)), policy: null };
			mkdirSync(join(cwd, 'facts'));
			for (const name of ['eu', 'us']) {
				const facts = clusterFacts({ audit });
				const own = { ...facts, cluster: { ...facts.cluster, uid: `uid-${name}`, name } };
				writeFileSync(join(cwd, 'facts', `${name}.json`), JSON.stringify(own));
			}
			const run = (...words: string[]) => spawnCli(['usage', ...words, '--facts', 'facts'], { cwd });
			const all = await run('alice');
			assert.is(all.code, 3);
			assert.equal(all.stdout.match(/^(Cluster|Met|\d{4}).*$/gm), [
				'Cluster eu (uid-eu)',
				'Met as',
				'Cluster us (uid-us)',
				'Met as',
			]);
			const both = await run('--suggest-role', 'alice');
			assert.is(both.code, 2);
			assert.match(both.stderr, '2 clusters know alice: eu, us');
			const one = await run('--suggest-role', 'alice', '--cluster', 'us');
			assert.is(one.code, 3);
			assert.match(one.stdout, 'kind: RoleBinding');
			const token = await run('JTI=1', '--cluster', 'eu');
			assert.match(token.stdout, '2 of 3 logins in this log name no credential');
			assert.is((await run('alice', '--since', '1h')).code, 2);
			assert.is((await run('alice', '--cluster', 'asia')).code, 2);
		}));
});
