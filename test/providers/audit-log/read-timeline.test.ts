import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTimeline, type TimelineSubject } from '../../../src/providers/audit-log/read-timeline.ts';
import { ALICE_ID, auditEvent, auditOptions, logOf, START } from '../../helpers/audit-events.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { withTempDir } from '../../helpers/temp-dir.ts';

const robot = 'system:serviceaccount:shop:robot';
const events = [
	auditEvent({ credentialId: ALICE_ID }),
	auditEvent({ credentialId: ALICE_ID, after: 3_599, decision: 'forbid', sources: ['198.51.100.1'] }),
	auditEvent({ credentialId: ALICE_ID, after: 3_600, verb: 'watch', stage: 'ResponseStarted' }),
	auditEvent({ credentialId: ALICE_ID, after: 3_600, verb: 'watch' }),
	auditEvent({ credentialId: 'JTI=1', after: 1, username: robot, impersonated: { username: 'alice' } }),
	auditEvent({
		after: 2,
		username: robot,
		annotations: { 'authentication.k8s.io/legacy-token-manual-secret': 't' },
	}),
	auditEvent({ username: 'bob' }),
];

/** The log is there twice: as it is, and its first half again. */
const timeline = (subject: TimelineSubject) =>
	withTempDir(async dir => {
		writeFileSync(join(dir, '1.log'), logOf(...events));
		writeFileSync(join(dir, '2.log'), logOf(...events.slice(0, 4)));
		return readTimeline([{ name: 'a', globs: [join(dir, '*.log')] }], subject, auditOptions());
	});

const brief = async (subject: TimelineSubject) =>
	(await timeline(subject)).map(({ at, username, impersonator, verb, allowed, denied }) =>
		[(at - START) / 3600, username, impersonator, verb, allowed, denied].join(' '),
	);

describe('readTimeline', it => {
	it('shows every request of a client that sends the same id with each', () =>
		withTempDir(async dir => {
			const shape = { id: 'constant', username: 'mallory' };
			writeFileSync(join(dir, '1.log'), logOf(auditEvent(shape), auditEvent({ ...shape, after: 1 })));
			writeFileSync(join(dir, '2.log'), logOf(auditEvent({ ...shape, after: 2 })));
			const log = [{ name: 'a', globs: [join(dir, '*.log')] }];
			const entries = await readTimeline(log, { username: 'mallory' }, auditOptions());
			assert.equal(
				entries.map(({ allowed }) => allowed),
				[3],
			);
		}));

	it('tells of one credential, hour by hour', async () => {
		const rest = {
			credentialId: ALICE_ID,
			tokenSecret: '',
			username: 'alice',
			impersonator: '',
			apiGroup: '',
			resource: 'pods',
			namespace: 'shop',
			path: '',
			agents: ['kubectl/v1.34.4'],
		};
		assert.equal(await timeline({ credentialId: ALICE_ID }), [
			{ at: START, verb: 'get', allowed: 1, denied: 1, sources: ['192.0.2.7', '198.51.100.1'], ...rest },
			{ at: START + 3_600, verb: 'watch', allowed: 1, denied: 0, sources: ['192.0.2.7'], ...rest },
		]);
	});

	it('tells of a user also what others did in that name', async () => {
		assert.equal(await brief({ username: 'alice' }), [
			'0 alice system:serviceaccount:shop:robot get 1 0',
			'0 alice  get 1 1',
			'1 alice  watch 1 0',
		]);
	});

	it('finds the token of a Secret, and ids of bound tokens', async () => {
		assert.equal(await brief({ tokenSecret: 'shop/t' }), [`0 ${robot}  get 1 0`]);
		assert.equal(await brief({ credentialId: 'JTI=1' }), [`0 alice ${robot} get 1 0`]);
		assert.equal(await brief({ username: robot, tokenSecret: 'shop/other' }), []);
	});
});
