import {
	DescribeClustersV1Request,
	DescribeClusterUserKubeconfigRequest,
	ListClusterKubeconfigStatesRequest,
	ListUserKubeConfigStatesRequest,
} from '@alicloud/cs20151215';
import { areRounded } from '../../lib/alibaba-uid.ts';
import { ApiError } from '../../lib/api-error.ts';
import { parseRfc3339 } from '../../lib/epoch.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import type { Account } from './account.ts';
import { type Listing, readNumbered } from './pages.ts';
import { DEFAULT_REGION } from './sdk.ts';

/** A cluster as DescribeClustersV1 lists it. */
export interface ClusterRow {
	id: string;
	name: string;
	region: string;
	/** `ManagedKubernetes`, `Kubernetes`, `ExternalKubernetes`. */
	type: string;
	profile: string;
	state: string;
	version: string;
	createdAt: EpochSeconds | null;
	/** Empty where it has none. */
	publicEndpoint: string;
	privateEndpoint: string;
}

/** One identity's kubeconfig as ListClusterKubeconfigStates says it; the words are the service's own. */
export interface StateRow {
	accountId: string;
	accountName: string;
	displayName: string;
	accountType: string;
	accountState: string;
	certState: string;
	notAfter: EpochSeconds | null;
	revokable: boolean;
	cloudService: string;
}

/** As ListUserKubeConfigStates says it. */
export interface UserStateRow {
	clusterId: string;
	clusterState: string;
	certState: string;
	notAfter: EpochSeconds | null;
}

/** What the service's own look into seven days of the audit log gives. */
export interface ActivityRow {
	isActive: boolean;
	last: EpochSeconds | null;
	project: string;
}

/** The most that a page holds, by the documentation or by what others ask for. */
const PAGE = 50;
const USER_PAGE = 100;

/** Every cluster of the account, or of some regions. */
export async function listClusters(
	{ clients, caller }: Account,
	regions: string[],
): Promise<Listing<ClusterRow>> {
	const client = await clients.cs(DEFAULT_REGION);
	const inRegion = (regionId: string | undefined) =>
		readNumbered(
			async pageNumber => {
				const request = new DescribeClustersV1Request({ pageNumber, pageSize: PAGE, regionId });
				const { body } = await caller.read({
					product: 'cs',
					region: DEFAULT_REGION,
					action: 'cs:DescribeClustersV1',
					run: () => client.describeClustersV1(request),
				});
				return { rows: (body?.clusters ?? []).map(toClusterRow), total: body?.pageInfo?.totalCount };
			},
			({ id }) => id,
			PAGE,
		);
	if (regions.length === 0) return inRegion(undefined);
	const lists = await Promise.all(regions.map(inRegion));
	return {
		rows: lists.flatMap(({ rows }) => rows),
		fault: lists.find(({ fault }) => fault !== '')?.fault ?? '',
	};
}

interface SdkCluster {
	clusterId?: string;
	name?: string;
	regionId?: string;
	clusterType?: string;
	profile?: string;
	state?: string;
	currentVersion?: string;
	created?: string;
	masterUrl?: string;
}

function toClusterRow(cluster: SdkCluster): ClusterRow {
	const endpoints = endpointsOf(cluster.masterUrl ?? '');
	return {
		id: cluster.clusterId ?? '',
		name: cluster.name ?? '',
		region: cluster.regionId ?? '',
		type: cluster.clusterType ?? '',
		profile: cluster.profile ?? '',
		state: cluster.state ?? '',
		version: cluster.currentVersion ?? '',
		createdAt: parseRfc3339(cluster.created ?? ''),
		publicEndpoint: endpoints.api_server_endpoint ?? '',
		privateEndpoint: endpoints.intranet_api_server_endpoint ?? '',
	};
}

/** master_url is JSON inside JSON, and empty before the cluster is up. */
function endpointsOf(text: string): { api_server_endpoint?: string; intranet_api_server_endpoint?: string } {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? value : {};
	} catch {
		return {};
	}
}

/** Everybody who holds a kubeconfig of the cluster, roles of cloud services included. */
export async function listStates(
	{ clients, caller }: Account,
	{ id, region }: Pick<ClusterRow, 'id' | 'region'>,
): Promise<Listing<StateRow>> {
	const client = await clients.cs(region);
	const read = (cloudServiceKubeConfig: boolean) =>
		readNumbered(
			async pageNumber => {
				const request = new ListClusterKubeconfigStatesRequest({
					pageNumber,
					pageSize: PAGE,
					cloudServiceKubeConfig,
				});
				const { body } = await caller.read({
					product: 'cs',
					region,
					action: 'cs:ListClusterKubeconfigStates',
					run: () => client.listClusterKubeconfigStates(id, request),
				});
				return { rows: (body?.states ?? []).map(toStateRow), total: body?.page?.totalCount };
			},
			({ accountId }) => accountId,
			PAGE,
		);
	const lists = await Promise.all([read(false), read(true)]);
	// Whether every kind of cluster heeds the parameter is not known: whoever is in both is one.
	const rows = [...new Map(lists.flatMap(list => list.rows).map(row => [row.accountId, row])).values()];
	const fault = lists.find(list => list.fault !== '')?.fault ?? '';
	if (areRounded(rows.map(({ accountId }) => accountId)))
		return { rows: [], fault: 'its ids came as numbers, which lose their last digits' };
	return { rows, fault };
}

interface SdkState {
	accountId?: string;
	accountName?: string;
	accountDisplayName?: string;
	accountType?: string;
	accountState?: string;
	certState?: string;
	certExpireTime?: string;
	revokable?: boolean;
	cloudServiceName?: string;
}

function toStateRow(state: SdkState): StateRow {
	return {
		accountId: state.accountId ?? '',
		accountName: state.accountName ?? '',
		displayName: state.accountDisplayName ?? '',
		accountType: state.accountType ?? '',
		accountState: state.accountState ?? '',
		certState: state.certState ?? '',
		notAfter: parseRfc3339(state.certExpireTime ?? ''),
		revokable: state.revokable === true,
		cloudService: state.cloudServiceName ?? '',
	};
}

/** One identity over all clusters; the sibling call spells its paging differently. */
export async function listUserStates(
	{ clients, caller }: Account,
	uid: string,
): Promise<Listing<UserStateRow>> {
	const client = await clients.cs(DEFAULT_REGION);
	return readNumbered(
		async pageNumber => {
			const request = new ListUserKubeConfigStatesRequest({ pageNumber, pageSize: USER_PAGE });
			const { body } = await caller.read({
				product: 'cs',
				region: DEFAULT_REGION,
				action: 'cs:ListUserKubeConfigStates',
				run: () => client.listUserKubeConfigStates(uid, request),
			});
			const rows = (body?.states ?? []).map(state => ({
				clusterId: state.clusterId ?? '',
				clusterState: state.clusterState ?? '',
				certState: state.certState ?? '',
				notAfter: parseRfc3339(state.certExpireTime ?? ''),
			}));
			return { rows, total: body?.page?.totalCount };
		},
		({ clusterId }) => clusterId,
		USER_PAGE,
	);
}

/** Whether the API server's audit log is kept, and in which log project. */
export async function readAudit(
	{ clients, caller }: Account,
	{ id, region }: Pick<ClusterRow, 'id' | 'region'>,
): Promise<{ isEnabled: boolean | null; project: string }> {
	const client = await clients.cs(region);
	const { body } = await caller.read({
		product: 'cs',
		region,
		action: 'cs:GetClusterAuditProject',
		run: () => client.getClusterAuditProject(id),
	});
	// The service ends the project's name with a line feed.
	return { isEnabled: body?.auditEnabled ?? null, project: (body?.slsProjectName ?? '').trim() };
}

/**
 * A kubeconfig of the caller's own that ends by itself; issuing one leaves a record in the cloud.
 * @param minutes 15 to 4320.
 */
export async function issueTemporaryKubeconfig(
	{ clients, caller }: Account,
	{ id, region }: Pick<ClusterRow, 'id' | 'region'>,
	{ minutes, isPrivate }: { minutes: number; isPrivate: boolean },
): Promise<string> {
	const client = await clients.cs(region);
	const request = new DescribeClusterUserKubeconfigRequest({
		privateIpAddress: isPrivate,
		temporaryDurationMinutes: minutes,
	});
	const action = 'cs:DescribeClusterUserKubeconfig';
	const { body } = await caller.read({
		product: 'cs',
		region,
		action,
		run: () => client.describeClusterUserKubeconfig(id, request),
	});
	if (body?.config === undefined || body.config.trim() === '')
		throw new ApiError('partial', 200, `${action} gave no kubeconfig`);
	return body.config;
}

/**
 * The service's own seven-day check. It is in no SDK and may vanish: whoever asks must live without an answer.
 */
export async function readActivity(
	{ clients, caller }: Account,
	{ id, region }: Pick<ClusterRow, 'id' | 'region'>,
	uid: string,
): Promise<ActivityRow> {
	const [client, { $OpenApiUtil }, { RuntimeOptions }] = await Promise.all([
		clients.cs(region),
		import('@alicloud/openapi-core'),
		import('@darabonba/typescript'),
	]);
	const action = 'cs:DescribeUserClusterActivityState';
	const params = new $OpenApiUtil.Params({
		action: 'DescribeUserClusterActivityState',
		version: '2015-12-15',
		protocol: 'HTTPS',
		pathname: `/clusters/${encodeURIComponent(id)}/users/${encodeURIComponent(uid)}/activity-state`,
		method: 'GET',
		authType: 'AK',
		style: 'ROA',
		reqBodyType: 'json',
		bodyType: 'json',
	});
	const answer: unknown = await caller.read({
		product: 'cs',
		region,
		action,
		run: () =>
			client.callApi(params, new $OpenApiUtil.OpenApiRequest({ headers: {} }), new RuntimeOptions({})),
	});
	return toActivityRow(action, answer);
}

function toActivityRow(action: string, answer: unknown): ActivityRow {
	const body = field(answer, 'body');
	const [active, last, project] = ['active', 'last_activity', 'log_project_name'].map(name =>
		field(body, name),
	);
	if (typeof active !== 'boolean')
		throw new ApiError('partial', 200, `${action} does not say whether there is any`);
	return {
		isActive: active,
		last: typeof last === 'string' ? parseRfc3339(last) : null,
		project: typeof project === 'string' ? project.trim() : '',
	};
}

function field(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
