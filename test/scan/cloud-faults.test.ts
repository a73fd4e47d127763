import type { Fault } from '../../src/demo/alibaba/faults.ts';
import { SCAN_ACTIONS } from '../../src/demo/alibaba/scan-actions.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { Report } from '../../src/model/report.ts';
import { keyOf, withCloud } from '../demo/helpers/cloud.ts';
import { assert, describe } from '../helpers/describe.ts';
import { type CloudScan, scanCloud } from './cloud-scan.ts';

const SMALL = { clusters: 2, identities: 30, bindings: 12 };
const FOREVER = 10_000;

/** Who is said to be gone, and which files, by cluster. */
function gone({ identities, credentials }: Report): string[] {
	return [
		...identities
			.filter(({ provider, state }) => provider === 'alibaba' && state === 'deleted')
			.map(({ cluster, id }) => `${cluster} identity ${id}`),
		...credentials
			.filter(
				({ kind, state }) => kind === 'cloud_kubeconfig' && (state === 'deleted' || state === 'revoked'),
			)
			.map(({ cluster, uid }) => `${cluster} ${uid}`),
	].toSorted(byCodeUnit);
}

/** Gaps without what differs from run to run, each once. */
function gaps({ gaps: all }: Report): string[] {
	const lines = all.map(({ source, code, permission, message }) =>
		[source, code, permission, message.replace(/(, )?request [0-9A-F-]{36}/, '').replace(' ()', '')].join(
			' | ',
		),
	);
	return [...new Set(lines)].toSorted(byCodeUnit);
}

const statuses = ({ clusters }: Report) => clusters.map(({ status }) => status);
const fault = (action: string, kind: Fault['kind'], times = FOREVER, match = ''): Fault => ({
	action,
	match,
	times,
	kind,
});

interface Case {
	title: string;
	faults: Fault[];
	gaps: string[];
	statuses?: string[];
	/** Whether anybody may still be said to be gone; else it is enough that nobody new is. */
	isNobodyGone?: boolean;
}

const NOT_WHOLE = 'cloud | partial |  | the list of kubeconfigs is not whole: ';
const PROVES = 'identities | partial |  | the list of ';

const CASES: Case[] = [
	{
		title: 'throttled again and again, with and without a time to wait',
		faults: [
			fault('*', { is: 'throttle', retryAfterMs: 5 }, 25),
			fault('ListClusterKubeconfigStates', { is: 'throttle', retryAfterMs: null }, 2),
		],
		gaps: [],
	},
	{
		title: 'a page of a proxy in place of every first answer',
		faults: ['DescribeClustersV1', 'ListRoles', 'GetClusterAuditProject'].map(action =>
			fault(action, { is: 'html', status: 502 }, 1),
		),
		gaps: [],
	},
	{
		title: 'cut connections',
		faults: ['ListUsers', 'DescribeClustersV1', 'ListClusterKubeconfigStates'].map(action =>
			fault(action, { is: 'cut' }, 1),
		),
		gaps: [],
	},
	{
		title: 'a proxy that answers every call for the audit switch',
		faults: [fault('GetClusterAuditProject', { is: 'html', status: 502 })],
		gaps: ['cloud | unreachable |  | cs:GetClusterAuditProject gave an answer that is none of the API’s'],
		statuses: ['partial', 'partial'],
	},
	{
		title: 'an access key that ends while the clusters are read',
		faults: [
			'ListClusterKubeconfigStates',
			'GetClusterAuditProject',
			'DescribeClusterUserKubeconfig',
			'ListUserKubeConfigStates',
		].map(action =>
			fault(action, { is: 'error', status: 400, code: 'InvalidSecurityToken.Expired', message: 'x' }),
		),
		gaps: [
			...['GetClusterAuditProject', 'ListClusterKubeconfigStates'].map(
				action => `cloud | partial |  | cs:${action}`,
			),
			'cluster | partial |  | cs:DescribeClusterUserKubeconfig',
		].map(gap => `${gap} was refused (InvalidSecurityToken.Expired); renew or replace the access key`),
		statuses: ['unreachable', 'unreachable'],
	},
	{
		title: 'uids as numbers, in the states',
		faults: [fault('ListClusterKubeconfigStates', { is: 'rewrite', rewrite: 'number_uids' })],
		gaps: [`${NOT_WHOLE}its ids came as numbers, which lose their last digits`],
		statuses: ['partial', 'partial'],
	},
	{
		title: 'uids as numbers, in the directory',
		faults: ['ListUsers', 'ListRoles'].map(action =>
			fault(action, { is: 'rewrite', rewrite: 'number_uids' }),
		),
		gaps: ['roles', 'users'].map(
			list => `${PROVES}${list} proves nobody gone: its ids came as numbers, which lose their last digits`,
		),
		isNobodyGone: true,
	},
	{
		title: 'words that nobody knows',
		faults: ['ListClusterKubeconfigStates', 'ListUserKubeConfigStates', 'ListUsers'].map(action =>
			fault(action, { is: 'rewrite', rewrite: 'unknown_words' }),
		),
		gaps: [],
	},
	{
		title: 'a page of states that repeats for ever',
		faults: [fault('ListClusterKubeconfigStates', { is: 'rewrite', rewrite: 'repeating_page' })],
		gaps: [],
		statuses: ['partial', 'partial'],
	},
	{
		title: 'lists of users and roles that repeat for ever',
		faults: ['ListUsers', 'ListRoles'].map(action =>
			fault(action, { is: 'rewrite', rewrite: 'repeating_page' }),
		),
		gaps: ['roles', 'users'].map(
			list => `${PROVES}${list} proves nobody gone: it was cut off without a way on`,
		),
		isNobodyGone: true,
	},
	{
		title: 'rows that come twice',
		faults: [
			'DescribeClustersV1',
			'ListClusterKubeconfigStates',
			'ListUserKubeConfigStates',
			'ListUsers',
			'ListRoles',
		].map(action => fault(action, { is: 'rewrite', rewrite: 'duplicated_rows' })),
		gaps: [],
	},
	{
		title: 'a RAM list that is cut without a marker',
		faults: ['ListUsers', 'ListRoles'].map(action =>
			fault(action, { is: 'rewrite', rewrite: 'truncated_without_marker' }),
		),
		gaps: ['roles', 'users'].map(
			list => `${PROVES}${list} proves nobody gone: it was cut off without a way on`,
		),
		isNobodyGone: true,
	},
	{
		title: 'RAM lists that are empty',
		faults: ['ListUsers', 'ListRoles'].map(action => fault(action, { is: 'rewrite', rewrite: 'empty_list' })),
		gaps: ['roles', 'users'].map(list => `${PROVES}${list} proves nobody gone: it is empty`),
		isNobodyGone: true,
	},
	{
		title: 'an account that counts nothing',
		faults: [fault('GetAccountSummary', { is: 'error', status: 500, code: 'InternalError', message: 'x' })],
		gaps: [
			'identities | unreachable |  | ram:GetAccountSummary failed in the service (InternalError)',
			...['roles', 'users'].map(
				list => `${PROVES}${list} proves nobody gone: nothing says how many there should be`,
			),
		].toSorted(byCodeUnit),
		isNobodyGone: true,
	},
	{
		title: 'states that are empty: whoever is bound is asked for one by one',
		faults: [fault('ListClusterKubeconfigStates', { is: 'rewrite', rewrite: 'empty_list' })],
		gaps: [],
		statuses: ['partial', 'partial'],
	},
];

/** Where the message counts. */
const COUNTED = /the service counts \d+ and gave \d+/;

describe('scan --alibaba, when things go wrong', it => {
	it('says of each fault what it took, and calls nobody gone who is not', () =>
		withCloud(SMALL, async fleet => {
			const whole = await scanCloud(fleet);
			assert.equal(gaps(whole.report), []);
			assert.equal(statuses(whole.report), ['assessed', 'assessed']);
			const reallyGone = gone(whole.report);
			assert.ok(reallyGone.length > 5);
			for (const { title, faults, gaps: expected, statuses: expectedStatuses, isNobodyGone } of CASES) {
				fleet.state.faults = structuredClone(faults);
				const { report } = await scanCloud(fleet);
				fleet.state.faults = [];
				const found = gaps(report).filter(gap => !COUNTED.test(gap));
				assert.equal(found, expected, title);
				const isPartial = expected.length > 0 || expectedStatuses !== undefined;
				assert.equal(
					statuses(report),
					expectedStatuses ?? Array(2).fill(isPartial ? 'partial' : 'assessed'),
					title,
				);
				assert.is(report.run.verdict.exitCode, report.findings.some(isHigh) ? 1 : isPartial ? 3 : 0, title);
				assert.is(
					report.run.verdict.reasons.some(reason => /gap|not assessed/.test(reason)),
					isPartial,
					title,
				);
				const now = gone(report);
				assert.equal(
					now.filter(each => !reallyGone.includes(each)),
					[],
					title,
				);
				if (isNobodyGone === true)
					assert.equal(
						now.filter(each => / identity /.test(each)),
						[],
						title,
					);
			}
		}));

	it('names the permission that is missing, one at a time', () =>
		withCloud(SMALL, async fleet => {
			const whole = gone((await scanCloud(fleet)).report);
			const NAMED: Record<string, string> = {
				'cs:DescribeClustersV1': 'cloud',
				'cs:ListClusterKubeconfigStates': 'cloud',
				'cs:ListUserKubeConfigStates': 'cloud',
				'cs:GetClusterAuditProject': 'cloud',
				'cs:DescribeClusterUserKubeconfig': 'cluster',
				'ram:ListUsers': 'identities',
				'ram:ListRoles': 'identities',
				'ram:ListUsersInRecycleBin': 'identities',
				'ram:GetAccountSummary': 'identities',
			};
			for (const [action, source] of Object.entries(NAMED)) {
				const allowed = SCAN_ACTIONS.filter(other => other !== action);
				const holder = fleet.state.accessKeys[0]?.holder ?? '';
				const { report } = await scanCloud(fleet, { key: keyOf(fleet, holder, { allowed }) });
				const lacking = report.gaps.filter(({ permission }) => permission !== '');
				assert.ok(lacking.length > 0, action);
				for (const gap of lacking) {
					assert.equal([gap.source, gap.code, gap.permission], [source, 'forbidden', action]);
					assert.match(gap.message, `grant "${action}" to read it`);
				}
				const isListed = action !== 'cs:DescribeClustersV1';
				assert.equal(statuses(report), isListed ? ['partial', 'partial'] : ['unreachable'], action);
				if (!isListed) assert.is(report.run.verdict.exitCode, 3);
				assert.equal(
					gone(report).filter(each => !whole.includes(each)),
					[],
					action,
				);
			}
		}));
});

const isHigh = ({ outcome, severity }: Report['findings'][number]) =>
	outcome === 'fail' && (severity === 'high' || severity === 'critical');

/** The one cluster that stands for an account that could not be listed. */
function account({ report }: CloudScan) {
	assert.equal(
		report.clusters.map(({ name, status }) => [name, status]),
		[['Alibaba Cloud account', 'unreachable']],
	);
	assert.is(report.run.verdict.exitCode, 3);
	assert.is(report.gaps.length, 1);
	assert.equal(report.credentials, []);
	return report.gaps[0]?.message.replace(/, request [0-9A-F-]{36}/, '');
}

describe('scan --alibaba, an account that cannot be listed', it => {
	const once = (error: { status: number; code: string }) => [
		fault('*', { is: 'error', message: 'x', ...error }),
	];

	it('is unreachable, with one message that says what to do', () =>
		withCloud(SMALL, async fleet => {
			const scanned = async (faults: Fault[]) => {
				fleet.state.faults = faults;
				return account(await scanCloud(fleet));
			};
			const said = await scanned(once({ status: 400, code: 'InvalidSecurityToken.Expired' }));
			assert.match(
				said ?? '',
				/was refused \(InvalidSecurityToken\.Expired\); renew or replace the access key$/,
			);
			const skew = await scanned(once({ status: 400, code: 'InvalidTimeStamp.Expired' }));
			assert.match(skew ?? '', /\(InvalidTimeStamp\.Expired\); set this machine's clock$/);
			const html = await scanned([fault('*', { is: 'html', status: 502 })]);
			assert.match(html ?? '', /gave an answer that is none of the API’s$/);
			const down = await scanned(once({ status: 503, code: 'ServiceUnavailable' }));
			assert.match(down ?? '', /failed in the service \(ServiceUnavailable\)$/);
		}));

	it('an access key that ended, that was deleted, and a wrong secret', () =>
		withCloud(SMALL, async fleet => {
			const holder = fleet.state.accessKeys[0]?.holder ?? '';
			const ended = keyOf(fleet, holder, { expiresAt: fleet.state.now() - 60 });
			const { accessKeyId } = keyOf(fleet, holder);
			const keys = [
				ended,
				{ accessKeyId: 'LTAI5tNoSuchKeyAnywhere', accessKeySecret: 'x'.repeat(30) },
				{ accessKeyId, accessKeySecret: 'y'.repeat(30) },
			];
			for (const key of keys) {
				const message = account(await scanCloud(fleet, { key }));
				assert.match(message ?? '', /renew or replace the access key$/);
				assert.not.match(message ?? '', new RegExp(key.accessKeySecret));
			}
		}));

	it('the clocks of cloud and scan differ', () =>
		withCloud(SMALL, async fleet => {
			const { now } = fleet.state;
			fleet.state.now = () => now() + 7200;
			assert.match(account(await scanCloud(fleet)) ?? '', /set this machine's clock$/);
		}));

	it('nothing listens there', () =>
		withCloud(SMALL, async fleet => {
			const endpoints = { cs: '127.0.0.1:9', ram: '127.0.0.1:9', ims: '127.0.0.1:9', sts: '127.0.0.1:9' };
			const message = account(await scanCloud(fleet, { access: { endpoints } }));
			assert.match(message ?? '', /could not be reached \(ECONNREFUSED\)$/);
		}));

	it('a list of clusters that is cut is an account that was not seen whole', () =>
		withCloud(SMALL, async fleet => {
			fleet.state.faults = [fault('DescribeClustersV1', { is: 'rewrite', rewrite: 'half_list' })];
			const { report } = await scanCloud(fleet);
			assert.equal(statuses(report).toSorted(byCodeUnit), ['assessed', 'unreachable']);
			assert.match(
				report.gaps[0]?.message ?? '',
				/the list of clusters is not whole: the service counts 2 and gave 1/,
			);
		}));
});

describe('scan --alibaba, the caller’s own id as a number', it => {
	it('is nobody’s: no kubeconfig is called the scan’s own, and none may be deleted', () =>
		withCloud(SMALL, async fleet => {
			fleet.state.faults = [fault('GetCallerIdentity', { is: 'rewrite', rewrite: 'number_uids' })];
			const { report } = await scanCloud(fleet);
			const { accountId } = fleet.state;
			for (const { cloud } of report.clusters)
				assert.equal([cloud?.accountId, cloud?.callerUid], [accountId, '']);
			const rows = report.views.clusters.flatMap(({ rows: all }) => all);
			assert.ok(rows.length > 10);
			assert.ok(rows.every(({ deletable }) => !deletable.may));
		}));
});

describe('scan --alibaba, one cluster of several', it => {
	it('is deleted meanwhile: unreachable, and the other is not touched', () =>
		withCloud(SMALL, async fleet => {
			const [{ id } = { id: '' }] = fleet.state.clusters;
			fleet.state.faults = [
				fault('*', { is: 'error', status: 404, code: 'ErrorClusterNotFound', message: 'x' }, FOREVER, id),
			];
			const { report } = await scanCloud(fleet);
			const of = (uid: string) => report.clusters.find(cluster => cluster.uid === uid)?.status;
			assert.is(of(id), 'unreachable');
			assert.equal(statuses(report).toSorted(byCodeUnit), ['assessed', 'unreachable']);
			const mine = report.gaps.filter(({ cluster }) => cluster.uid === id);
			assert.ok(mine.length >= 3);
			for (const { message } of mine)
				assert.match(message, /\(ErrorClusterNotFound, .*\); it was deleted since the account listed it/);
			assert.equal(
				gone(report).filter(each => each.startsWith(id)),
				[],
			);
		}));

	it('is in a region that is down', () =>
		withCloud({ ...SMALL, clusters: 3 }, async fleet => {
			const [down] = fleet.state.clusters;
			fleet.state.faults = [fault('*', { is: 'cut' }, FOREVER, down?.id ?? '')];
			const { report } = await scanCloud(fleet);
			assert.equal(statuses(report).toSorted(byCodeUnit), ['assessed', 'assessed', 'unreachable']);
			const mine = report.gaps.map(({ source, code }) => `${source} ${code}`).toSorted(byCodeUnit);
			assert.equal(mine, ['cloud unreachable', 'cloud unreachable', 'cluster unreachable']);
		}));

	it('whose answers take longer than its whole time has gaps that say so, and the other is not touched', () =>
		withCloud(SMALL, async fleet => {
			const { report: whole } = await scanCloud(fleet);
			const [{ id } = { id: '' }, other] = fleet.state.clusters;
			const slow = (action: string) => fault(action, { is: 'slow', ms: 4900 }, FOREVER, id);
			fleet.state.faults = [slow('ListClusterKubeconfigStates'), slow('DescribeClusterUserKubeconfig')];
			const { report } = await scanCloud(fleet, { request: { timeoutSeconds: 4 } });
			assert.equal(
				report.gaps
					.map(({ cluster, source, code }) => `${cluster.uid} ${source} ${code}`)
					.toSorted(byCodeUnit),
				[`${id} cloud timeout`, `${id} cluster timeout`],
			);
			for (const { message } of report.gaps)
				assert.is(message, "the cluster's time limit of 4 s is over; --timeout allows more");
			const of = (uid = '') => report.clusters.find(cluster => cluster.uid === uid)?.status;
			assert.equal([of(id), of(other?.id)], ['unreachable', 'assessed']);
			assert.is(report.run.verdict.exitCode, report.findings.some(isHigh) ? 1 : 3);
			assert.equal(
				gone(report).filter(each => !gone(whole).includes(each)),
				[],
			);
		}));

	it('that the account’s lists keep waiting calls nobody gone', () =>
		withCloud(SMALL, async fleet => {
			fleet.state.faults = [fault('ListUsers', { is: 'slow', ms: 4900 })];
			const { report } = await scanCloud(fleet, { request: { timeoutSeconds: 3 } });
			assert.equal(gaps(report), [
				"identities | timeout |  | the cluster's time limit of 3 s is over; --timeout allows more",
			]);
			assert.equal(statuses(report), ['partial', 'partial']);
			assert.equal(
				gone(report).filter(each => / identity /.test(each)),
				[],
			);
		}));
});
