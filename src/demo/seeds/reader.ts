import { allow, type BindingSeed, type RoleSeed } from './seed.ts';

/** What the scanner may read of a cluster; `secretVerbs` is empty where it may not even list them. */
export function readerRole(secretVerbs: '' | 'list' | 'get list'): RoleSeed {
	const secrets = secretVerbs === '' ? [] : [allow(secretVerbs, 'core', 'secrets')];
	return {
		name: 'kubelapse-reader',
		rules: [
			allow('get', 'core', 'namespaces', 'kube-system'),
			allow('list', 'core', 'serviceaccounts'),
			...secrets,
			allow('list', 'rbac.authorization.k8s.io', 'clusterroles clusterrolebindings roles rolebindings'),
			allow('list', 'certificates.k8s.io', 'certificatesigningrequests'),
		],
	};
}

/** Binds it to the scanner's user or account. */
export function readerBinding(subject: string): BindingSeed {
	return {
		name: 'kubelapse-reader',
		role: 'ClusterRole kubelapse-reader',
		subjects: [subject],
		created: -20,
	};
}
