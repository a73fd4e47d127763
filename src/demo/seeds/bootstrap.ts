import { allow, allowPaths, type BindingSeed, type RoleSeed, type RuleSeed } from './seed.ts';

const READ = 'get list watch';
const WRITE = 'create delete deletecollection patch update';
const EVENTS = allow('create patch update', 'core events.k8s.io', 'events');

/** What `view`, `edit` and `admin` gather; each holds the ones before it. */
const VIEW = [
	allow(READ, 'core', 'configmaps endpoints persistentvolumeclaims pods serviceaccounts services'),
	allow(READ, 'core', 'events limitranges namespaces pods/log pods/status resourcequotas'),
	allow(READ, 'apps', 'daemonsets deployments replicasets statefulsets'),
	allow(READ, 'batch', 'cronjobs jobs'),
	allow(READ, 'networking.k8s.io', 'ingresses networkpolicies'),
];
const EDIT = [
	allow(READ, 'core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'),
	allow('impersonate', 'core', 'serviceaccounts'),
	allow(WRITE, 'core', 'pods pods/attach pods/exec pods/portforward pods/proxy'),
	allow(WRITE, 'core', 'configmaps persistentvolumeclaims secrets serviceaccounts services'),
	allow('create', 'core', 'serviceaccounts/token pods/eviction'),
	allow(WRITE, 'apps', 'daemonsets deployments replicasets statefulsets'),
	allow(WRITE, 'batch', 'cronjobs jobs'),
	allow(WRITE, 'networking.k8s.io', 'ingresses networkpolicies'),
];
const ADMIN = [
	allow('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
	allow(`${READ} ${WRITE}`, 'rbac.authorization.k8s.io', 'roles rolebindings'),
];
const aggregateTo = (role: string) => ({ [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true' });

const USER_ROLES: RoleSeed[] = [
	{ name: 'cluster-admin', rules: [allow('*', '*', '*'), allowPaths('*', '*')] },
	{ name: 'admin', rules: [...ADMIN, ...EDIT, ...VIEW], aggregates: aggregateTo('admin') },
	{
		name: 'edit',
		rules: [...EDIT, ...VIEW],
		labels: aggregateTo('admin'),
		aggregates: aggregateTo('edit'),
	},
	{ name: 'view', rules: VIEW, labels: aggregateTo('edit'), aggregates: aggregateTo('view') },
	{ name: 'system:aggregate-to-admin', rules: ADMIN, labels: aggregateTo('admin') },
	{ name: 'system:aggregate-to-edit', rules: EDIT, labels: aggregateTo('edit') },
	{ name: 'system:aggregate-to-view', rules: VIEW, labels: aggregateTo('view') },
];

const DISCOVERY = '/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/';
const REVIEWS = [
	allow('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
	allow('create', 'authentication.k8s.io', 'selfsubjectreviews'),
];
const CONTROLLER_MANAGER = [
	EVENTS,
	allow('get create update delete', 'core', 'secrets'),
	allow('get create update', 'core', 'serviceaccounts'),
	allow('create', 'core', 'serviceaccounts/token'),
	allow('list watch', '*', '*'),
];

/** Roles that the API server itself makes and binds, with the subjects that it binds them to. */
const BOUND: [name: string, subjects: string[], rules: RuleSeed[]][] = [
	['system:basic-user', ['Group system:authenticated'], REVIEWS],
	['system:discovery', ['Group system:authenticated'], [allowPaths('get', DISCOVERY)]],
	[
		'system:public-info-viewer',
		['Group system:authenticated', 'Group system:unauthenticated'],
		[allowPaths('get', '/healthz /livez /readyz /version /version/')],
	],
	[
		'system:monitoring',
		['Group system:monitoring'],
		[allowPaths('get', '/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*')],
	],
	[
		'system:service-account-issuer-discovery',
		['Group system:serviceaccounts'],
		[
			allowPaths(
				'get',
				'/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks',
			),
		],
	],
	['system:kube-controller-manager', ['User system:kube-controller-manager'], CONTROLLER_MANAGER],
	[
		'system:kube-scheduler',
		['User system:kube-scheduler'],
		[EVENTS, allow(READ, 'core', 'nodes pods services'), allow('create', 'core', 'bindings pods/binding')],
	],
	[
		'system:node-proxier',
		['User system:kube-proxy'],
		[EVENTS, allow('list watch', 'core', 'services endpoints'), allow(READ, 'core', 'nodes')],
	],
	// Of the Node authorizer's own: the binding exists, and has no subjects.
	[
		'system:node',
		[],
		[allow(READ, 'core', 'pods secrets configmaps'), allow('create', 'core', 'serviceaccounts/token')],
	],
	[
		'system:kube-dns',
		['ServiceAccount kube-system/kube-dns'],
		[allow('list watch', 'core', 'endpoints services')],
	],
];

const ALL_SIGNERS =
	'kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown';

/** Controllers: their accounts exist only where the controller manager made them. */
const CONTROLLERS: [name: string, rules: RuleSeed[]][] = [
	[
		'certificate-controller',
		[
			allow('delete get list watch', 'certificates.k8s.io', 'certificatesigningrequests'),
			allow(
				'update',
				'certificates.k8s.io',
				'certificatesigningrequests/approval certificatesigningrequests/status',
			),
			allow('approve', 'certificates.k8s.io', 'signers', 'kubernetes.io/kube-apiserver-client-kubelet'),
			allow('sign', 'certificates.k8s.io', 'signers', ALL_SIGNERS),
			EVENTS,
		],
	],
	[
		'clusterrole-aggregation-controller',
		[allow('escalate get list patch update watch', 'rbac.authorization.k8s.io', 'clusterroles')],
	],
	['cronjob-controller', [allow(`${READ} update`, 'batch', 'cronjobs'), EVENTS]],
	['daemon-set-controller', [allow('create delete list patch watch', 'core', 'pods'), EVENTS]],
	['deployment-controller', [allow(`${READ} ${WRITE}`, 'apps', 'replicasets'), EVENTS]],
	['endpointslice-controller', [allow(READ, 'core', 'nodes pods services'), EVENTS]],
	['expand-controller', [allow('get list patch update watch', 'core', 'persistentvolumes'), EVENTS]],
	['generic-garbage-collector', [allow('delete get list patch update watch', '*', '*'), EVENTS]],
	['horizontal-pod-autoscaler', [allow('get update', '*', '*/scale'), EVENTS]],
	['job-controller', [allow('create delete list patch watch', 'core', 'pods'), EVENTS]],
	['legacy-service-account-token-cleaner', [allow('delete patch', 'core', 'secrets')]],
	['namespace-controller', [allow('delete deletecollection get list watch', '*', '*')]],
	['node-controller', [allow('delete get list patch update watch', 'core', 'nodes'), EVENTS]],
	['persistent-volume-binder', [allow(`${READ} ${WRITE}`, 'core', 'persistentvolumes pods'), EVENTS]],
	['replicaset-controller', [allow('create delete list patch watch', 'core', 'pods'), EVENTS]],
	['resourcequota-controller', [allow('list watch', '*', '*'), EVENTS]],
	['root-ca-cert-publisher', [allow('create update', 'core', 'configmaps'), EVENTS]],
	['service-account-controller', [allow('create', 'core', 'serviceaccounts'), EVENTS]],
	['statefulset-controller', [allow('create delete get patch update', 'core', 'pods'), EVENTS]],
	['ttl-controller', [allow('list patch update watch', 'core', 'nodes'), EVENTS]],
];

const UNBOUND: [name: string, rules: RuleSeed[]][] = [
	[
		'system:auth-delegator',
		[
			allow('create', 'authentication.k8s.io', 'tokenreviews'),
			allow('create', 'authorization.k8s.io', 'subjectaccessreviews'),
		],
	],
	[
		'system:node-bootstrapper',
		[allow('create get list watch', 'certificates.k8s.io', 'certificatesigningrequests')],
	],
	[
		'system:certificates.k8s.io:kube-apiserver-client-approver',
		[allow('approve', 'certificates.k8s.io', 'signers', 'kubernetes.io/kube-apiserver-client')],
	],
];

const NAMESPACED: [namespace: string, name: string, subjects: string[], rules: RuleSeed[]][] = [
	[
		'kube-system',
		'system:controller:token-cleaner',
		['ServiceAccount kube-system/token-cleaner'],
		[allow('delete get list watch', 'core', 'secrets')],
	],
	[
		'kube-system',
		'system:controller:cloud-provider',
		['ServiceAccount kube-system/cloud-provider'],
		[allow('create get list update watch', 'core', 'configmaps')],
	],
	[
		'kube-public',
		'system:controller:bootstrap-signer',
		['ServiceAccount kube-system/bootstrap-signer'],
		[allow('update', 'core', 'configmaps', 'cluster-info')],
	],
];

/**
 * Part of the roles that every API server makes at its start, shortened where no power depends on it.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
export const bootstrapRoles: RoleSeed[] = [
	...USER_ROLES,
	...BOUND.map(([name, , rules]) => ({ name, rules })),
	...CONTROLLERS.map(([name, rules]) => ({ name: `system:controller:${name}`, rules })),
	...UNBOUND.map(([name, rules]) => ({ name, rules })),
	...NAMESPACED.map(([namespace, name, , rules]) => ({ namespace, name, rules })),
].map(role => ({ ...role, isBootstrap: true }));

/** The bindings that come with them; `cluster-admin` is left to each cluster, since people add themselves to it. */
export const bootstrapBindings: BindingSeed[] = [
	...BOUND.map(([name, subjects]) => ({ name, role: `ClusterRole ${name}`, subjects })),
	...CONTROLLERS.map(([name]) => ({
		name: `system:controller:${name}`,
		role: `ClusterRole system:controller:${name}`,
		subjects: [`ServiceAccount kube-system/${name}`],
	})),
	...NAMESPACED.map(([namespace, name, subjects]) => ({ namespace, name, role: `Role ${name}`, subjects })),
].map(binding => ({ ...binding, isBootstrap: true }));

/** The binding of `cluster-admin`, with whoever somebody put beside `system:masters`. */
export function clusterAdminBinding(added: string[] = []): BindingSeed {
	const subjects = ['Group system:masters', ...added];
	return { name: 'cluster-admin', role: 'ClusterRole cluster-admin', subjects, isBootstrap: true };
}
