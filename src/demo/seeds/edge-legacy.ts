import { bootstrapBindings, bootstrapRoles, clusterAdminBinding } from './bootstrap.ts';
import { readerBinding, readerRole } from './reader.ts';
import { allow, type ClusterSeed } from './seed.ts';

/** An old cluster at the edge that the scanner may only partly read: no Secrets, not even as metadata. */
export const edgeLegacy: ClusterSeed = {
	name: 'edge-legacy',
	gitVersion: 'v1.29.6',
	created: -1480,
	pageSize: 15,
	authorizer: 'rbac',
	hiccups: [{ resource: 'clusterroles', on: 'next_page', answer: 'expired' }],
	scanner: {
		kind: 'certificate',
		certificate: { user: 'kubelapse-scanner', groups: [], from: -0.25, until: 0.75 },
	},
	serviceAccounts: ['kube-system/default', 'kube-system/kube-dns', 'edge/default', 'edge/camera-sync'],
	secrets: [
		{
			name: 'edge/camera-sync-token-2mf4b',
			type: 'kubernetes.io/service-account-token',
			created: -1400,
			serviceAccount: 'camera-sync',
		},
	],
	roles: [
		...bootstrapRoles,
		// coverage/source_unreadable: the rule for secrets is missing
		readerRole(''),
		{ name: 'camera-sync', namespace: 'edge', rules: [allow('get list watch', 'core', 'configmaps pods')] },
	],
	bindings: [
		// privilege/cluster_admin_person: somebody added to a bootstrap binding is judged like any other
		clusterAdminBinding(['User contractor-7']),
		...bootstrapBindings,
		readerBinding('User kubelapse-scanner'),
		// orphan/role_missing
		{
			name: 'site-engineers',
			role: 'ClusterRole site-engineer',
			subjects: ['Group site-engineers'],
			created: -1100,
		},
		{
			name: 'camera-sync',
			namespace: 'edge',
			role: 'Role camera-sync',
			subjects: ['ServiceAccount edge/camera-sync'],
		},
	],
	requests: [
		// credential/lifetime_too_long
		{
			name: 'contractor-7',
			certificate: { user: 'contractor-7', groups: [], from: -1000, until: 825 },
			requester: 'kubernetes-admin',
			decision: 'approved',
			reason: 'KubectlApprove',
		},
	],
};
