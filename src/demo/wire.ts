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

/** A request, as far as an answer depends on it. */
export interface ApiRequest {
	method: string;
	/** Path and query. */
	url: string;
	accept: string | undefined;
	contentType: string | undefined;
	body: string;
}

/** What a path names; no name means all, no namespace the whole cluster. */
export interface Target {
	group: string;
	namespace: string;
	resource: string;
	name: string;
}

/** What the API server answers with. */
export interface Answer {
	/** 0 where it cuts the connection instead. */
	code: number;
	/** A string is sent as plain text, as the real server does with what its filters refuse. */
	body: object | string;
	headers?: Record<string, string>;
	/** How long it keeps the client waiting. */
	delayMs?: number;
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

/** What may be done to them beside reading; the remaining ones are read only. */
export const writeVerbs = {
	secrets: ['delete', 'patch'],
	clusterrolebindings: ['create', 'delete', 'patch'],
	rolebindings: ['create', 'delete', 'patch'],
} as const satisfies Partial<Record<keyof Objects, string[]>>;

/** A plural whose objects can be changed. */
export type Writable = keyof typeof writeVerbs;

/** Whether objects of a plural can be changed. */
export function isWritable(resource: keyof Objects): resource is Writable {
	return Object.hasOwn(writeVerbs, resource);
}

/** `v1` or `group/v1`: every group here is at version 1. */
export function apiVersionOf(resource: keyof Objects): string {
	const { group } = resources[resource];
	return group === '' ? 'v1' : `${group}/v1`;
}
