import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { DAY, HOUR } from '../../src/lib/epoch.ts';
import type { EpochSeconds } from '../../src/model/facts.ts';
import type { Cluster } from './control-plane.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { createKey } from './pki.ts';
import type { SeededCluster } from './seed.ts';
import {
	addSubjects,
	type BindingShape,
	createBinding,
	createClusterRole,
	type RoleShape,
	type SeededBinding,
} from './seed-access.ts';
import {
	decide,
	requestCertificate,
	type SeededCertificate,
	signCertificate,
	submitRequest,
	workingDay,
} from './seed-certificates.ts';
import {
	createBootstrapToken,
	createOpaqueSecret,
	createTokenSecret,
	markInvalid,
	markLastUsed,
	useToken,
} from './seed-tokens.ts';

/** Names of users, bindings and (missing) roles: markup, a line break, an override to right-to-left, a terminal escape, a path, and sheer length. */
const HOSTILE_NAMES = [
	'<script>alert(1)<x>',
	'"><img src=x onerror=alert(2)>',
	'line\nbreak\r\nSet-Cookie: x',
	'\u202egnp.nimda',
	'\u001b[31mred\u001b]0;title\u0007',
	'..',
	'{{constructor}}',
	'a'.repeat(10_000),
];

/** The cluster with all the trouble. */
export async function seedEast(
	cluster: Cluster,
	files: string,
	now: EpochSeconds,
): Promise<Omit<SeededCluster, 'scanners'>> {
	for (const name of ['payments', 'legacy']) {
		await cluster.admin.create('/api/v1/namespaces', { metadata: { name } });
	}
	const tokens = await seedTokens(cluster, now);
	return {
		cluster,
		certificates: await seedCertificates(cluster, files, now),
		requests: await seedRequests(cluster),
		...(await seedBindings(cluster)),
		tokens,
		bootstrapTokens: {
			dated: await createBootstrapToken(cluster, 'e2e001', now + DAY),
			undated: await createBootstrapToken(cluster, 'e2e002', null),
		},
		opaqueSecrets: { database: await createOpaqueSecret(cluster, 'payments', 'database') },
		kubeconfigs: {
			ci: tokenKubeconfig(cluster, files, tokens.ci?.secret ?? ''),
			laptop: laptopKubeconfig(cluster, files),
		},
	};
}

async function seedCertificates(
	cluster: Cluster,
	folder: string,
	now: EpochSeconds,
): Promise<Record<string, SeededCertificate>> {
	const day = workingDay(now);
	const shared = await createKey();
	const requested = (id: string, expirationSeconds?: number, holder = {}) =>
		requestCertificate(cluster, { id, folder, ...holder }, expirationSeconds);
	const signed = (id: string, dates = day, holder = {}) =>
		signCertificate(cluster, { id, folder, ...holder }, dates);
	return {
		alice: await requested('alice', 12 * HOUR, { groups: ['platform'] }),
		// No expirationSeconds: the signer gives its default, a year.
		bob: await requested('bob'),
		erin: await requested('erin', 12 * HOUR),
		frank: await requested('frank', 12 * HOUR, { key: shared }),
		grace: await requested('grace', 12 * HOUR, { key: shared }),
		mallet: await requested('mallet', undefined, { username: HOSTILE_NAMES.slice(0, 5).join('') }),
		carol: await signed('carol', { notBefore: now - 60 * DAY, notAfter: now + 5 * DAY }),
		dave: await signed('dave', { notBefore: now - 400 * DAY, notAfter: now - 35 * DAY }),
		wanda: await signed('wanda', day, { key: await createKey('RSA-1024') }),
		oscar: await signed('oscar', day, { groups: ['system:masters'] }),
	};
}

async function seedRequests(cluster: Cluster): Promise<SeededCluster['requests']> {
	const pending = await submitRequest(cluster, { id: 'heidi' }, await createKey(), 12 * HOUR);
	const denied = await submitRequest(cluster, { id: 'ivan' }, await createKey(), 12 * HOUR);
	await decide(cluster, denied, 'Denied');
	return {
		heidi: { uid: pending.metadata.uid, name: 'heidi', username: 'heidi' },
		ivan: { uid: denied.metadata.uid, name: 'ivan', username: 'ivan' },
	};
}

async function seedTokens(cluster: Cluster, now: EpochSeconds): Promise<SeededCluster['tokens']> {
	const create = (name: string, annotations = {}) =>
		createTokenSecret(cluster, 'payments', name, annotations);
	const ci = await create('ci', {
		// As kubectl apply leaves it: the annotation repeats what the Secret holds.
		'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"token":"${APPLIED_TOKEN}"}}`,
	});
	return {
		ci: await useToken(cluster, ci),
		cron: await create('cron'),
		etl: await markLastUsed(cluster, await create('etl'), now - 200 * DAY),
		// Refused, and written down as used all the same.
		retired: await useToken(cluster, await markInvalid(cluster, await create('retired'), now - 3 * DAY)),
	};
}

const ROLES: RoleShape[] = [
	{
		name: 'superuser',
		rules: [
			{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
			{ verbs: ['*'], nonResourceURLs: ['*'] },
		],
	},
	// All of one API group is not all of the cluster.
	{ name: 'apps-owner', rules: [{ verbs: ['*'], apiGroups: ['apps'], resources: ['*'] }] },
	{
		name: 'impersonator',
		rules: [{ verbs: ['impersonate'], apiGroups: [''], resources: ['users', 'groups'] }],
	},
	approver('client-approver', 'kubernetes.io/kube-apiserver-client'),
	// Certificates of kubelets' servers open nothing to whoever approves them.
	approver('serving-approver', 'kubernetes.io/kubelet-serving'),
	{
		name: 'token-maker',
		labels: { 'kubelapse.test/part-of': 'robots' },
		rules: [{ verbs: ['create'], apiGroups: [''], resources: ['serviceaccounts/token'] }],
	},
	{ name: 'robots', aggregates: { 'kubelapse.test/part-of': 'robots' } },
];

const BINDINGS: BindingShape[] = [
	{ name: 'alice-admin', role: 'ClusterRole cluster-admin', subjects: ['User alice'] },
	{ name: 'ci-admin', role: 'ClusterRole cluster-admin', subjects: ['ServiceAccount payments/ci'] },
	{ name: 'sam-superuser', role: 'ClusterRole superuser', subjects: ['User sam'] },
	{ name: 'bob-view', namespace: 'payments', role: 'ClusterRole view', subjects: ['User bob', 'User carol'] },
	{ name: 'quinn-apps', role: 'ClusterRole apps-owner', subjects: ['User quinn'] },
	{ name: 'olivia-impersonates', role: 'ClusterRole impersonator', subjects: ['User olivia'] },
	{ name: 'olivia-approves', role: 'ClusterRole client-approver', subjects: ['User olivia'] },
	{ name: 'peggy-approves', role: 'ClusterRole serving-approver', subjects: ['User peggy'] },
	{ name: 'rita-robots', role: 'ClusterRole robots', subjects: ['User rita'] },
	{ name: 'anyone-views', role: 'ClusterRole view', subjects: ['Group system:unauthenticated'] },
	{
		name: 'anonymous-views',
		namespace: 'payments',
		role: 'ClusterRole view',
		subjects: ['User system:anonymous'],
	},
	{
		name: 'account-gone',
		namespace: 'legacy',
		role: 'ClusterRole edit',
		subjects: ['ServiceAccount legacy/gone'],
	},
	{
		name: 'account-gone-as-user',
		role: 'ClusterRole view',
		subjects: ['User system:serviceaccount:legacy:gone', 'ServiceAccount payments/cron'],
	},
	{ name: 'role-gone', namespace: 'payments', role: 'Role vanished', subjects: ['User victor'] },
	{ name: 'clusterrole-gone', role: 'ClusterRole vanished', subjects: ['User victor'] },
];

async function seedBindings(cluster: Cluster): Promise<Pick<SeededCluster, 'bindings' | 'hostileBindings'>> {
	for (const role of ROLES) await createClusterRole(cluster, role);
	const seeded: SeededBinding[] = [];
	for (const binding of BINDINGS) seeded.push(await createBinding(cluster, binding));
	// A person in a binding that the API server keeps; it would put its own subjects back, and leaves hers.
	seeded.push(await addSubjects(cluster, 'cluster-admin', ['User mallory']));
	seeded.push(await addSubjects(cluster, 'system:basic-user', ['User nina']));
	const hostileBindings: SeededCluster['hostileBindings'] = [];
	for (const subject of HOSTILE_NAMES) {
		// Names of RBAC objects are free but for '/', '%' and the two that are paths.
		const name = subject === '..' ? 'dots' : subject;
		const binding = { name, role: `ClusterRole ${name}`, subjects: [`User ${subject}`] };
		hostileBindings.push({ ...(await createBinding(cluster, binding)), subject });
	}
	return { bindings: Object.fromEntries(seeded.map(binding => [binding.name, binding])), hostileBindings };
}

function approver(name: string, signer: string): RoleShape {
	const apiGroups = ['certificates.k8s.io'];
	return {
		name,
		rules: [
			{ verbs: ['update'], apiGroups, resources: ['certificatesigningrequests/approval'] },
			{ verbs: ['approve'], apiGroups, resources: ['signers'], resourceNames: [signer] },
		],
	};
}

/** A pipeline's file: the never-ending token of an administrator. */
function tokenKubeconfig(cluster: Cluster, files: string, token: string): string {
	return writeKubeconfig(join(files, 'east-ci.kubeconfig'), {
		cluster: cluster.name,
		server: cluster.server,
		ca: cluster.authority.certificatePem,
		user: { name: 'ci', token },
	});
}

/** What an old laptop keeps: a password, a static token, no check of the server, and plain HTTP. */
function laptopKubeconfig(cluster: Cluster, files: string): string {
	const path = join(files, 'east-laptop.kubeconfig');
	const text = stringify({
		apiVersion: 'v1',
		kind: 'Config',
		'current-context': 'unchecked',
		clusters: [
			{ name: 'unchecked', cluster: { server: cluster.server, 'insecure-skip-tls-verify': true } },
			{ name: 'plain', cluster: { server: 'http://127.0.0.1:8080' } },
		],
		contexts: [
			{ name: 'unchecked', context: { cluster: 'unchecked', user: 'static' } },
			{ name: 'plain', context: { cluster: 'plain', user: 'basic' } },
		],
		users: [
			{ name: 'static', user: { token: LAPTOP_SECRETS.token } },
			{ name: 'basic', user: { username: 'trent', password: LAPTOP_SECRETS.password } },
		],
	});
	writeFileSync(path, text, { mode: 0o644 });
	return path;
}

/** Stand-ins for what nobody may print. */
export const APPLIED_TOKEN = 'bGVha2VkLWJ5LWFubm90YXRpb24=';
export const LAPTOP_SECRETS = { token: 'static-token-of-the-laptop', password: 'password-of-the-laptop' };
