import { formatRfc3339 } from '../../lib/epoch.ts';
import type { ApiBinding } from '../wire.ts';
import {
	type Call,
	type CloudAnswer,
	count,
	isTrue,
	type Operation,
	ok,
	requestId,
	roaError,
} from './answer.ts';
import { changePermissions } from './grants.ts';
import { issueKubeconfig } from './issue-kubeconfig.ts';
import { clean, cleanMany, isBlocked, revoke } from './permissions.ts';
import type { CloudCluster, CloudState, IssuedKubeconfig } from './state.ts';

/** What the Container Service of version 2015-12-15 serves, by operation. */
export const cs: Record<string, Operation> = {
	// Of before pages, and deprecated; some clients still call nothing else.
	DescribeClusters: ({ state, get }) => {
		const [name, type] = [get('name') ?? '', get('clusterType') ?? ''];
		const found = state.clusters.filter(
			cluster => (name === '' || cluster.name === name) && (type === '' || cluster.type === type),
		);
		return ok(found.map(clusterBody));
	},
	DescribeClustersV1: call => listClusters(call, call.get('region_id')),
	DescribeClustersForRegion: call => listClusters(call, call.get('RegionId')),
	DescribeClusterDetail: call => withCluster(call, cluster => ok(clusterBody(cluster))),
	DescribeClusterUserKubeconfig: call =>
		withCluster(call, cluster => issueKubeconfig(call, cluster, call.key.holder)),
	DescribeSubaccountK8sClusterUserConfig: call =>
		withCluster(call, cluster =>
			call.key.holder === call.state.accountId
				? issueKubeconfig(call, cluster, call.get('Uid') ?? '')
				: roaError(403, 'ErrorCheckAcl', 'Only the Alibaba Cloud account may do so.'),
		),
	ListClusterKubeconfigStates: call => withCluster(call, cluster => listStates(call, cluster)),
	ListUserKubeConfigStates: call => listUserStates(call),
	GetClusterAuditProject: call =>
		withCluster(call, ({ audit }) =>
			// The official sample has that line feed.
			ok({ audit_enabled: audit.isEnabled, sls_project_name: `${audit.project}\n` }),
		),
	DescribeUserClusterActivityState: call => withCluster(call, cluster => activity(call, cluster)),
	DescribeUserPermission: call => describePermissions(call),
	GrantPermissions: call => changePermissions(call, 'apply'),
	UpdateUserPermissions: call => changePermissions(call, call.get('mode') || 'apply'),
	UpdateClusterAuditLogConfig: call => withCluster(call, cluster => switchAudit(call, cluster)),
	CheckControlPlaneLogEnable: call =>
		withCluster(call, ({ audit }) =>
			ok({ aliuid: call.state.accountId, components: [], log_project: audit.project, log_ttl: '30' }),
		),
	DescribeClusterEvents: call =>
		withCluster(call, () => ok({ events: [], page_info: { page_number: 1, page_size: 50, total_count: 0 } })),
	DescribeClusterLogs: call => withCluster(call, () => ok([])),
	DescribeUserClusterNamespaces: call =>
		withCluster(call, async ({ kubernetes }) =>
			ok(((await kubernetes?.open())?.objects.namespaces ?? []).map(({ metadata }) => metadata.name)),
		),
	CleanClusterUserPermissions: call => withCluster(call, cluster => clean(call, cluster)),
	CleanUserPermissions: call => cleanMany(call),
	RevokeK8sClusterKubeConfig: call => withCluster(call, cluster => revoke(call, cluster)),
	UpdateK8sClusterUserConfigExpire: call =>
		withCluster(call, cluster =>
			call.key.holder === call.state.accountId
				? setExpiry(call, cluster)
				: roaError(403, 'ErrorCheckAcl', 'Only the Alibaba Cloud account may do so.'),
		),
	DescribeTaskInfo: call => taskInfo(call),
};

function withCluster(
	{ state, get }: Call,
	answer: (cluster: CloudCluster) => CloudAnswer | Promise<CloudAnswer>,
): CloudAnswer | Promise<CloudAnswer> {
	const cluster = state.clusters.find(({ id }) => id === get('ClusterId'));
	return cluster === undefined ? roaError(404, 'ErrorClusterNotFound', 'cluster not found') : answer(cluster);
}

function listClusters({ state, get }: Call, region: string | undefined): CloudAnswer {
	const size = count(get('page_size'), 10, 100);
	const number = count(get('page_number'), 1, 1_000_000);
	if (size === null || number === null) return roaError(400, 'InvalidParameter', 'page_size or page_number');
	const found = state.clusters.filter(
		({ id, name, type, profile, region: own }) =>
			(region === undefined || region === own) &&
			[
				['cluster_id', id],
				['name', name],
				['cluster_type', type],
				['profile', profile],
			].every(([key = '', value]) => get(key) === undefined || get(key) === '' || get(key) === value),
	);
	return ok({
		clusters: found.slice((number - 1) * size, number * size).map(clusterBody),
		page_info: { page_number: number, page_size: size, total_count: found.length },
	});
}

function clusterBody({ kubernetes, ...cluster }: CloudCluster) {
	const url = kubernetes?.url ?? 'https://192.0.2.1:6443';
	return {
		cluster_id: cluster.id,
		name: cluster.name,
		cluster_type: cluster.type,
		profile: cluster.profile,
		cluster_spec: cluster.spec,
		region_id: cluster.region,
		state: cluster.state,
		current_version: cluster.version,
		init_version: cluster.version,
		next_version: '',
		created: formatRfc3339(cluster.createdAt),
		updated: formatRfc3339(cluster.createdAt),
		master_url: JSON.stringify({
			api_server_endpoint: cluster.hasPublicEndpoint ? url : '',
			intranet_api_server_endpoint: url,
		}),
		meta_data: '{}',
		size: 3,
		tags: [],
		deletion_protection: false,
		vswitch_ids: [],
	};
}

/** Whoever has, or had, a kubeconfig; `Removed` and what was never issued are not listed here. */
function listStates(call: Call, cluster: CloudCluster): CloudAnswer {
	const size = count(call.get('pageSize'), 10, 50);
	const number = count(call.get('pageNumber'), 1, 1_000_000);
	if (size === null || number === null) return roaError(400, 'InvalidParameter', 'pageSize or pageNumber');
	const areServices = isTrue(call.get('cloudServiceKubeConfig'));
	const found = cluster.kubeconfigs.filter(
		({ certState, cloudService }) => certState !== 'Removed' && (cloudService !== '') === areServices,
	);
	return ok({
		page: { page_number: number, page_size: size, total_count: found.length },
		states: found.slice((number - 1) * size, number * size).map(issued => stateBody(call, cluster, issued)),
	});
}

function stateBody({ state, key }: Call, cluster: CloudCluster, issued: IssuedKubeconfig) {
	const user = state.users.find(({ id }) => id === issued.accountId);
	const role = state.roles.find(({ id }) => id === issued.accountId);
	const isGone = issued.accountType !== 'RootAccount' && user === undefined && role === undefined;
	const found = isGone ? 'Deleted' : user?.status === 'freeze' ? 'InActive' : 'Active';
	return {
		account_id: issued.accountId,
		account_name: user?.name ?? role?.name ?? issued.name,
		account_display_name: user?.displayName ?? role?.name ?? issued.name,
		account_type: issued.accountType,
		account_state: issued.accountState ?? found,
		cert_expire_time: formatRfc3339(issued.notAfter),
		cert_state: shownState(state, issued),
		revokable:
			issued.accountType !== 'RootAccount' &&
			issued.accountId !== key.holder &&
			issued.certState !== 'Unknown' &&
			!isBlocked(cluster),
		...(issued.cloudService === ''
			? {}
			: { cloud_service_name: issued.cloudService, cloud_service_roles: [] }),
	};
}

function shownState({ now }: CloudState, { certState, notAfter }: IssuedKubeconfig): string {
	return certState === 'Unexpired' && notAfter < now() ? 'Expired' : certState;
}

/** One identity over all clusters. */
function listUserStates({ state, get }: Call): CloudAnswer {
	const size = count(get('page_size'), 50, 100);
	const number = count(get('page_number'), 1, 1_000_000);
	if (size === null || number === null) return roaError(400, 'InvalidParameter', 'page_size or page_number');
	return ok({
		page: { page_number: number, page_size: size, total_count: state.clusters.length },
		states: state.clusters.slice((number - 1) * size, number * size).map(cluster => {
			const issued = cluster.kubeconfigs.find(({ accountId }) => accountId === get('Uid'));
			return {
				cluster_id: cluster.id,
				cluster_name: cluster.name,
				cluster_state: cluster.state,
				cert_state: issued === undefined ? 'Unissued' : shownState(state, issued),
				...(issued === undefined ? {} : { cert_expire_time: formatRfc3339(issued.notAfter) }),
			};
		}),
	});
}

function activity({ get }: Call, cluster: CloudCluster): CloudAnswer {
	const known = cluster.kubeconfigs.find(({ accountId }) => accountId === get('Uid'))?.activity;
	if (!cluster.audit.isEnabled)
		return roaError(400, 'ErrorClusterAuditDisabled', 'cluster auditing is not enabled');
	if (known?.answer === 'failed') return roaError(500, 'InternalError', 'the log cannot be queried');
	return ok({
		log_project_name: cluster.audit.project,
		log_store_name: `audit-${cluster.id}`,
		log_query_exp: `user.username: ${get('Uid')}*`,
		active: known?.answer === 'found',
		// Left out where there is none: the peer reads it as a time, and falls over an empty text.
		...(known?.answer === 'found'
			? { last_activity: formatRfc3339(known.last), last_audit_id: known.auditId }
			: {}),
	});
}

async function describePermissions({ state, get }: Call): Promise<CloudAnswer> {
	const uid = get('Uid') ?? '';
	const isRole = state.roles.some(role => role.id === uid);
	const found = await Promise.all(
		state.clusters.map(async ({ id, kubernetes }) => {
			if (kubernetes === null) return [];
			const { objects } = await kubernetes.open();
			return [...objects.clusterrolebindings, ...objects.rolebindings]
				.filter(({ subjects }) => (subjects ?? []).some(({ name }) => name.split('-')[0] === uid))
				.map(binding => permissionBody(id, binding, isRole));
		}),
	);
	return ok(found.flat());
}

function permissionBody(clusterId: string, { metadata, roleRef }: ApiBinding, isRole: boolean) {
	const { namespace } = metadata;
	const type = /^cs:(?:ns:)?(admin|ops|dev|restricted)$/.exec(roleRef.name)?.[1];
	const isOwner = roleRef.name === 'cluster-admin';
	return {
		resource_id: namespace === undefined ? clusterId : `${clusterId}/${namespace}`,
		resource_type: namespace === undefined ? 'cluster' : 'namespace',
		role_type: isOwner ? 'admin' : (type ?? 'custom'),
		role_name: isOwner || type !== undefined ? '' : roleRef.name,
		is_owner: isOwner ? 1 : 0,
		is_ram_role: isRole ? 1 : 0,
	};
}

function switchAudit({ body }: Call, cluster: CloudCluster): CloudAnswer {
	const { disable, sls_project_name: project } = fields(body);
	cluster.audit.isEnabled = disable !== true;
	if (typeof project === 'string' && project !== '') cluster.audit.project = project;
	return ok({ cluster_id: cluster.id, request_id: requestId(), task_id: `T-${requestId().slice(0, 8)}` });
}

/** Holds from the next file on. */
function setExpiry({ body }: Call, cluster: CloudCluster): CloudAnswer {
	const { expire_hour: hours, user } = fields(body);
	if (typeof hours !== 'number' || !(hours >= 1 && hours <= 876_000))
		return roaError(400, 'InvalidParameter', 'expire_hour is from 1 to 876000');
	const issued = cluster.kubeconfigs.find(({ accountId }) => accountId === user);
	if (issued === undefined) return roaError(404, 'ErrorKubeconfigNotFound', 'no kubeconfig was issued');
	issued.nextHours = hours;
	return { status: 200, body: null };
}

function fields(body: unknown): Record<string, unknown> {
	return typeof body === 'object' && body !== null ? { ...body } : {};
}

function taskInfo({ state, get }: Call): CloudAnswer {
	const id = get('TaskId') ?? '';
	const task = state.tasks.get(id);
	if (task === undefined) return roaError(404, 'ErrorTaskNotFound', 'task not found');
	const { clusters } = task;
	return ok({
		request_id: requestId(),
		task_id: id,
		task_type: 'clean_user_permissions',
		state: task.state,
		created: formatRfc3339(task.createdAt),
		updated: formatRfc3339(state.now()),
		task_result: clusters.map(({ id: data, status }) => ({ data, status })),
		error: clusters
			.filter(({ status }) => status === 'failed')
			.map(({ message }) => ({ code: 'CleanFailed', message }))[0] ?? { code: '', message: '' },
	});
}
