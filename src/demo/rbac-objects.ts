import { type Origin, object, splitName } from './meta.ts';
import type { BindingSeed, RoleSeed } from './seeds/seed.ts';
import type { ApiBinding, ApiObject, ApiRole, ApiSubject } from './wire.ts';

const RBAC = 'rbac.authorization.k8s.io';

const BOOTSTRAP = {
	labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
	annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
};

function rbacObject(origin: Origin, kind: string, seed: RoleSeed | BindingSeed): ApiObject {
	const bootstrap = seed.isBootstrap === true ? BOOTSTRAP : { labels: {}, annotations: {} };
	const labels = { ...bootstrap.labels, ...seed.labels };
	return object(origin, seed.namespace === undefined ? `Cluster${kind}` : kind, {
		name: seed.name,
		namespace: seed.namespace,
		created: 'created' in seed ? seed.created : undefined,
		labels,
		annotations: bootstrap.annotations,
	});
}

/** A Role or ClusterRole. */
export function roleObject(origin: Origin, seed: RoleSeed): ApiRole {
	const aggregationRule = { clusterRoleSelectors: [{ matchLabels: seed.aggregates }] };
	return {
		...rbacObject(origin, 'Role', seed),
		...(seed.aggregates === undefined ? {} : { aggregationRule }),
		rules: seed.rules,
	};
}

/** A RoleBinding or ClusterRoleBinding. */
export function bindingObject(origin: Origin, seed: BindingSeed): ApiBinding {
	const [kind = '', name = ''] = seed.role.split(' ');
	return {
		...rbacObject(origin, 'RoleBinding', seed),
		roleRef: { apiGroup: RBAC, kind, name },
		...(seed.subjects.length === 0 ? {} : { subjects: seed.subjects.map(toSubject) }),
	};
}

function toSubject(text: string): ApiSubject {
	const [kind = '', name = ''] = text.split(' ');
	if (kind === 'ServiceAccount') return { kind, ...splitName(name) };
	return { kind, apiGroup: RBAC, name };
}
