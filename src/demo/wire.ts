import type { RuleSeed } from './seeds/seed.ts';

/** metadata of an object, with the fields that the demo sets. */
interface ObjectMeta {
	name: string;
	namespace?: string;
	uid: string;
	resourceVersion: string;
	creationTimestamp: string;
	labels?: Record<string, string>;
	annotations?: Record<string, string>;
}

/** An object as a list holds it: without kind and apiVersion. */
export interface ApiObject {
	metadata: ObjectMeta;
	[field: string]: unknown;
}

/** A subject of a binding. */
export interface ApiSubject {
	kind: string;
	name: string;
	apiGroup?: string;
	namespace?: string;
}

/** A Role or ClusterRole. */
export interface ApiRole extends ApiObject {
	rules: RuleSeed[];
}

/** A RoleBinding or ClusterRoleBinding. */
export interface ApiBinding extends ApiObject {
	roleRef: { apiGroup: string; kind: string; name: string };
	subjects?: ApiSubject[];
}

/** Every object of a cluster by its plural, each list in the order of its keys in etcd. */
export interface Objects {
	namespaces: ApiObject[];
	serviceaccounts: ApiObject[];
	secrets: ApiObject[];
	clusterroles: ApiRole[];
	clusterrolebindings: ApiBinding[];
	roles: ApiRole[];
	rolebindings: ApiBinding[];
	certificatesigningrequests: ApiObject[];
}

/** What the API server knows of whoever asks. */
export interface UserInfo {
	username: string;
	uid?: string;
	groups: string[];
	extra: Record<string, string[]>;
}

/** What the API server answers with. */
export interface Answer {
	code: number;
	/** A string is sent as plain text, as the real server does with what its filters refuse. */
	body: object | string;
	headers?: Record<string, string>;
}

/** The plurals that are served, and where. */
export const resources = {
	namespaces: { group: '', kind: 'Namespace', isNamespaced: false },
	serviceaccounts: { group: '', kind: 'ServiceAccount', isNamespaced: true },
	secrets: { group: '', kind: 'Secret', isNamespaced: true },
	clusterroles: { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', isNamespaced: false },
	clusterrolebindings: {
		group: 'rbac.authorization.k8s.io',
		kind: 'ClusterRoleBinding',
		isNamespaced: false,
	},
	roles: { group: 'rbac.authorization.k8s.io', kind: 'Role', isNamespaced: true },
	rolebindings: { group: 'rbac.authorization.k8s.io', kind: 'RoleBinding', isNamespaced: true },
	certificatesigningrequests: {
		group: 'certificates.k8s.io',
		kind: 'CertificateSigningRequest',
		isNamespaced: false,
	},
} as const satisfies Record<keyof Objects, { group: string; kind: string; isNamespaced: boolean }>;

/** `v1` or `group/v1`: every group here is at version 1. */
export function apiVersionOf(resource: keyof Objects): string {
	const { group } = resources[resource];
	return group === '' ? 'v1' : `${group}/v1`;
}
