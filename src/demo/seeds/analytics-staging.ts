import { bootstrapBindings, bootstrapRoles, clusterAdminBinding } from './bootstrap.ts';
import { readerBinding, readerRole } from './reader.ts';
import { allow, type ClusterSeed } from './seed.ts';

/** A shared staging cluster whose access is partly decided by a webhook that RBAC knows nothing of. */
export const analyticsStaging: ClusterSeed = {
	name: 'analytics-staging',
	gitVersion: 'v1.34.4',
	created: -410,
	pageSize: 25,
	// coverage/authorizer_unseen
	authorizer: 'rbac+webhook',
	hiccups: [{ resource: 'roles', on: 'first_page', answer: 'etcd_timeout' }],
	scanner: {
		kind: 'certificate',
		certificate: { user: 'kubelapse-scanner', groups: [], from: -0.25, until: 0.75 },
	},
	serviceAccounts: [
		'kube-system/default',
		'kube-system/kube-dns',
		'analytics/default',
		'analytics/spark',
		'analytics/notebook',
		'ci/build-agent',
	],
	secrets: [
		// orphan/token_secret_owner_missing: gone, and made again under the same name
		{
			name: 'analytics/airflow-token-9slqt',
			type: 'kubernetes.io/service-account-token',
			created: -380,
			serviceAccount: 'airflow',
			lastUsed: -200,
		},
		{
			name: 'analytics/notebook-token-restored',
			type: 'kubernetes.io/service-account-token',
			created: -250,
			serviceAccount: 'notebook',
			isOwnerRecreated: true,
		},
		{
			name: 'ci/build-agent-token',
			type: 'kubernetes.io/service-account-token',
			created: -300,
			serviceAccount: 'build-agent',
			lastUsed: -95,
			invalidSince: -4,
		},
		{ name: 'analytics/warehouse-login', type: 'Opaque', created: -90 },
	],
	roles: [
		...bootstrapRoles,
		readerRole('list'),
		// A wildcard inside one API group is not cluster-admin.
		{ name: 'spark-operator', rules: [allow('*', 'sparkoperator.k8s.io', '*')] },
		{ name: 'dashboard-viewer', rules: [allow('get list', 'core', 'services pods')] },
		{
			name: 'spark-driver',
			namespace: 'analytics',
			rules: [allow('get list watch create delete', 'core', 'pods configmaps')],
		},
	],
	bindings: [
		clusterAdminBinding(),
		...bootstrapBindings,
		readerBinding('User kubelapse-scanner'),
		// privilege/anonymous_grant
		{
			name: 'open-dashboard',
			role: 'ClusterRole dashboard-viewer',
			subjects: ['Group system:unauthenticated'],
			created: -222,
		},
		{
			name: 'spark-operator',
			role: 'ClusterRole spark-operator',
			subjects: ['ServiceAccount analytics/spark'],
			created: -400,
		},
		// orphan/service_account_missing
		{
			name: 'airflow-editor',
			namespace: 'analytics',
			role: 'ClusterRole edit',
			subjects: ['ServiceAccount analytics/airflow'],
			created: -380,
		},
		{
			name: 'spark-driver',
			namespace: 'analytics',
			role: 'Role spark-driver',
			subjects: ['ServiceAccount analytics/spark'],
			created: -400,
		},
		{
			name: 'analysts',
			role: 'ClusterRole view',
			subjects: ['Group analysts'],
			created: -300,
		},
	],
	requests: [
		// credential/shared_key, with payments-prod
		{
			name: 'etl-runner',
			certificate: { user: 'etl-runner', groups: ['batch'], from: -18, until: 62, sharedKey: 'etl-runner' },
			requester: 'kubernetes-admin',
			decision: 'approved',
			reason: 'KubectlApprove',
		},
		// credential/weak_key
		{
			name: 'spark-submit-appliance',
			certificate: { user: 'spark-submit', groups: ['analysts'], from: -25, until: 60, rsaBits: 1024 },
			requester: 'kubernetes-admin',
			decision: 'approved',
			reason: 'KubectlApprove',
		},
		{
			name: 'node-csr-staging-1',
			certificate: { user: 'system:node:staging-1', groups: ['system:nodes'], from: -60, until: 305 },
			requester: 'system:node:staging-1',
			decision: 'approved',
			reason: 'AutoApproved',
		},
	],
};
