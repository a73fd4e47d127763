import { randomUUID } from 'node:crypto';
import { keyOf } from '../meta.ts';
import { bindingObject } from '../rbac-objects.ts';
import { nextRevision, putObject } from '../store.ts';
import type { ApiBinding } from '../wire.ts';
import { type Call, type CloudAnswer, ok, roaError } from './answer.ts';
import { changeBindings } from './permissions.ts';
import type { CloudCluster } from './state.ts';

/** One role of an identity in one cluster, as a binding has it. */
interface Grant {
	cluster: CloudCluster;
	namespace: string | undefined;
	clusterRole: string;
}

/** GrantPermissions, and UpdateUserPermissions by its `mode`: the first and `apply` leave nothing but what is listed. */
export async function changePermissions(call: Call, mode: string): Promise<CloudAnswer> {
	const { state, get, body } = call;
	const uid = get('Uid') ?? '';
	if (!['apply', 'patch', 'delete'].includes(mode)) return invalid('mode is apply, patch or delete');
	if (!Array.isArray(body)) return invalid('the body is a list');
	if (uid === state.accountId)
		return roaError(403, 'ErrorRootAccount', 'an Alibaba Cloud account keeps its permissions');
	const grants: Grant[] = [];
	for (const item of body) {
		const read = grantsOf(state.clusters, item);
		if (!Array.isArray(read)) return read;
		grants.push(...read);
	}
	const clusters = mode === 'apply' ? state.clusters : grants.map(({ cluster }) => cluster);
	for (const cluster of new Set(clusters)) {
		const own = grants.filter(grant => grant.cluster === cluster);
		await changeBindings(cluster, binding => (isReplaced(binding, uid, own, mode) ? [] : [binding]));
		if (mode !== 'delete') await bind(cluster, uid, own);
	}
	return ok({});
}

function grantsOf(clusters: CloudCluster[], item: unknown): Grant[] | CloudAnswer {
	if (typeof item !== 'object' || item === null) return invalid('an item is no object');
	const {
		cluster: id,
		role_name: role,
		role_type: type,
		namespace,
		is_custom: isCustom,
	} = { ...item } as Record<string, unknown>;
	if (typeof role !== 'string' || role === '') return invalid('role_name');
	if (type !== 'cluster' && type !== 'namespace' && type !== 'all-clusters') return invalid('role_type');
	const isInNamespace = type === 'namespace';
	if (isInNamespace && (typeof namespace !== 'string' || namespace === '')) return invalid('namespace');
	const found = type === 'all-clusters' ? clusters : clusters.filter(cluster => cluster.id === id);
	if (found.length === 0) return roaError(404, 'ErrorClusterNotFound', 'cluster not found');
	const reached = found.filter(({ kubernetes }) => kubernetes !== null);
	const [out] = type === 'all-clusters' || reached.length > 0 ? [] : found;
	if (out !== undefined) return roaError(400, 'ErrorClusterState', `the cluster is ${out.state}`);
	const isOwn = isCustom === true || !['admin', 'admin-view', 'ops', 'dev', 'restricted'].includes(role);
	return reached.map(cluster => ({
		cluster,
		namespace: isInNamespace ? String(namespace) : undefined,
		clusterRole: isOwn ? role : `cs:${isInNamespace ? 'ns:' : ''}${role}`,
	}));
}

/** A binding of the identity alone goes as a whole: grants make no other. */
function isReplaced(
	{ metadata, roleRef, subjects = [] }: ApiBinding,
	uid: string,
	own: Grant[],
	mode: string,
) {
	if (
		subjects.length === 0 ||
		subjects.some(({ kind, name }) => kind !== 'User' || name.split('-')[0] !== uid)
	)
		return false;
	const isListed = own.some(
		({ namespace, clusterRole }) => namespace === metadata.namespace && clusterRole === roleRef.name,
	);
	return mode === 'apply' || isListed;
}

async function bind({ kubernetes, kubeconfigs }: CloudCluster, uid: string, grants: Grant[]): Promise<void> {
	if (kubernetes === null || grants.length === 0) return;
	const issued = kubeconfigs.find(({ accountId, certState }) => accountId === uid && certState !== 'Removed');
	const cluster = await kubernetes.open();
	const made = grants.map(({ namespace, clusterRole }) => {
		const binding = bindingObject(cluster, {
			name: `${uid}-${namespace ?? clusterRole.replaceAll(':', '-')}-${namespace === undefined ? 'cluster' : ''}rolebinding`,
			...(namespace === undefined ? {} : { namespace }),
			role: `ClusterRole ${clusterRole}`,
			subjects: [`User ${issued === undefined ? uid : `${uid}-${issued.suffix}`}`],
			created: 0,
		});
		const resource = namespace === undefined ? ('clusterrolebindings' as const) : ('rolebindings' as const);
		return { resource, binding };
	});
	for (const { resource, binding } of made) {
		const known = cluster.objects[resource].find(each => keyOf(each) === keyOf(binding));
		// Made anew it is another object, also under the name of one that is gone.
		const uid = known?.metadata.uid ?? randomUUID();
		const resourceVersion = String(nextRevision(cluster, known));
		putObject(cluster, resource, { ...binding, metadata: { ...binding.metadata, uid, resourceVersion } });
	}
}

function invalid(message: string): CloudAnswer {
	return roaError(400, 'InvalidParameter', message);
}
