import { createHmac } from 'node:crypto';
import { connect } from 'node:tls';
import * as slsSdk from '@alicloud/sls20201230';
import type { CloudFleet } from '../../../src/demo/alibaba/fleet.ts';
import { DAY } from '../../../src/lib/epoch.ts';
import { byCodeUnit } from '../../../src/lib/text.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { clock, keyOf, type Pair, type Reply, raw, withCloud } from '../helpers/cloud.ts';

const SMALL = { clusters: 3, identities: 30, bindings: 12 };

/** A request signed as most SDKs do it, with the project in front of the host as they have it. */
function signed(
	key: Pair,
	project: string,
	{ path = '/', query = {}, body }: { path?: string; query?: Record<string, string>; body?: object } = {},
) {
	const method = body === undefined ? 'GET' : 'POST';
	const text = body === undefined ? '' : JSON.stringify(body);
	const date = new Date(clock() * 1000).toUTCString();
	const own: Record<string, string> = {
		'x-log-apiversion': '0.6.0',
		'x-log-bodyrawsize': String(text.length),
		'x-log-signaturemethod': 'hmac-sha1',
	};
	const headers = Object.entries(own).map(([name, value]) => `${name}:${value}\n`);
	const pairs = Object.entries(query)
		.sort(([a], [b]) => byCodeUnit(a, b))
		.map(([name, value]) => `${name}=${value}`);
	const type = body === undefined ? '' : 'application/json';
	const resource = `${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
	const signature = createHmac('sha1', key.accessKeySecret)
		.update(`${method}\n\n${type}\n${date}\n${headers.join('')}${resource}`)
		.digest('base64');
	const line = new URLSearchParams(query).toString();
	return {
		method,
		path: line === '' ? path : `${path}?${line}`,
		headers: {
			...own,
			...(type === '' ? {} : { 'content-type': type }),
			date,
			host: `${project}.127.0.0.1`,
			authorization: `LOG ${key.accessKeyId}:${signature}`,
		},
		body: text,
	};
}

interface Tried {
	fleet: CloudFleet;
	project: string;
	logstore: string;
	get: (path: string, query?: Record<string, string>) => Promise<Reply>;
	/** Rows of a query over the last thirty days. */
	rows: (query: string) => Promise<Record<string, string>[]>;
	refusal: (query: string, more?: object) => Promise<string>;
}

function withLogs(run: (tried: Tried) => Promise<void>): Promise<void> {
	return withCloud(SMALL, async fleet => {
		const [cluster] = fleet.state.clusters;
		if (cluster === undefined) throw new Error('the fleet is empty');
		const { project } = cluster.audit;
		const logstore = `audit-${cluster.id}`;
		const send = (order: Parameters<typeof signed>[2]) => raw(fleet.http, signed(fleet, project, order));
		const post = (query: string, more = {}) => {
			const body = { from: clock() - 30 * DAY, to: clock(), query, ...more };
			return send({ path: `/logstores/${logstore}/logs`, body });
		};
		await run({
			fleet,
			project,
			logstore,
			get: (path, query = {}) => send({ path, query }),
			rows: async query => (await post(query)).json.data,
			refusal: async (query, more) => {
				const { status, json } = await post(query, more);
				return `${status} ${json.errorCode}`;
			},
		});
	});
}

describe('the log service of the demo', it => {
	it('tells of projects, log stores and their index', () =>
		withLogs(async ({ fleet, project, logstore, get }) => {
			assert.is((await get('/')).json.projectName, project);
			assert.equal((await get('/logstores', { offset: '0', size: '500' })).json, {
				count: 1,
				total: 1,
				logstores: [logstore],
			});
			const store = (await get(`/logstores/${logstore}`)).json;
			assert.equal([store.ttl, store.createTime], [30, fleet.state.clusters[0]?.createdAt]);
			const { keys } = (await get(`/logstores/${logstore}/index`)).json;
			assert.equal([keys['user.username'].type, keys['responseStatus.code'].type], ['text', 'long']);
		}));

	it('finds words as its index splits them', () =>
		withLogs(async ({ fleet, rows }) => {
			const issued = fleet.state.clusters[0]?.kubeconfigs.find(({ activity }) => activity.answer === 'found');
			const name = `${issued?.accountId}-${issued?.suffix}`;
			const count = async (search: string) => {
				const [row] = await rows(`${search} | SELECT count(1) AS n FROM log`);
				return Number(row?.n);
			};
			const exact = await count(`user.username: "${name}"`);
			assert.ok(exact > 0);
			// The index does not split at `-`.
			assert.is(await count(`user.username: "${issued?.accountId}"`), 0);
			assert.is(await count(`user.username: ${issued?.accountId}*`), exact);
			const all = await count('*');
			const accounts = await count('user.username: serviceaccount');
			assert.ok(accounts > 0);
			assert.is(await count('NOT user.username: serviceaccount'), all - accounts);
			assert.is(await count('not user.username: serviceaccount and verb: nothing'), all);
			assert.is(
				await count('(verb: update or verb: watch) and responseStatus.code: 200'),
				await count('verb: update or verb: watch'),
			);
			assert.is(await count('responseStatus.code >= 400'), all - (await count('responseStatus.code < 400')));
			assert.is(await count(name), exact);
			assert.is(await count('verb: ""'), all);
		}));

	it('runs the statements of the reference, and names a bare uid with any suffix', () =>
		withLogs(async ({ fleet, rows }) => {
			const issued = fleet.state.clusters[0]?.kubeconfigs.find(({ activity }) => activity.answer === 'found');
			const people = await rows(
				'NOT user.username: node NOT user.username: serviceaccount NOT user.username: apiserver NOT user.username: kube-scheduler NOT user.username: kube-controller-manager | SELECT "user.username" AS u, count(1) AS n, max(__time__) AS last FROM log GROUP BY u ORDER BY n DESC LIMIT 10000',
			);
			const mine = people.find(({ u }) => u === `${issued?.accountId}-${issued?.suffix}`);
			const { activity } = issued ?? {};
			assert.is(Number(mine?.last), activity?.answer === 'found' ? activity.last : null);
			assert.not(people.some(({ u }) => u?.startsWith('system:serviceaccount')));
			const one = await rows(
				`* | SELECT "user.username" AS u, count(1) AS n, max(__time__) AS last FROM log WHERE regexp_like("user.username", '^${issued?.accountId}(-[A-Za-z0-9]+)?$') GROUP BY u LIMIT 100`,
			);
			assert.equal(one, [mine]);
			const hidden = await rows(
				`user.username: kubernetes-admin | SELECT regexp_extract("annotations.authorization.k8s.io/reason", 'to User "([\\w-]+)"', 1) AS h, count(1) AS n FROM log GROUP BY h`,
			);
			assert.ok(hidden.every(({ h }) => /^\d+(-\d+)?$/.test(h ?? '')));
		}));

	it('cuts statements at 100 rows unless they say how many, and refuses what the service refuses', () =>
		withLogs(async ({ rows, refusal }) => {
			assert.is((await rows('* | SELECT auditID FROM log')).length, 100);
			assert.is((await rows('* | SELECT auditID FROM log LIMIT 200')).length, 200);
			assert.is((await rows('* | SELECT auditID FROM log ORDER BY __time__ LIMIT 10, 5')).length, 5);
			assert.is((await rows('*')).length, 100);
			const refused = [
				'* | SELECT nope FROM log',
				'* | DROP TABLE log',
				'* | SELECT 1; SELECT 2',
				"* | SELECT * FROM read_csv('/etc/passwd')",
				'nope: x',
				'a and',
				'(a',
				'verb > 3',
				'responseStatus.code: "x\' OR true"',
				Array.from({ length: 31 }, (_, at) => `w${at}`).join(' '),
			];
			for (const query of refused) assert.is(await refusal(query), '400 ParameterInvalid', query);
			assert.is(await refusal('* | SELECT 1', { offset: 1 }), '400 ParameterInvalid');
			assert.is(await refusal('*', { line: 101 }), '400 InvalidLine');
			assert.is(await refusal('*', { to: 1 }), '400 InvalidTimeRange');
			// Quotes of a value stay in it.
			assert.equal(await rows(`verb: "it's' OR 1=1 --"`), []);
		}));

	it('gives GetLogs and histograms as they were before version 2', () =>
		withLogs(async ({ logstore, get }) => {
			const [to] = [clock()];
			const time = { from: String(to - DAY), to: String(to) };
			const found = await get(`/logstores/${logstore}`, {
				type: 'log',
				query: 'verb: update',
				line: '3',
				...time,
			});
			assert.equal(
				[found.json.length, found.headers['x-log-progress'], found.headers['x-log-count']],
				[3, 'Complete', '3'],
			);
			for (const path of [`/logstores/${logstore}`, `/logstores/${logstore}/index`]) {
				const { json, headers } = await get(path, { type: 'histogram', query: '*', ...time });
				const total = json.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
				assert.is(String(total), headers['x-log-count']);
				assert.ok(total >= 72);
			}
		}));

	it('refuses projects and stores that are not there, and who has no permission', () =>
		withLogs(async ({ fleet, project, logstore }) => {
			const key = keyOf(fleet, fleet.state.accessKeys[0]?.holder ?? '', { allowed: ['log:GetIndex'] });
			const tell = async (pair: Pair, name: string, path: string) => {
				const { status, json } = await raw(fleet.http, signed(pair, name, { path }));
				return `${status} ${json.errorCode ?? 'ok'}`;
			};
			const path = `/logstores/${logstore}`;
			assert.is(await tell(fleet, 'k8s-log-other', path), '404 ProjectNotExist');
			assert.is(await tell(fleet, project, '/logstores/audit-other'), '404 LogStoreNotExist');
			assert.is(await tell(key, project, path), '401 Unauthorized');
			assert.is(await tell(key, project, `${path}/index`), '200 ok');
			assert.is(await tell({ ...key, accessKeySecret: 'x' }, project, path), '401 SignatureNotMatch');
			assert.is(await tell(fleet, project, '/nothing'), '404 InvalidAPI');
		}));

	it('shows a certificate for the host of each project', () =>
		withLogs(async ({ fleet, project }) => {
			const [host = '', port = ''] = fleet.endpoints.sls.split(':');
			const isTrusted = (servername: string) =>
				new Promise<boolean>((resolve, reject) => {
					const socket = connect({ host, port: Number(port), servername, ca: fleet.authorityPem }, () => {
						resolve(socket.authorized);
						socket.destroy();
					});
					socket.on('error', error => ('code' in error ? resolve(false) : reject(error)));
				});
			assert.is(await isTrusted(`${project}.localhost`), true);
			assert.is(await isTrusted('localhost'), true);
			assert.is(await isTrusted('cn-hangzhou.log.aliyuncs.com'), false);
		}));

	it('answers the official SDK over plain HTTP, packed, in both versions of its signature', () =>
		withLogs(async ({ fleet, project, logstore }) => {
			for (const signatureVersion of ['v1', 'v4']) {
				const inner = slsSdk.default as unknown as { default?: unknown };
				const Client = (inner.default ?? inner) as new (config: object) => slsSdk.default;
				const client = new Client({
					accessKeyId: fleet.accessKeyId,
					accessKeySecret: fleet.accessKeySecret,
					endpoint: fleet.http,
					protocol: 'http',
					regionId: 'cn-hangzhou',
					signatureVersion,
				});
				// Nothing resolves names under an address.
				Object.assign(client._spi, { getHost: async () => fleet.http });
				const headers = new slsSdk.GetLogsV2Headers({ commonHeaders: { 'x-log-project': project } });
				const request = new slsSdk.GetLogsV2Request({
					from: clock() - DAY,
					to: clock(),
					query: '* | SELECT count(1) AS n FROM log',
				});
				const { RuntimeOptions } = await import('@darabonba/typescript');
				const answer = await client.getLogsV2WithOptions(
					project,
					logstore,
					request,
					headers,
					new RuntimeOptions({}),
				);
				assert.is(answer.headers?.['x-log-compresstype'], 'lz4');
				assert.is(answer.body?.meta?.progress, 'Complete');
				assert.ok(Number(answer.body?.data?.[0]?.n) >= 72);
			}
		}));
});
