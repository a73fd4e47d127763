import type { CloudFleet } from '../../../src/demo/alibaba/fleet.ts';
import type { CloudCluster, LogStoreTraits } from '../../../src/demo/alibaba/state.ts';
import { ApiError, toGap } from '../../../src/lib/api-error.ts';
import { DAY, HOUR } from '../../../src/lib/epoch.ts';
import { byCodeUnit } from '../../../src/lib/text.ts';
import type { AuditTrail } from '../../../src/model/audit.ts';
import type { Account } from '../../../src/providers/alibaba/account.ts';
import { readAuditLog } from '../../../src/providers/alibaba/audit-log.ts';
import { serviceCode } from '../../../src/providers/alibaba/failure.ts';
import { clock, keyOf, type Pair, withCloud } from '../../demo/helpers/cloud.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { withAccount } from './own-account.ts';

const SMALL = { clusters: 1, identities: 30, bindings: 12 };
const SHA = 'a'.repeat(64);

interface Tried {
	fleet: CloudFleet;
	cluster: CloudCluster;
	read: (change?: Partial<Parameters<typeof readAuditLog>[2]> & { key?: Pair }) => Promise<AuditTrail>;
}

/** A cluster whose audit log is so, read over TLS by the SDK. */
function withLog(traits: LogStoreTraits, run: (tried: Tried) => Promise<void>): Promise<void> {
	return withCloud(SMALL, async fleet => {
		const [cluster] = fleet.state.clusters;
		if (cluster === undefined) throw new Error('the fleet is empty');
		fleet.state.logs.set(cluster.id, traits);
		const question = {
			from: clock() - 90 * DAY,
			to: clock(),
			showSources: true,
			salt: 'salt',
			signal: new AbortController().signal,
		};
		await run({
			fleet,
			cluster,
			read: ({ key = fleet, ...change } = {}) =>
				withAccount(fleet, key, account =>
					readAuditLog(
						account,
						{ ...cluster, auditProject: cluster.audit.project },
						{ ...question, ...change },
					),
				),
		});
	});
}

let ids = 0;

/** One event of a log. */
function event(at: number, username: string, change: Record<string, string> = {}): Record<string, string> {
	return {
		__time__: String(at),
		auditID: `id-${ids++}`,
		stage: 'ResponseComplete',
		verb: 'get',
		requestURI: '/api/v1/namespaces/shop/pods/web',
		'user.username': username,
		'objectRef.resource': 'pods',
		'objectRef.namespace': 'shop',
		'objectRef.name': 'web',
		'responseStatus.code': '200',
		sourceIPs: '["203.0.113.7"]',
		userAgent: 'kubectl',
		...change,
	};
}

const actor = {
	credentialId: '',
	hasOtherId: false,
	userUid: '',
	tokenSecret: '',
	impersonator: '',
	agents: ['kubectl'],
	sources: ['203.0.113.7'],
	sourcesTotal: 1,
};
const request = { verb: 'get', apiGroup: '', resource: 'pods', namespace: 'shop', path: '' };

describe('readAuditLog', it => {
	it('folds the log of a cluster: two statements, and everybody as the cloud knows them', () =>
		withLog({}, async ({ fleet, cluster, read }) => {
			const trail = await read();
			assert.equal(
				fleet.state.calls.map(({ action }) => action).filter(action => action !== 'GetCallerIdentity'),
				['GetLogStore', 'GetIndex', 'GetLogsV2', 'GetLogsV2'],
			);
			const [stream] = trail.streams;
			assert.is(stream?.name, `${cluster.audit.project}/audit-${cluster.id}`);
			assert.equal([stream?.problems, stream?.holes], [[], []]);
			// Thirty days are kept.
			assert.ok(Math.abs((stream?.window?.from ?? 0) - (clock() - 30 * DAY)) < HOUR);
			for (const { activity, accountId } of cluster.kubeconfigs) {
				const own = trail.actors.filter(({ username }) => username.split('-')[0] === accountId);
				const last = Math.max(0, ...own.map(each => each.last));
				if (activity.answer === 'found') assert.is(last, activity.last);
				else assert.ok(last < clock() - 7 * DAY);
			}
		}));

	it('tells requests let through from refused ones, watches once, and who acted as whom', () => {
		const at = clock() - 2 * HOUR;
		const watch = { auditID: 'watch', verb: 'watch', 'objectRef.name': '' };
		const rows = [
			event(at, '2001-1', {
				'user.extra': `{"authentication.kubernetes.io/credential-id":["X509SHA256=${SHA}"]}`,
			}),
			event(at + 9, '2001-1', {
				'responseStatus.code': '403',
				'user.extra': `{"authentication.kubernetes.io/credential-id":["X509SHA256=${SHA}"]}`,
			}),
			event(at + 10, '2002', { ...watch, stage: 'ResponseStarted' }),
			event(at + 60, '2002', { ...watch, stage: 'ResponseComplete' }),
			event(at + 20, '2003', { 'impersonatedUser.username': 'support', 'responseStatus.code': '403' }),
			event(at + 55, 'system:anonymous', { 'objectRef.resource': '', requestURI: '/readyz?verbose' }),
			event(at + 56, 'system:apiserver', { sourceIPs: '["::1"]' }),
			event(at + 57, 'system:serviceaccount:shop:web', {
				'user.extra':
					'{"authentication.kubernetes.io/credential-id":["JTI=00000000-0000-4000-8000-000000000000"]}',
				'user.uid': 'uid-1',
				'annotations.authentication.k8s.io/legacy-token-manual-secret': 'web-token',
				'annotations.authorization.k8s.io/decision': 'forbid',
			}),
			event(at + 30, 'kubernetes-admin', {
				'annotations.authorization.k8s.io/reason':
					'RBAC: allowed by ClusterRoleBinding "x" of ClusterRole "y" to User "2004-17"',
			}),
			event(at + 31, '2006', {
				'annotations.authorization.k8s.io/decision': 'allow',
				'responseStatus.code': '403',
			}),
			event(at + 40, '', { 'responseStatus.code': '401' }),
			event(at + 50, '2005', {
				'objectRef.resource': '',
				'objectRef.namespace': '',
				'objectRef.name': '',
				requestURI: '/apis?timeout=32s',
			}),
			event(at + 51, '2005', {
				'objectRef.resource': 'deployments',
				'objectRef.subresource': 'scale',
				requestURI: '/apis/apps/v1/namespaces/shop/deployments/web/scale',
			}),
		];
		return withLog(
			{
				isEmpty: true,
				rows,
				indexed: ['user.extra', 'annotations.authentication.k8s.io/legacy-token-manual-secret'],
				unindexed: ['objectRef.apiGroup'],
			},
			async ({ read }) => {
				const { actors, requests, streams, ...rest } = await read();
				const one = (username: string, from: number, change: object = {}) => ({
					...{ ...actor, username, first: at + from, last: at + from, lastAllowed: at + from },
					...{ allowed: 1, denied: 0 },
					...change,
				});
				const sorted = (list: object[]) =>
					list.map(each => JSON.stringify(each, Object.keys(each).sort(byCodeUnit))).sort(byCodeUnit);
				assert.equal(
					sorted(actors),
					sorted([
						one('2001-1', 0, { credentialId: `X509SHA256=${SHA}`, last: at + 9, denied: 1 }),
						one('2002', 10, { last: at + 60, lastAllowed: at + 60 }),
						one('2003', 20),
						one('support', 20, { impersonator: '2003', lastAllowed: null, allowed: 0, denied: 1 }),
						one('system:serviceaccount:shop:web', 57, {
							...{ hasOtherId: true, userUid: 'uid-1', tokenSecret: 'shop/web-token' },
							...{ lastAllowed: null, allowed: 0, denied: 1 },
						}),
						one('kubernetes-admin', 30),
						one('2004-17', 30),
						one('2006', 31),
						one('2005', 50, { last: at + 51, lastAllowed: at + 51, allowed: 2 }),
					]),
				);
				assert.equal(
					sorted(requests),
					sorted([
						{ ...request, username: '2001-1', allowed: 1, denied: 1, names: ['web'] },
						{ ...request, username: '2002', verb: 'watch', allowed: 1, denied: 0, names: null },
						{ ...request, username: 'support', allowed: 0, denied: 1, names: ['web'] },
						{
							...{ ...request, username: '2003', verb: 'impersonate', resource: 'users', namespace: '' },
							...{ allowed: 1, denied: 0, names: ['support'] },
						},
						{ ...request, username: 'system:serviceaccount:shop:web', allowed: 0, denied: 1, names: ['web'] },
						{ ...request, username: '2004-17', allowed: 1, denied: 0, names: ['web'] },
						{ ...request, username: '2006', allowed: 1, denied: 0, names: ['web'] },
						{
							...{ ...request, username: '2005', resource: '', namespace: '', path: '/apis' },
							...{ allowed: 1, denied: 0, names: null },
						},
						{
							...{ ...request, username: '2005', apiGroup: 'apps', resource: 'deployments/scale' },
							...{ allowed: 1, denied: 0, names: ['web'] },
						},
					]),
				);
				assert.is(streams[0]?.events, rows.length);
				assert.equal(rest, {
					origin: 'sls',
					policy: {
						dropsRequests: false,
						users: ['kubelet', 'system:apiserver', 'system:kube-proxy'],
						groups: ['system:nodes'],
						resources: ['events'],
					},
					issued: [],
					opaqueRequests: 0,
				});
			},
		);
	});

	it('finds the hours without any event, and hides addresses where they are not asked for', () => {
		const at = clock() - 10 * HOUR;
		const rows = [
			event(at, 'a'),
			event(at + 3600, 'a'),
			event(at + 3 * HOUR, 'a'),
			event(at + 9 * HOUR, 'a'),
		];
		return withLog({ isEmpty: true, rows }, async ({ read }) => {
			const { streams, actors } = await read({ showSources: false });
			assert.equal(streams[0]?.window, { from: at, to: at + 9 * HOUR });
			assert.equal(streams[0]?.holes, [
				{ from: at + 3 * HOUR, to: at + 9 * HOUR },
				{ from: at + HOUR, to: at + 3 * HOUR },
			]);
			assert.is(actors[0]?.sources.length, 1);
			assert.match(actors[0]?.sources[0] ?? '', /^[0-9a-f]{16}$/);
		});
	});

	it('keeps hostile names as they are, in no statement of its own', () => {
		const at = clock() - 2 * HOUR;
		const names = [
			`' OR 1=1 --`,
			'" | SELECT * FROM log',
			'<script>alert(1)</script>',
			'../../etc/passwd',
			'a\nb',
			'ü'.repeat(3000),
		];
		const rows = names.map(name =>
			event(at, name, { 'objectRef.name': name, userAgent: name, sourceIPs: name }),
		);
		return withLog({ isEmpty: true, rows }, async ({ read }) => {
			const { actors, requests, streams } = await read();
			assert.equal(streams[0]?.problems, []);
			assert.equal(actors.map(({ username }) => username).sort(byCodeUnit), [...names].sort(byCodeUnit));
			assert.ok(
				actors.every(({ agents }) => agents.every(agent => agent.length <= 200 && !agent.includes('\n'))),
			);
			assert.equal(requests.find(({ username }) => username === 'a\nb')?.names, null);
			assert.equal(requests.find(({ username }) => username === '../../etc/passwd')?.names, [
				'../../etc/passwd',
			]);
		});
	});

	it('says what an index lacks, and judges nobody by it', () =>
		withLog({ unindexed: ['user.username'] }, async ({ read }) => {
			const { streams, actors } = await read();
			assert.equal(streams[0]?.problems, [
				'the index of the log store lacks user.username; add it in the console',
			]);
			assert.ok(streams[0]?.window !== null);
			assert.equal(actors, []);
		}));

	it('asks again until the service has seen everything', () =>
		withLog({}, async ({ fleet, read }) => {
			const whole = await read();
			fleet.state.faults.push({ action: 'GetLogsV2', match: '', times: 5, kind: { is: 'incomplete' } });
			const again = await read();
			assert.equal(again, whole);
			assert.equal(fleet.state.faults, []);
		}));

	it('says so where the service never does, however small the span', () => {
		const at = clock() - 2 * HOUR;
		return withLog({ isEmpty: true, rows: [event(at, 'a'), event(at + 1, 'b')] }, async ({ fleet, read }) => {
			// Of the statements that fold, none but those of the timeline.
			fleet.state.faults.push({
				action: 'GetLogsV2',
				match: 'impersonated',
				times: 1e6,
				kind: { is: 'incomplete' },
			});
			const { streams, actors } = await read();
			assert.is(streams[0]?.problems.length, 1);
			assert.match(streams[0]?.problems[0] ?? '', /^from .* to .* the log service gave [01] of 2 events$/);
			assert.ok(actors.length <= 1);
		});
	});

	it('waits where it is throttled, and tries again after a proxy’s page or a cut connection', () =>
		withLog({}, async ({ fleet, read }) => {
			const whole = await read();
			for (const kind of [
				{ is: 'throttle', retryAfterMs: null },
				{ is: 'html', status: 502 },
				{ is: 'cut' },
				{ is: 'error', status: 503, code: 'ServerBusy', message: 'busy' },
				{ is: 'error', status: 500, code: 'InternalServerError', message: 'oops' },
			] as const)
				fleet.state.faults.push({ action: '*', match: '', times: 1, kind });
			assert.equal(await read(), whole);
			assert.equal(fleet.state.faults, []);
		}));

	it('throws what it could not read, by the code of the service and the action that is missing', () =>
		withLog({}, async ({ fleet, cluster, read }) => {
			const failure = async (change: Parameters<typeof read>[0] = {}) => {
				const error = await read(change).catch((thrown: unknown) => thrown);
				if (!(error instanceof ApiError)) throw new Error('nothing was thrown');
				const { code, permission } = toGap('usage', 'log:GetLogStoreLogs', error);
				return [serviceCode(error), code, permission];
			};
			const holder = fleet.state.accessKeys[0]?.holder ?? '';
			for (const missing of ['GetLogStore', 'GetIndex', 'GetLogStoreLogs']) {
				const all = ['log:GetLogStore', 'log:GetIndex', 'log:GetLogStoreLogs'];
				const allowed = all.filter(action => action !== `log:${missing}`);
				const key = keyOf(fleet, holder, { allowed });
				assert.equal((await failure({ key })).slice(0, 2), ['Unauthorized', 'forbidden'], missing);
			}
			const set = (traits: LogStoreTraits) => fleet.state.logs.set(cluster.id, traits);
			set({ isMissing: 'project' });
			assert.is((await failure())[0], 'ProjectNotExist');
			set({ isMissing: 'logstore' });
			assert.is((await failure())[0], 'LogStoreNotExist');
			set({ hasNoIndex: true });
			assert.is((await failure())[0], 'IndexConfigNotExist');
			set({});
			cluster.audit.project = '../../x';
			assert.equal(await failure(), ['partial', 'partial', '']);
		}));

	it('splits a span whose answer hits the limit, down to the minute', async () => {
		const at = Math.floor(clock() / HOUR) * HOUR - 5 * HOUR;
		const asked: [number, number, boolean][] = [];
		const answer = (from: number, to: number, query: string) => {
			const isFold = query.includes('impersonated');
			asked.push([from, to, isFold]);
			const seconds = Number(/% (\d+)/.exec(query)?.[1] ?? 0);
			if (!isFold)
				return Array.from({ length: Math.ceil(HOUR / seconds) }, (_, slot) => at + slot * seconds)
					.filter(slot => slot >= from && slot < to)
					.map(slot => ({ slot, events: seconds * 10, begins: slot, ends: slot + seconds - 1 }));
			const rows = Math.min((to - from) * 10, 10_000);
			return Array.from({ length: rows }, (_, row) => ({
				username: `u${row}`,
				events: 1,
				begins: from,
				ends: to,
			}));
		};
		const client = {
			getLogStore: async () => ({ body: { ttl: 30, createTime: 1 } }),
			getIndex: async () => ({ body: { keys: INDEX } }),
			getLogsV2WithOptions: async (
				_: string,
				__: string,
				of: { from: number; to: number; query: string },
			) => ({
				body: { meta: { progress: 'Complete' }, data: answer(of.from, of.to, of.query) },
			}),
		};
		const account = {
			profile: '',
			clients: { sls: async () => client },
			caller: { read: ({ run }: { run: () => Promise<unknown> }) => run() },
		};
		const { streams, actors } = await readAuditLog(
			account as unknown as Account, // what is called of it
			{ id: 'c1', region: 'cn-hangzhou', auditProject: 'k8s-log-c1' },
			{ from: at - DAY, to: clock(), showSources: false, salt: '', signal: new AbortController().signal },
		);
		assert.equal([streams[0]?.events, streams[0]?.problems], [36_000, []]);
		// A quarter of an hour has 9,000 rows.
		const folds = asked.filter(([, , isFold]) => isFold).map(([from, to]) => (to - from) / 60);
		assert.equal(folds, [60, 30, 15, 15, 30, 15, 15]);
		assert.is(actors.length, 9000);
	});
});

const INDEX = Object.fromEntries(
	[
		...['user.username', 'verb', 'auditID', 'requestURI', 'objectRef.resource'],
		...['objectRef.subresource', 'objectRef.namespace', 'objectRef.name', 'responseStatus.code'],
	].map(name => [name, { type: 'text', docValue: true }]),
);
