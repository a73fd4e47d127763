import { randomBytes } from 'node:crypto';
import type { DemoCluster } from '../cluster.ts';
import type { ApiBinding } from '../wire.ts';
import { type Call, type CloudAnswer, ok, requestId, roaError } from './answer.ts';
import { newSuffix } from './issue-kubeconfig.ts';
import type { CloudCluster } from './state.ts';

/** States of a cluster in which no kubeconfig may be deleted. */
const BLOCKED = ['deleting', 'deleted', 'delete_failed', 'failed'];

/** CleanClusterUserPermissions: ends the file and removes the bindings. */
export function clean(call: Call, cluster: CloudCluster): CloudAnswer {
	const refused = refusal(call, cluster);
	if (refused !== null) return refused;
	removeAccess(call, cluster, call.get('Uid') ?? '');
	return ok({});
}

/** CleanUserPermissions: the same over several clusters, all of them where none is named. */
export function cleanMany(call: Call): CloudAnswer {
	const { state, get } = call;
	const uid = get('Uid') ?? '';
	const named = (get('ClusterIds') ?? '').split(',').filter(id => id !== '');
	const ids = named.length > 0 ? named : state.clusters.map(({ id }) => id);
	const taskId = `clean-user-permissions-${uid}-${randomBytes(5).toString('hex')}`;
	const clusters = ids.map(id => {
		const cluster = state.clusters.find(each => each.id === id);
		const refused = cluster === undefined ? notFound() : refusal(call, cluster);
		if (cluster !== undefined && refused === null) removeAccess(call, cluster, uid);
		const message = refused === null ? '' : String((refused.body as { message: string }).message);
		return { id, status: refused === null ? ('success' as const) : ('failed' as const), message };
	});
	const isDone = clusters.every(({ status }) => status === 'success');
	state.tasks.set(taskId, { state: isDone ? 'success' : 'fail', createdAt: state.now(), clusters });
	return ok({ request_id: requestId(), task_id: taskId });
}

/** RevokeK8sClusterKubeConfig: the caller's own file ends, and the name that bindings know gets a new end. */
export function revoke({ state, key }: Call, cluster: CloudCluster): CloudAnswer {
	const issued = cluster.kubeconfigs.find(({ accountId }) => accountId === key.holder);
	if (issued === undefined) return roaError(404, 'ErrorKubeconfigNotFound', 'no kubeconfig was issued');
	const before = `${issued.accountId}-${issued.suffix}`;
	issued.suffix = newSuffix(cluster, issued.accountId, state.now() + cluster.kubeconfigs.length);
	for (const binding of bindingsOf(cluster))
		for (const subject of binding.subjects ?? [])
			if (subject.name === before) subject.name = `${issued.accountId}-${issued.suffix}`;
	return ok({});
}

function refusal({ state, key, get }: Call, cluster: CloudCluster): CloudAnswer | null {
	const uid = get('Uid') ?? '';
	if (uid === state.accountId)
		return roaError(403, 'ErrorRootAccount', 'an Alibaba Cloud account keeps its permissions');
	if (uid === key.holder) return roaError(403, 'ErrorCleanSelf', 'your own permissions cannot be revoked');
	if (BLOCKED.includes(cluster.state))
		return roaError(400, 'ErrorClusterState', `the cluster is ${cluster.state}`);
	if (get('Force') === 'true') return null;
	const issued = cluster.kubeconfigs.find(({ accountId }) => accountId === uid);
	if (!cluster.audit.isEnabled || issued?.activity.answer === 'failed')
		return roaError(400, 'ErrorAuditCheck', 'the access records of seven days cannot be checked');
	return issued?.activity.answer === 'found'
		? roaError(409, 'ErrorKubeconfigInUse', 'the kubeconfig was used within seven days')
		: null;
}

function notFound(): CloudAnswer {
	return roaError(404, 'ErrorClusterNotFound', 'cluster not found');
}

function removeAccess({ state }: Call, cluster: CloudCluster, uid: string): void {
	for (const issued of cluster.kubeconfigs) {
		if (issued.accountId !== uid) continue;
		state.recycleBin.push({ clusterId: cluster.id, accountId: uid, suffix: issued.suffix, at: state.now() });
		issued.certState = 'Removed';
	}
	const objects = cluster.kubernetes?.cluster.objects;
	if (objects === undefined) return;
	objects.clusterrolebindings = without(objects.clusterrolebindings, uid);
	objects.rolebindings = without(objects.rolebindings, uid);
	if (cluster.kubernetes !== null) cluster.kubernetes.cluster.revision++;
}

function without(bindings: DemoCluster['objects']['rolebindings'], uid: string): ApiBinding[] {
	return bindings.flatMap(binding => {
		const subjects = binding.subjects ?? [];
		const left = subjects.filter(({ kind, name }) => kind !== 'User' || name.split('-')[0] !== uid);
		if (left.length === subjects.length) return [binding];
		return left.length === 0 ? [] : [{ ...binding, subjects: left }];
	});
}

function bindingsOf({ kubernetes }: CloudCluster): ApiBinding[] {
	const objects = kubernetes?.cluster.objects;
	return objects === undefined ? [] : [...objects.clusterrolebindings, ...objects.rolebindings];
}
