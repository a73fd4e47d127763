import { createCluster, type DemoCluster } from '../../../src/demo/cluster.ts';
import { handle } from '../../../src/demo/handle.ts';
import { createKeyRing } from '../../../src/demo/issue.ts';
import { allow, allowPaths, type ClusterSeed } from '../../../src/demo/seeds/seed.ts';
import type { UserInfo } from '../../../src/demo/wire.ts';
import { NOW } from './fleet.ts';

export const RBAC = '/apis/rbac.authorization.k8s.io/v1';
export const GROUP = 'rbac.authorization.k8s.io';
export const CRBS = `${RBAC}/clusterrolebindings`;
export const RBS = `${RBAC}/namespaces/shop/rolebindings`;
export const SECRET = '/api/v1/namespaces/shop/secrets/web-token';
export const PARTIAL = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

const BINDINGS = 'clusterrolebindings rolebindings';

/** Bindings to clean up, a role of each kind to bind, and somebody with just the power to write bindings. */
const seed: ClusterSeed = {
	name: 'small',
	gitVersion: 'v1.34.4',
	created: -10,
	pageSize: 500,
	authorizer: 'rbac',
	hiccups: [],
	scanner: { kind: 'static_token' },
	serviceAccounts: ['shop/web', 'other/default'],
	secrets: [
		{
			name: 'shop/web-token',
			type: 'kubernetes.io/service-account-token',
			created: -9,
			serviceAccount: 'web',
			lastUsed: -3,
		},
		{ name: 'shop/plain', type: 'Opaque', created: -9 },
	],
	roles: [
		{
			name: 'reader',
			rules: [
				allow('get list', 'core', 'pods services'),
				allow('get', 'core', 'secrets', 'a b'),
				allowPaths('get', '/metrics /x/*'),
			],
		},
		{ name: 'writer', rules: [allow('create patch delete get', GROUP, BINDINGS)] },
		{ name: 'binder', rules: [allow('bind', GROUP, 'clusterroles', 'reader gone')] },
		{ name: 'reviewer', rules: [allow('create', 'authorization.k8s.io', 'subjectaccessreviews')] },
		{ name: 'cook', namespace: 'shop', rules: [allow('get', 'core', 'pods')] },
	],
	bindings: [
		{ name: 'a&b', role: 'ClusterRole reader', subjects: ['User r&d <a@b.example>'] },
		{ name: 'gone', role: 'ClusterRole gone', subjects: ['User dana'] },
		{ name: 'readers', role: 'ClusterRole reader', subjects: ['User dana', 'User lena'], labels: { a: 'b' } },
		{ name: 'reviewer', role: 'ClusterRole reviewer', subjects: ['User auditor'] },
		{ name: 'writer', role: 'ClusterRole writer', subjects: ['User robot', 'User holder'] },
		{ name: 'holder', role: 'ClusterRole reader', subjects: ['User holder'] },
		{ name: 'binder', namespace: 'shop', role: 'ClusterRole binder', subjects: ['User robot'] },
		{ name: 'cooks', namespace: 'shop', role: 'Role cook', subjects: ['Group kitchen'] },
	],
	requests: [],
};

// biome-ignore lint/suspicious/noExplicitAny: the shapes of a whole API, asserted by value.
type Reply = { code: number; body: any; delayMs?: number };

/** Asks as somebody: a method, a space, a path; `admin` is one of the masters. A patch is sent as JSON patch. */
export type Ask = (
	username: string,
	call: string,
	body?: unknown,
	headers?: { accept?: string; contentType?: string },
) => Reply;

/** A cluster of its own, and a way to ask it without a wire between. */
export async function smallCluster(): Promise<{ cluster: DemoCluster; ask: Ask }> {
	const cluster = await createCluster(seed, createKeyRing(), NOW);
	const ask: Ask = (username, call, body, { accept, contentType } = {}) => {
		const [method = '', url = ''] = call.split(/ (.*)/s);
		const type = method === 'PATCH' ? 'application/json-patch+json' : 'application/json';
		const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
		const request = { method, url, accept, contentType: contentType ?? type, body: text };
		return handle(cluster, userOf(username), request);
	};
	return { cluster, ask };
}

function userOf(username: string): UserInfo {
	const groups = ['system:authenticated'];
	return { username, groups: username === 'admin' ? ['system:masters', ...groups] : groups, extra: {} };
}

/** A ClusterRoleBinding as somebody sends it. */
export function clusterRoleBinding(name: string, role = 'reader', fields: object = {}) {
	return {
		kind: 'ClusterRoleBinding',
		apiVersion: `${GROUP}/v1`,
		metadata: { name },
		roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
		subjects: [{ kind: 'User', apiGroup: GROUP, name: 'mei' }],
		...fields,
	};
}

/** A RoleBinding as somebody sends it. */
export function roleBinding(name: string, role = 'reader', fields: object = {}) {
	return { ...clusterRoleBinding(name, role), kind: 'RoleBinding', ...fields };
}

/** What a refusal says, the rest being the same in all. */
export function told({ code, body }: Reply): [number, string | undefined, string] {
	return [code, body.reason, body.message];
}
