import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { nextRevision } from '../store.ts';
import type { ApiBinding, ApiSubject } from '../wire.ts';
import { type Call, type CloudAnswer, isTrue, ok, requestId, roaError } from './answer.ts';
import { newSuffix } from './issue-kubeconfig.ts';
import type { CleanTask, CloudCluster, CloudState } from './state.ts';

/** States of a cluster in which no kubeconfig may be deleted. */
const BLOCKED = ['deleting', 'deleted', 'delete_failed', 'failed'];

/** Whether a file of this cluster may be deleted at all. */
export function isBlocked({ state }: CloudCluster): boolean {
	return BLOCKED.includes(state);
}

/** CleanClusterUserPermissions: ends the file and removes the bindings. */
export async function clean(call: Call, cluster: CloudCluster): Promise<CloudAnswer> {
	const refused = refusal(call, cluster);
	if (refused !== null) return refused;
	const removal = removeLater(call, cluster, call.get('Uid') ?? '');
	if (call.lateMs === 0) await removal;
	return ok({});
}

/** CleanUserPermissions: the same over several clusters, all of them where none is named. */
export async function cleanMany(call: Call): Promise<CloudAnswer> {
	const { state, get } = call;
	const uid = get('Uid') ?? '';
	const named = (get('ClusterIds') ?? '').split(',').filter(id => id !== '');
	const ids = named.length > 0 ? named : state.clusters.map(({ id }) => id);
	const taskId = `clean-user-permissions-${uid}-${randomBytes(5).toString('hex')}`;
	const clusters: CleanTask['clusters'] = ids.map(id => ({ id, status: 'initial', message: '' }));
	const task: CleanTask = { state: 'running', createdAt: state.now(), clusters };
	state.tasks.set(taskId, task);
	const work = runTask(call, uid, task);
	if (call.lateMs === 0) await work;
	return ok({ request_id: requestId(), task_id: taskId });
}

async function runTask(call: Call, uid: string, task: CleanTask): Promise<void> {
	for (const step of task.clusters) {
		const cluster = call.state.clusters.find(({ id }) => id === step.id);
		const refused = cluster === undefined ? notFound() : refusal(call, cluster);
		if (cluster !== undefined && refused === null) await removeLater(call, cluster, uid);
		step.status = refused === null ? 'success' : 'failed';
		step.message = refused === null ? '' : String((refused.body as { message: string }).message);
	}
	task.state = task.clusters.every(({ status }) => status === 'success') ? 'success' : 'fail';
}

/** RevokeK8sClusterKubeConfig: the caller's own file ends, and the name that bindings know gets a new end. */
export async function revoke({ state, key }: Call, cluster: CloudCluster): Promise<CloudAnswer> {
	const issued = cluster.kubeconfigs.find(
		({ accountId, certState }) => accountId === key.holder && certState !== 'Removed',
	);
	if (issued === undefined) return roaError(404, 'ErrorKubeconfigNotFound', 'no kubeconfig was issued');
	const before = `${issued.accountId}-${issued.suffix}`;
	issued.suffix = newSuffix(cluster, issued.accountId, state.now() + Number(issued.suffix));
	issued.certState = 'Unexpired';
	issued.notAfter = Math.max(issued.notAfter, state.now() + 1095 * 86_400);
	delete issued.nextHours;
	const renamed = `${issued.accountId}-${issued.suffix}`;
	const isOld = ({ kind, name }: ApiSubject) => kind === 'User' && name === before;
	await changeBindings(cluster, binding => {
		const { subjects = [] } = binding;
		if (!subjects.some(isOld)) return [binding];
		return [
			{
				...binding,
				subjects: subjects.map(subject => (isOld(subject) ? { ...subject, name: renamed } : subject)),
			},
		];
	});
	return ok({});
}

function refusal({ state, key, get }: Call, cluster: CloudCluster): CloudAnswer | null {
	const uid = get('Uid') ?? '';
	if (uid === state.accountId)
		return roaError(403, 'ErrorRootAccount', 'an Alibaba Cloud account keeps its permissions');
	if (uid === key.holder) return roaError(403, 'ErrorCleanSelf', 'your own permissions cannot be revoked');
	if (isBlocked(cluster)) return roaError(400, 'ErrorClusterState', `the cluster is ${cluster.state}`);
	const issued = cluster.kubeconfigs.find(({ accountId }) => accountId === uid);
	if (issued?.certState === 'Unknown')
		return roaError(400, 'ErrorKubeconfigState', 'the state of the kubeconfig is unknown');
	if (isTrue(get('Force'))) return null;
	if (!cluster.audit.isEnabled || cluster.kubernetes === null || issued?.activity.answer === 'failed')
		return roaError(400, 'ErrorAuditCheck', 'the access records of seven days cannot be checked');
	return issued?.activity.answer === 'found'
		? roaError(409, 'ErrorKubeconfigInUse', 'the kubeconfig was used within seven days')
		: null;
}

function notFound(): CloudAnswer {
	return roaError(404, 'ErrorClusterNotFound', 'cluster not found');
}

async function removeLater({ state, lateMs }: Call, cluster: CloudCluster, uid: string): Promise<void> {
	if (lateMs > 0) await wait(lateMs, undefined, { ref: false });
	await removeAccess(state, cluster, uid);
}

async function removeAccess(state: CloudState, cluster: CloudCluster, uid: string): Promise<void> {
	for (const issued of cluster.kubeconfigs) {
		if (issued.accountId !== uid || issued.certState === 'Removed') continue;
		state.recycleBin.push({ clusterId: cluster.id, accountId: uid, suffix: issued.suffix, at: state.now() });
		issued.certState = 'Removed';
	}
	await changeBindings(cluster, binding => {
		const subjects = binding.subjects ?? [];
		const left = subjects.filter(({ kind, name }) => kind !== 'User' || name.split('-')[0] !== uid);
		if (left.length === subjects.length) return [binding];
		return left.length === 0 ? [] : [{ ...binding, subjects: left }];
	});
}

/** Changes what the cluster holds, binding by binding. */
export async function changeBindings(
	{ kubernetes }: CloudCluster,
	change: (binding: ApiBinding) => ApiBinding[],
): Promise<void> {
	if (kubernetes === null) return;
	const cluster = await kubernetes.open();
	const { objects } = cluster;
	// What is another object than before has another version.
	const changed = (binding: ApiBinding): ApiBinding[] => {
		const results = change(binding);
		if (results.length === 1 && results[0] === binding) return [binding];
		cluster.revision = nextRevision(cluster, binding);
		const resourceVersion = String(cluster.revision);
		return results.map(result => ({ ...result, metadata: { ...result.metadata, resourceVersion } }));
	};
	objects.clusterrolebindings = objects.clusterrolebindings.flatMap(changed);
	objects.rolebindings = objects.rolebindings.flatMap(changed);
}
