import { bootstrapBindings, bootstrapRoles, clusterAdminBinding } from './bootstrap.ts';
import { readerBinding, readerRole } from './reader.ts';
import { allow, type ClusterSeed } from './seed.ts';

/** A busy production cluster: mostly in order, with what people left behind. */
export const paymentsProd: ClusterSeed = {
	name: 'payments-prod',
	gitVersion: 'v1.34.4',
	created: -760,
	pageSize: 20,
	authorizer: 'rbac',
	hiccups: [{ resource: '*', on: 'first_page', answer: 'too_many_requests' }],
	scanner: { kind: 'bound_token', serviceAccount: 'kubelapse/scanner', from: 0, until: 1 },
	serviceAccounts: [
		'kube-system/default',
		'kube-system/kube-dns',
		'kube-system/deployment-controller',
		'kube-system/replicaset-controller',
		'ci/deployer',
		'kubelapse/scanner',
		'monitoring/prometheus',
		'payments/default',
		'payments/ledger-api',
		'payments/ledger-writer',
	],
	secrets: [
		{ name: 'payments/ledger-db', type: 'Opaque', created: -300 },
		{ name: 'payments/ledger-tls', type: 'kubernetes.io/tls', created: -30 },
		// kind/long_lived_token_secret and usage/token_idle
		{
			name: 'ci/deployer-token-x7k2p',
			type: 'kubernetes.io/service-account-token',
			created: -640,
			serviceAccount: 'deployer',
			lastUsed: -127,
			isApplied: true,
		},
		// kind/long_lived_token_secret, in daily use
		{
			name: 'monitoring/prometheus-federation',
			type: 'kubernetes.io/service-account-token',
			created: -210,
			serviceAccount: 'prometheus',
			lastUsed: -1,
		},
		{
			name: 'kube-system/bootstrap-token-4nq8wd',
			type: 'bootstrap.kubernetes.io/token',
			created: -1,
			expires: 1,
		},
	],
	roles: [
		...bootstrapRoles,
		readerRole('get list'),
		{
			name: 'certificate-desk',
			rules: [
				allow('get list watch', 'certificates.k8s.io', 'certificatesigningrequests'),
				allow('update', 'certificates.k8s.io', 'certificatesigningrequests/approval'),
				allow('approve', 'certificates.k8s.io', 'signers', 'kubernetes.io/kube-apiserver-client'),
				allow('create', 'core', 'serviceaccounts/token'),
			],
		},
		{ name: 'metrics-reader', rules: [allow('get list watch', 'core', 'nodes nodes/metrics pods')] },
		{
			name: 'ledger-support',
			namespace: 'payments',
			rules: [allow('get list watch', 'core', 'pods pods/log events')],
		},
		{
			name: 'deployer',
			namespace: 'payments',
			rules: [allow('get list watch create update patch', 'apps', 'deployments')],
		},
	],
	bindings: [
		clusterAdminBinding(),
		...bootstrapBindings,
		readerBinding('ServiceAccount kubelapse/scanner'),
		// privilege/cluster_admin_person
		{
			name: 'platform-admins',
			role: 'ClusterRole cluster-admin',
			subjects: ['User lena.fischer@payments.example', 'User dana.okafor'],
			created: -500,
		},
		// privilege/mints_credentials
		{
			name: 'certificate-desk',
			role: 'ClusterRole certificate-desk',
			subjects: ['User ravi.menon'],
			created: -410,
		},
		// orphan/service_account_missing: the second account went with an uninstalled chart
		{
			name: 'metrics-reader',
			role: 'ClusterRole metrics-reader',
			subjects: ['ServiceAccount monitoring/prometheus', 'ServiceAccount monitoring/thanos-sidecar'],
			created: -420,
			labels: { 'app.kubernetes.io/managed-by': 'Helm' },
		},
		// orphan/role_missing
		{
			name: 'refund-operators',
			namespace: 'payments',
			role: 'Role refund-operator',
			subjects: ['Group refunds'],
			created: -333,
		},
		{
			name: 'ledger-support',
			namespace: 'payments',
			role: 'Role ledger-support',
			subjects: ['Group payments-support', 'User mei.tanaka'],
			created: -60,
		},
		{
			name: 'deployer',
			namespace: 'payments',
			role: 'Role deployer',
			subjects: ['ServiceAccount ci/deployer'],
			created: -640,
		},
	],
	requests: [
		// privilege/system_masters_certificate and credential/lifetime_too_long
		{
			name: 'break-glass',
			certificate: { user: 'break-glass', groups: ['system:masters'], from: -350, until: 745 },
			requester: 'kubernetes-admin',
			decision: 'approved',
			reason: 'KubectlApprove',
		},
		// credential/expired
		{
			name: 'dana-okafor-2',
			certificate: { user: 'dana.okafor', groups: ['platform'], from: -130, until: -40 },
			requester: 'break-glass',
			askedWith: 'break-glass',
			decision: 'approved',
			reason: 'KubectlApprove',
		},
		// credential/expires_soon
		{
			name: 'ravi-menon-laptop',
			certificate: { user: 'ravi.menon', groups: ['platform'], from: -85, until: 5 },
			requester: 'break-glass',
			askedWith: 'break-glass',
			decision: 'approved',
			reason: 'KubectlApprove',
		},
		// credential/shared_key, with analytics-staging
		{
			name: 'etl-runner',
			certificate: { user: 'etl-runner', groups: ['batch'], from: -20, until: 60, sharedKey: 'etl-runner' },
			requester: 'ravi.menon',
			decision: 'approved',
			reason: 'KubectlApprove',
		},
		{
			name: 'mei-tanaka-3',
			certificate: { user: 'mei.tanaka', groups: ['payments-support'], from: -0.25, until: 0.75 },
			requester: 'mei.tanaka',
			decision: 'approved',
			reason: 'KubectlApprove',
		},
		{
			name: 'node-csr-worker-2',
			certificate: { user: 'system:node:worker-2', groups: ['system:nodes'], from: -120, until: 245 },
			requester: 'system:bootstrap:4nq8wd',
			decision: 'approved',
			reason: 'AutoApproved',
		},
		{
			name: 'intern-cluster-admin',
			certificate: { user: 'intern', groups: ['system:masters'], from: 0, until: 365 },
			requester: 'mei.tanaka',
			decision: 'denied',
			reason: 'KubectlDeny',
		},
		{
			name: 'mei-tanaka-4',
			certificate: { user: 'mei.tanaka', groups: ['payments-support'], from: 0, until: 1 },
			requester: 'mei.tanaka',
			decision: 'pending',
			reason: '',
		},
	],
};
