import type { Binding, Subject } from '../model/facts.ts';

/**
 * Subjects of the bindings that the API server makes at every start and that are not named after their
 * controller; `namespace/binding` to the role it names, then `kind/namespace/name`. Read off a fresh
 * 1.34 API server; older ones have the same or fewer.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
const DEFAULTS = new Map<string, { role: string; subjects: string[] }>(
	Object.entries({
		'/cluster-admin': { role: 'cluster-admin', subjects: ['Group//system:masters'] },
		'/system:basic-user': { role: 'system:basic-user', subjects: ['Group//system:authenticated'] },
		'/system:discovery': { role: 'system:discovery', subjects: ['Group//system:authenticated'] },
		'/system:kube-controller-manager': {
			role: 'system:kube-controller-manager',
			subjects: ['User//system:kube-controller-manager'],
		},
		'/system:kube-dns': { role: 'system:kube-dns', subjects: ['ServiceAccount/kube-system/kube-dns'] },
		'/system:kube-scheduler': { role: 'system:kube-scheduler', subjects: ['User//system:kube-scheduler'] },
		'/system:monitoring': { role: 'system:monitoring', subjects: ['Group//system:monitoring'] },
		'/system:node-proxier': { role: 'system:node-proxier', subjects: ['User//system:kube-proxy'] },
		'/system:public-info-viewer': {
			role: 'system:public-info-viewer',
			subjects: ['Group//system:authenticated', 'Group//system:unauthenticated'],
		},
		'/system:service-account-issuer-discovery': {
			role: 'system:service-account-issuer-discovery',
			subjects: ['Group//system:serviceaccounts'],
		},
		'/system:volume-scheduler': {
			role: 'system:volume-scheduler',
			subjects: ['User//system:kube-scheduler'],
		},
		'kube-system/system::extension-apiserver-authentication-reader': {
			role: 'extension-apiserver-authentication-reader',
			subjects: ['User//system:kube-controller-manager', 'User//system:kube-scheduler'],
		},
		'kube-system/system::leader-locking-kube-controller-manager': {
			role: 'system::leader-locking-kube-controller-manager',
			subjects: [
				'User//system:kube-controller-manager',
				'ServiceAccount/kube-system/kube-controller-manager',
				'ServiceAccount/kube-system/leader-election-controller',
			],
		},
		'kube-system/system::leader-locking-kube-scheduler': {
			role: 'system::leader-locking-kube-scheduler',
			subjects: ['User//system:kube-scheduler', 'ServiceAccount/kube-system/kube-scheduler'],
		},
	}),
);

const CONTROLLER = 'system:controller:';

/** Bound cluster-wide, those of feature gates too; a release that adds one shows it until it is added here. */
const CONTROLLERS = new Set(
	`
		attachdetach-controller certificate-controller clusterrole-aggregation-controller
		cronjob-controller daemon-set-controller deployment-controller device-taint-eviction-controller
		disruption-controller endpoint-controller endpointslice-controller
		endpointslicemirroring-controller ephemeral-volume-controller expand-controller
		generic-garbage-collector horizontal-pod-autoscaler job-controller
		kube-apiserver-serving-clustertrustbundle-publisher legacy-service-account-token-cleaner
		namespace-controller node-controller persistent-volume-binder pod-garbage-collector
		podcertificaterequestcleaner pv-protection-controller pvc-protection-controller
		replicaset-controller replication-controller resource-claim-controller resourcequota-controller
		root-ca-cert-publisher route-controller selinux-warning-controller service-account-controller
		service-cidrs-controller service-controller statefulset-controller
		storage-version-garbage-collector storage-version-migrator-controller
		ttl-after-finished-controller ttl-controller validatingadmissionpolicy-status-controller
		volumeattributesclass-protection-controller
	`
		.trim()
		.split(/\s+/),
);

/** Bound in one namespace. */
const LOCAL_CONTROLLERS = new Set([
	'kube-public/bootstrap-signer',
	'kube-system/bootstrap-signer',
	'kube-system/cloud-provider',
	'kube-system/token-cleaner',
]);

/**
 * Whether the API server itself put this subject into this binding. The label alone proves nothing:
 * anybody who may edit the binding may add a subject, and a role of another name is not the default.
 */
export function isBootstrapDefault(binding: Binding, subject: Subject): boolean {
	if (binding.manager !== 'bootstrap') return false;
	if (binding.roleKind !== (binding.namespace === '' ? 'ClusterRole' : 'Role')) return false;
	const id = `${subject.kind}/${subject.namespace}/${subject.name}`;
	if (binding.name.startsWith(CONTROLLER)) {
		const name = binding.name.slice(CONTROLLER.length);
		const isKnown =
			binding.namespace === ''
				? CONTROLLERS.has(name)
				: LOCAL_CONTROLLERS.has(`${binding.namespace}/${name}`);
		return isKnown && binding.roleName === binding.name && id === `ServiceAccount/kube-system/${name}`;
	}
	const defaults = DEFAULTS.get(`${binding.namespace}/${binding.name}`);
	return defaults !== undefined && binding.roleName === defaults.role && defaults.subjects.includes(id);
}
