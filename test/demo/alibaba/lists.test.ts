import {
	DescribeClustersV1Request,
	ListClusterKubeconfigStatesRequest,
	ListUserKubeConfigStatesRequest,
} from '@alicloud/cs20151215';
import * as ims from '@alicloud/ims20190815';
import * as ram from '@alicloud/ram20150501';
import { assert, describe } from '../../helpers/describe.ts';
import { clients, keyOf, raw, signedV3, thrown, withCloud } from '../helpers/cloud.ts';

const SMALL = { clusters: 12, identities: 60, bindings: 30 };

/** Every page of a list by marker. */
async function byMarker<T>(
	page: (marker?: string) => Promise<{ rows: T[]; isTruncated?: boolean; marker?: string }>,
): Promise<T[]> {
	const { rows, isTruncated, marker } = await page();
	const pages = [...rows];
	for (let next = isTruncated ? marker : undefined; next !== undefined; ) {
		const more = await page(next);
		pages.push(...more.rows);
		assert.is(more.marker === undefined, more.isTruncated === false);
		next = more.marker;
	}
	return pages;
}

describe('startCloud, lists through the official SDKs', it => {
	for (const protocol of ['https', 'http']) {
		it(`over ${protocol}, each to its end, every id as text`, () =>
			withCloud(SMALL, async fleet => {
				const { state } = fleet;
				const sdk = clients(fleet, fleet, protocol);
				const listed: (string | undefined)[] = [];
				for (let pageNumber = 1; listed.length < 12; pageNumber++) {
					const request = new DescribeClustersV1Request({ pageNumber, pageSize: 5 });
					const { body } = await sdk.cs.describeClustersV1(request);
					assert.equal({ ...body?.pageInfo }, { pageNumber, pageSize: 5, totalCount: 12 });
					listed.push(...(body?.clusters ?? []).map(({ clusterId }) => clusterId));
				}
				assert.equal(
					listed,
					state.clusters.map(({ id }) => id),
				);
				const users = await byMarker(async marker => {
					const request = new ims.ListUsersRequest({
						maxItems: 7,
						status: 'active,freeze',
						...(marker && { marker }),
					});
					const { body } = await sdk.ims.listUsers(request);
					return { rows: (body?.users?.user ?? []).map(({ userId }) => userId), ...body };
				});
				assert.equal(
					users,
					state.users.map(({ id }) => id),
				);
				const roles = await byMarker(async marker => {
					const request = new ram.ListRolesRequest({ maxItems: 3, ...(marker && { marker }) });
					const { body } = await sdk.ram.listRoles(request);
					return { rows: (body?.roles?.role ?? []).map(({ roleId }) => roleId), ...body };
				});
				assert.equal(
					roles,
					state.roles.map(({ id }) => id),
				);
				const recycled = await byMarker(async marker => {
					const request = new ims.ListUsersInRecycleBinRequest({ maxItems: 1, ...(marker && { marker }) });
					const { body } = await sdk.ims.listUsersInRecycleBin(request);
					return { rows: (body?.users?.user ?? []).map(({ userId }) => userId), ...body };
				});
				assert.equal(
					recycled,
					state.recycled.map(({ id }) => id),
				);
			}));
	}

	it('ListUsers of RAM, and basic infos, page as well; without a status the frozen are left out', () =>
		withCloud(SMALL, async fleet => {
			const { users } = fleet.state;
			const sdk = clients(fleet, fleet);
			const ids = await byMarker(async marker => {
				const { body } = await sdk.ram.listUsers(
					new ram.ListUsersRequest({ maxItems: 9, ...(marker && { marker }) }),
				);
				return { rows: (body?.users?.user ?? []).map(({ userId }) => userId), ...body };
			});
			assert.equal(
				ids,
				users.map(({ id }) => id),
			);
			const infos = await byMarker(async marker => {
				const request = new ims.ListUserBasicInfosRequest({ maxItems: 9, ...(marker && { marker }) });
				const { body } = await sdk.ims.listUserBasicInfos(request);
				return { rows: (body?.userBasicInfos?.userBasicInfo ?? []).map(({ userId }) => userId), ...body };
			});
			const active = users.filter(({ status }) => status === 'active').map(({ id }) => id);
			assert.equal(infos, active);
			assert.ok(active.length < users.length);
			const { body } = await sdk.ims.getAccountSummary();
			assert.is(body?.summaryMap?.users, users.length);
			assert.is(body?.summaryMap?.roles, fleet.state.roles.length);
		}));

	it('the states of a cluster and of an identity page by numbers, each with its own limit', () =>
		withCloud(SMALL, async fleet => {
			const { cs } = clients(fleet, fleet);
			const cluster = fleet.state.clusters[0];
			const id = cluster?.id ?? '';
			const rows: unknown[] = [];
			const shown = (cluster?.kubeconfigs ?? []).filter(
				({ certState, cloudService }) => certState !== 'Removed' && cloudService === '',
			);
			for (let pageNumber = 1; pageNumber <= Math.ceil(shown.length / 10); pageNumber++) {
				const request = new ListClusterKubeconfigStatesRequest({ pageNumber, pageSize: 10 });
				const { body } = await cs.listClusterKubeconfigStates(id, request);
				assert.is(body?.page?.totalCount, shown.length);
				rows.push(...(body?.states ?? []).map(({ accountId }) => accountId));
			}
			assert.equal(
				rows,
				shown.map(({ accountId }) => accountId),
			);
			const services = await cs.listClusterKubeconfigStates(
				id,
				new ListClusterKubeconfigStatesRequest({ cloudServiceKubeConfig: true }),
			);
			assert.equal(
				(services.body?.states ?? []).map(({ cloudServiceName }) => cloudServiceName),
				(cluster?.kubeconfigs ?? []).flatMap(({ certState, cloudService }) =>
					certState !== 'Removed' && cloudService !== '' ? [cloudService] : [],
				),
			);
			const uid = shown[2]?.accountId ?? '';
			const { body } = await cs.listUserKubeConfigStates(
				uid,
				new ListUserKubeConfigStatesRequest({ pageNumber: 2, pageSize: 8 }),
			);
			assert.equal([body?.page?.totalCount, body?.states?.length], [12, 4]);
			const tooLong = new ListClusterKubeconfigStatesRequest({ pageSize: 51 });
			assert.equal(await thrown(cs.listClusterKubeconfigStates(id, tooLong)), {
				code: 'InvalidParameter',
				statusCode: 400,
			});
			const over = new ListUserKubeConfigStatesRequest({ pageSize: 101 });
			assert.equal(await thrown(cs.listUserKubeConfigStates(uid, over)), {
				code: 'InvalidParameter',
				statusCode: 400,
			});
		}));

	it('tells apart every state, by cluster and by identity', () =>
		withCloud({ clusters: 40, identities: 300 }, async fleet => {
			const { cs } = clients(fleet, fleet);
			const words = new Set<string>();
			for (const { id } of fleet.state.clusters.slice(0, 6)) {
				const { body } = await cs.listClusterKubeconfigStates(
					id,
					new ListClusterKubeconfigStatesRequest({ pageSize: 50 }),
				);
				for (const { accountType, accountState, certState } of body?.states ?? []) {
					words
						.add(accountType ?? '')
						.add(accountState ?? '')
						.add(certState ?? '');
				}
			}
			assert.equal(
				[...words].sort((a, b) => (a < b ? -1 : 1)),
				[
					'Active',
					'Deleted',
					'Expired',
					'InActive',
					'RamRole',
					'RamUser',
					'RootAccount',
					'Unexpired',
					'Unknown',
				],
			);
			const removed = fleet.state.clusters
				.flatMap(({ kubeconfigs }) => kubeconfigs)
				.find(({ certState }) => certState === 'Removed');
			const { body } = await cs.listUserKubeConfigStates(
				removed?.accountId ?? '',
				new ListUserKubeConfigStatesRequest({ pageSize: 100 }),
			);
			const states = new Set(body?.states?.map(({ certState }) => certState));
			assert.ok(states.has('Removed') && states.has('Unissued'));
		}));

	it('finds one user by id, in the list and in the recycle bin, and says exactly when there is none', () =>
		withCloud(SMALL, async fleet => {
			const sdk = clients(fleet, keyOf(fleet, fleet.state.accountId));
			const [{ id: userId = '' } = {}] = fleet.state.recycled;
			const none = { code: 'EntityNotExist.User', statusCode: 404 };
			assert.equal(await thrown(sdk.ims.getUser(new ims.GetUserRequest({ userId }))), none);
			const found = await sdk.ims.getUserInRecycleBin(new ims.GetUserInRecycleBinRequest({ userId }));
			assert.is(found.body?.user?.userId, userId);
			await sdk.ims.restoreUserFromRecycleBin(new ims.RestoreUserFromRecycleBinRequest({ userId }));
			assert.is((await sdk.ims.getUser(new ims.GetUserRequest({ userId }))).body?.user?.userId, userId);
			assert.equal(
				await thrown(sdk.ims.getUserInRecycleBin(new ims.GetUserInRecycleBinRequest({ userId }))),
				none,
			);
			const role = new ram.GetRoleRequest({ roleName: 'nobody' });
			assert.equal(await thrown(sdk.ram.getRole(role)), { code: 'EntityNotExist.Role', statusCode: 404 });
		}));
});

describe('startCloud, permissions of a key', it => {
	const detail = (fleet: { state: { accessKeys: { holder: string }[] } }, AuthAction: string) => ({
		PolicyType: 'AccountLevelIdentityBasedPolicy',
		AuthAction,
		AuthPrincipalType: 'SubUser',
		AuthPrincipalDisplayName: fleet.state.accessKeys.at(-1)?.holder,
		NoPermissionType: 'ImplicitDeny',
	});

	it('names the action that is missing, IMS under the name of RAM; STS answers everybody', () =>
		withCloud(SMALL, async fleet => {
			const [user] = fleet.state.users;
			const sdk = clients(fleet, keyOf(fleet, user?.id ?? '', { allowed: ['cs:DescribeClusterDetail'] }));
			assert.equal(await thrown(sdk.cs.describeClustersV1(new DescribeClustersV1Request())), {
				code: 'Forbidden.RAM',
				statusCode: 403,
				accessDeniedDetail: detail(fleet, 'cs:DescribeClustersV1'),
			});
			assert.equal(await thrown(sdk.ims.getAccountSummary()), {
				code: 'NoPermission',
				statusCode: 403,
				accessDeniedDetail: detail(fleet, 'ram:GetAccountSummary'),
			});
			assert.is((await sdk.sts.getCallerIdentity()).body?.userId, user?.id);
			assert.is(
				(await sdk.cs.describeClusterDetail(fleet.state.clusters[0]?.id ?? '')).body?.name,
				'shop-prod',
			);
		}));

	it('the key of the scan may read, and remove nothing', () =>
		withCloud(SMALL, async fleet => {
			const { cs } = clients(fleet, fleet);
			const id = fleet.state.clusters[0]?.id ?? '';
			const { code, statusCode } = await thrown(cs.revokeK8sClusterKubeConfig(id));
			assert.equal({ code, statusCode }, { code: 'Forbidden.RAM', statusCode: 403 });
			const calls = fleet.state.calls.map(({ action }) => action);
			assert.equal(calls, []);
		}));
});

describe('startCloud, faults', it => {
	const request = () => new DescribeClustersV1Request({ pageSize: 100 });

	it('throttles, fails, answers HTML, cuts, holds back and changes its answer: each so often, and then no more', () =>
		withCloud(SMALL, async fleet => {
			const { cs } = clients(fleet, fleet);
			const put = (kind: (typeof fleet.state.faults)[number]['kind'], match = '') =>
				fleet.state.faults.push({ action: 'DescribeClustersV1', match, times: 1, kind });
			put({ is: 'throttle', retryAfterMs: 1500 });
			const send = () =>
				raw(
					fleet.http,
					signedV3(fleet.http, {
						key: fleet,
						action: 'DescribeClustersV1',
						version: '2015-12-15',
						path: '/api/v1/clusters',
					}),
				);
			const { status, headers, json } = await send();
			assert.equal([status, headers['x-acs-retry-after'], json.Code], [400, '1500', 'Throttling.User']);
			put({ is: 'throttle', retryAfterMs: null });
			assert.is((await send()).headers['x-acs-retry-after'], undefined);
			put({ is: 'error', status: 500, code: 'InternalError', message: 'no' });
			assert.equal(await thrown(cs.describeClustersV1(request())), {
				code: 'InternalError',
				statusCode: 500,
			});
			put({ is: 'html', status: 502 });
			const html = await send();
			assert.equal([html.status, html.headers['content-type']], [502, 'text/html']);
			put({ is: 'cut' });
			assert.is((await thrown(cs.describeClustersV1(request()))).code, 'ECONNRESET');
			put({ is: 'slow', ms: 80 });
			const before = performance.now();
			await cs.describeClustersV1(request());
			assert.ok(performance.now() - before >= 78);
			put({ is: 'error', status: 500, code: 'InternalError', message: 'no' }, 'cn-nowhere');
			assert.is((await cs.describeClustersV1(request())).body?.clusters?.length, 12);
			assert.is(fleet.state.faults.length, 1);
		}));

	it('lists half, nothing, everything twice, the same page again, without a marker, with other words and with numbers', () =>
		withCloud(SMALL, async fleet => {
			const { cs, ram: roles } = clients(fleet, fleet);
			type Rewrite = Extract<(typeof fleet.state.faults)[number]['kind'], { is: 'rewrite' }>['rewrite'];
			const put = (action: string, rewrite: Rewrite, times = 1) =>
				fleet.state.faults.push({ action, match: '', times, kind: { is: 'rewrite', rewrite } });
			const count = async () => (await cs.describeClustersV1(request())).body?.clusters?.length;
			put('DescribeClustersV1', 'half_list');
			put('DescribeClustersV1', 'empty_list');
			put('DescribeClustersV1', 'duplicated_rows');
			assert.equal([await count(), await count(), await count(), await count()], [6, 0, 24, 12]);
			put('DescribeClustersV1', 'repeating_page', 2);
			const page = async (pageNumber: number) =>
				(await cs.describeClustersV1(new DescribeClustersV1Request({ pageNumber, pageSize: 5 }))).body;
			const [first, second] = [await page(1), await page(2)];
			assert.equal(
				second?.clusters?.map(({ clusterId }) => clusterId),
				first?.clusters?.map(({ clusterId }) => clusterId),
			);
			assert.is(second?.pageInfo?.totalCount, 1_000_000);
			put('ListRoles', 'truncated_without_marker');
			const { body } = await roles.listRoles(new ram.ListRolesRequest({ maxItems: 2 }));
			assert.equal([body?.isTruncated, body?.marker], [true, undefined]);
			put('ListRoles', 'number_uids');
			const numbers = await raw(
				fleet.http,
				signedV3(fleet.http, { key: fleet, action: 'ListRoles', version: '2015-05-01', method: 'POST' }),
			);
			assert.match(numbers.text, /"RoleId":3\d{17},/);
			put('DescribeClustersV1', 'unknown_words');
			assert.is((await cs.describeClustersV1(request())).body?.clusters?.[0]?.state, 'Sideways');
		}));

	it('lets through as many calls a second as its rate, of each product by itself', () =>
		withCloud({ ...SMALL, rate: 5 }, async fleet => {
			const { cs, sts } = clients(fleet, fleet);
			const calls = await Promise.allSettled(
				Array.from({ length: 12 }, () => cs.describeClustersV1(request())),
			);
			assert.is(calls.filter(({ status }) => status === 'fulfilled').length, 5);
			assert.ok((await sts.getCallerIdentity()).body?.accountId);
		}));

	it('holds every answer back for the latency', () =>
		withCloud({ ...SMALL, latencyMs: 60 }, async fleet => {
			const { sts } = clients(fleet, fleet);
			const before = performance.now();
			await sts.getCallerIdentity();
			assert.ok(performance.now() - before >= 58);
		}));
});
