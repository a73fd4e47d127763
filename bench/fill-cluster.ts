import type { KubeClient } from '../test/e2e/kube-client.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const API_GROUP = 'rbac.authorization.k8s.io';
/** Enough to keep the API server busy, few enough for it not to answer 429. */
const WRITERS = 32;

const COUNTS = { namespaces: 20, accounts: 400, roles: 200, clusterRoles: 100, clusterRoleBindings: 1000 };

/** Creates bindings of both kinds and what they name; about one in twenty names what is not there. */
export async function fillCluster(client: KubeClient, bindings: number): Promise<void> {
	await createAll(client, COUNTS.namespaces, at => ['/api/v1/namespaces', { metadata: { name: team(at) } }]);
	await createAll(client, COUNTS.accounts, at => [
		`/api/v1/namespaces/${team(at)}/serviceaccounts`,
		{ metadata: { name: `app-${at}` } },
	]);
	await createAll(client, COUNTS.roles, at => [
		`${RBAC}/namespaces/${team(at)}/roles`,
		{ metadata: { name: `role-${at}` }, rules: rules(at) },
	]);
	await createAll(client, COUNTS.clusterRoles, at => [
		`${RBAC}/clusterroles`,
		{ metadata: { name: `bench-${at}` }, rules: rules(at) },
	]);
	await createAll(client, COUNTS.clusterRoleBindings, at => [
		`${RBAC}/clusterrolebindings`,
		{ metadata: metadata(`everywhere-${at}`, at), roleRef: clusterRole(at), subjects: subjects(at) },
	]);
	await createAll(client, bindings - COUNTS.clusterRoleBindings, at => [
		`${RBAC}/namespaces/${team(at)}/rolebindings`,
		{
			metadata: metadata(`access-${at}`, at),
			roleRef: at % 3 === 0 ? role(at) : clusterRole(at),
			subjects: subjects(at),
		},
	]);
}

async function createAll(
	client: KubeClient,
	count: number,
	objectOf: (at: number) => [path: string, object: object],
): Promise<void> {
	let next = 0;
	const write = async () => {
		while (next < count) await client.create(...objectOf(next++));
	};
	await Promise.all(Array.from({ length: WRITERS }, write));
}

function team(at: number): string {
	return `team-${at % COUNTS.namespaces}`;
}

/** As the tools that make bindings label them. */
function metadata(name: string, at: number) {
	const labels = { 'app.kubernetes.io/managed-by': at % 4 === 0 ? 'Helm' : 'kubectl', team: team(at) };
	const annotations = { 'example.com/requested-by': `person-${at % 900}@example.com` };
	return { name, labels, annotations };
}

/** Every tenth role reads Secrets; the others are what teams usually have. */
function rules(at: number) {
	const read = {
		apiGroups: ['', 'apps'],
		resources: ['pods', 'deployments'],
		verbs: ['get', 'list', 'watch'],
	};
	const secrets = { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] };
	return at % 10 === 0 ? [read, secrets] : [read];
}

/** Roles are created in the namespace of their number, so one in another namespace would not exist. */
function role(at: number) {
	const name = at % 20 === 3 ? `gone-${at % 50}` : `role-${at % COUNTS.roles}`;
	return { apiGroup: API_GROUP, kind: 'Role', name };
}

function clusterRole(at: number) {
	const name = at % 40 === 7 ? 'view' : `bench-${at % COUNTS.clusterRoles}`;
	return { apiGroup: API_GROUP, kind: 'ClusterRole', name };
}

function subjects(at: number) {
	const person = { apiGroup: API_GROUP, kind: 'User', name: `person-${at % 3000}@example.com` };
	const group = { apiGroup: API_GROUP, kind: 'Group', name: `group-${at % 300}` };
	const account = { kind: 'ServiceAccount', name: `app-${at % COUNTS.accounts}`, namespace: team(at) };
	const gone = { ...account, name: `left-${at % 200}` };
	return at % 25 === 0 ? [gone] : at % 5 === 0 ? [person, group] : at % 2 === 0 ? [person] : [account];
}
