import {
	CleanClusterUserPermissionsRequest,
	CleanUserPermissionsRequest,
	DescribeClustersV1Request,
} from '@alicloud/cs20151215';
import { ApiError } from '../../lib/api-error.ts';
import { oneLine } from '../../lib/text.ts';
import type { Account } from './account.ts';
import { type ClusterRow, listStates, type StateRow } from './container-service.ts';
import { DEFAULT_REGION } from './sdk.ts';

type ClusterId = Pick<ClusterRow, 'id' | 'region'>;

/** The service's own word for a cluster's state now. @throws {ApiError} where it does not list the cluster. */
export async function readClusterState({ clients, caller }: Account, { id }: ClusterId): Promise<string> {
	const client = await clients.cs(DEFAULT_REGION);
	const action = 'cs:DescribeClustersV1';
	const { body } = await caller.read({
		product: 'cs',
		region: DEFAULT_REGION,
		action,
		run: () =>
			client.describeClustersV1(
				new DescribeClustersV1Request({ clusterId: id, pageSize: 10, pageNumber: 1 }),
			),
	});
	const found = (body?.clusters ?? []).find(({ clusterId }) => clusterId === id);
	if (found === undefined) throw new ApiError('partial', 200, `${action} does not list the cluster`);
	return found.state ?? '';
}

/** One identity's kubeconfig now; null where the whole list lacks it. @throws {ApiError} where the list is not whole. */
export async function readState(account: Account, cluster: ClusterId, uid: string): Promise<StateRow | null> {
	const { rows, fault } = await listStates(account, cluster);
	if (fault !== '') throw new ApiError('partial', 200, `the list of kubeconfigs is not whole: ${fault}`);
	return rows.find(({ accountId }) => accountId === uid) ?? null;
}

/**
 * Ends an identity's kubeconfig of one cluster, and its bindings there.
 * @param force skips the service's own look at seven days of the audit log.
 * @see https://help.aliyun.com/zh/ack/developer-reference/api-cs-2015-12-15-cleanclusteruserpermissions
 */
export async function cleanCluster(
	{ clients, caller }: Account,
	{ id, region }: ClusterId,
	uid: string,
	force: boolean,
): Promise<void> {
	refuseNobody(uid);
	const client = await clients.cs(region);
	await caller.write({
		product: 'cs',
		region,
		action: 'cs:CleanClusterUserPermissions',
		run: () => client.cleanClusterUserPermissions(id, uid, new CleanClusterUserPermissionsRequest({ force })),
	});
}

/** The same for several clusters. @returns the id of the task that does it. */
export async function cleanClusters(
	{ clients, caller }: Account,
	uid: string,
	clusterIds: [string, ...string[]],
	force: boolean,
): Promise<string> {
	refuseNobody(uid);
	// To the service an empty list, or an empty id in it, may mean every cluster of the account.
	if (clusterIds.length === 0 || clusterIds.some(id => id === ''))
		throw new ApiError('partial', 0, 'no cluster is named, which would mean all of them');
	const client = await clients.cs(DEFAULT_REGION);
	const { body } = await caller.write({
		product: 'cs',
		region: DEFAULT_REGION,
		action: 'cs:CleanUserPermissions',
		run: () => client.cleanUserPermissions(uid, new CleanUserPermissionsRequest({ clusterIds, force })),
	});
	return body?.taskId ?? '';
}

/** What an id has to be before anything is ended by it: to other tools a 0 has meant everybody. */
function refuseNobody(uid: string): void {
	if (!/^\d{10,20}$/.test(uid))
		throw new ApiError('partial', 0, `${oneLine(uid, 40)} is no id of a RAM user or role`);
}

/** How far a task has come; `unknown` where the service does not know its id. */
export async function readTask(
	{ clients, caller }: Account,
	id: string,
): Promise<{ state: 'running' | 'success' | 'fail' | 'unknown'; message: string }> {
	const client = await clients.cs(DEFAULT_REGION);
	try {
		const { body } = await caller.read({
			product: 'cs',
			region: DEFAULT_REGION,
			action: 'cs:DescribeTaskInfo',
			run: () => client.describeTaskInfo(id),
		});
		const message = oneLine(body?.error?.message ?? '', 300);
		const state = body?.state ?? '';
		return {
			state: state === 'running' || state === 'success' || state === 'fail' ? state : 'unknown',
			message,
		};
	} catch (error) {
		if (error instanceof ApiError && error.status === 404) return { state: 'unknown', message: '' };
		throw error;
	}
}

/** Ends the caller's own kubeconfig of one cluster; a new one is issued at once. */
export async function revokeOwn({ clients, caller }: Account, { id, region }: ClusterId): Promise<void> {
	const client = await clients.cs(region);
	await caller.write({
		product: 'cs',
		region,
		action: 'cs:RevokeK8sClusterKubeConfig',
		run: () => client.revokeK8sClusterKubeConfig(id),
	});
}
