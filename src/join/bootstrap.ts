import type { Binding, Subject } from '../model/facts.ts';

/**
 * Subjects of the bindings that the API server makes at every start and that are not named after their
 * controller; `namespace/binding` to the role it names, then `kind/namespace/name`. Read off a fresh
 * 1.34 API server; older ones have the same or fewer.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
const DEFAULTS: Record<string, { role: string; subjects: string[] }> = {
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
	'/system:volume-scheduler': { role: 'system:volume-scheduler', subjects: ['User//system:kube-scheduler'] },
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
};

const CONTROLLER = 'system:controller:';

/**
 * Whether the API server itself put this subject into this binding. The label alone proves nothing:
 * anybody who may edit the binding may add a subject, and a role of another name is not the default.
 */
export function isBootstrapDefault(binding: Binding, subject: Subject): boolean {
	if (binding.manager !== 'bootstrap') return false;
	const id = `${subject.kind}/${subject.namespace}/${subject.name}`;
	if (binding.name.startsWith(CONTROLLER)) {
		const controller = `ServiceAccount/kube-system/${binding.name.slice(CONTROLLER.length)}`;
		return binding.roleName === binding.name && id === controller;
	}
	const defaults = DEFAULTS[`${binding.namespace}/${binding.name}`];
	return defaults !== undefined && binding.roleName === defaults.role && defaults.subjects.includes(id);
}
