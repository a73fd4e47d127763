import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DAY, HOUR } from '../../src/lib/epoch.ts';
import { buildControlPlane, type Cluster, startCluster } from './control-plane.ts';
import { type KubeClient, type KubeObject, kubeClient } from './kube-client.ts';
import { temporaryFolder } from './processes.ts';
import { addSubjects } from './seed-access.ts';
import {
	requestCertificate,
	type SeededCertificate,
	signCertificate,
	workingDay,
} from './seed-certificates.ts';
import {
	createBootstrapToken,
	createTokenSecret,
	markInvalid,
	markLastUsed,
	type SeededSecret,
	type SeededToken,
} from './seed-tokens.ts';

/** A cluster with much that ought to end, and those who end it. */
export interface RemediatedCluster {
	cluster: Cluster;
	/** Results, plans and journals; removed at the end. */
	dir: string;
	/** `--state` of every run. */
	state: string;
	people: Record<Person, SeededCertificate>;
	/** Bound to the scan role and to one of the two roles for remediation, as `deploy/` has them. */
	appliers: Record<'full' | 'deleteOnly', SeededCertificate>;
	/** Of the group system:masters, which no change of RBAC limits. */
	maxine: SeededCertificate;
	tokens: Record<'busy' | 'idle' | 'retired', SeededToken>;
	/** `token` is what a node joins with. */
	bootstrap: SeededSecret & { token: string };
}

export type Person = (typeof PEOPLE)[number];
const PEOPLE = ['gina', 'hank', 'iris', 'jack', 'lena', 'otto', 'ursula'] as const;

/** An RBAC subject as it is written. */
export type WrittenSubject = { kind: string; name: string; namespace?: string; apiGroup?: string };

const RBAC = 'rbac.authorization.k8s.io';
const API = `/apis/${RBAC}/v1`;

export const user = (name: string): WrittenSubject => ({ kind: 'User', name, apiGroup: RBAC });
export const group = (name: string): WrittenSubject => ({ kind: 'Group', name, apiGroup: RBAC });
export const account = (name: string): WrittenSubject => ({
	kind: 'ServiceAccount',
	name,
	namespace: 'shop',
});

/** Path of a binding, by `name` or `namespace/name`. */
export function bindingPath(id: string): string {
	const [name = '', namespace] = id.split('/').toReversed();
	return namespace === undefined
		? `${API}/clusterrolebindings/${name}`
		: `${API}/namespaces/${namespace}/rolebindings/${name}`;
}

/** Makes a binding with the very subjects that are given, to the ClusterRole of that name. */
export function bind(
	{ admin }: Cluster,
	id: string,
	role: string,
	subjects: WrittenSubject[],
): Promise<KubeObject> {
	const path = bindingPath(id);
	const at = path.lastIndexOf('/');
	return admin.create(path.slice(0, at), {
		metadata: { name: path.slice(at + 1), labels: { team: 'shop' }, annotations: { 'example.com/why': id } },
		roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
		subjects,
	});
}

/** Starts a cluster and puts there what the cases end, each its own. */
export async function startRemediatedCluster(log: (line: string) => void): Promise<RemediatedCluster> {
	const dir = temporaryFolder();
	const cluster = await startCluster({
		name: 'remedied',
		dir: join(dir, 'remedied'),
		programs: await buildControlPlane(log),
		apiserver: { 'enable-bootstrap-token-auth': 'true' },
	});
	const folder = join(dir, 'people');
	mkdirSync(folder);
	const work = join(dir, 'work');
	mkdirSync(work);
	const now = Math.floor(Date.now() / 1000);
	for (const name of ['shop', 'bar'])
		await cluster.admin.create('/api/v1/namespaces', { metadata: { name } });
	const [people, tokens] = [await seedPeople(cluster, folder), await seedTokens(cluster, now)];
	const appliers = await seedAppliers(cluster, folder, now);
	await seedBindings(cluster);
	const bootstrap = await createBootstrapToken(cluster, 'ab12cd', null);
	return {
		...{ cluster, dir: work, state: join(dir, 'state'), people, appliers, tokens },
		maxine: await signCertificate(
			cluster,
			{ id: 'maxine', groups: ['system:masters'], folder },
			workingDay(now),
		),
		bootstrap: { ...bootstrap, token: `ab12cd.${bootstrap.secret}` },
	};
}

async function seedPeople(cluster: Cluster, folder: string): Promise<RemediatedCluster['people']> {
	const all = await Promise.all(
		PEOPLE.map(async id => {
			const holder = { id, folder, ...(id === 'otto' && { groups: ['ops'] }) };
			return [id, await requestCertificate(cluster, holder, 10 * HOUR)];
		}),
	);
	return Object.fromEntries(all); // an entry for each of PEOPLE
}

async function seedTokens(cluster: Cluster, now: number): Promise<RemediatedCluster['tokens']> {
	const [busy, idle, retired] = await Promise.all([
		createTokenSecret(cluster, 'shop', 'busy'),
		createTokenSecret(cluster, 'shop', 'idle'),
		createTokenSecret(cluster, 'shop', 'retired'),
	]);
	const silent = await markLastUsed(cluster, retired, now - 40 * DAY);
	return { busy, idle, retired: await markInvalid(cluster, silent, now - 20 * DAY) };
}

const DEPLOY = new URL('../../deploy/kubernetes/', import.meta.url);

/** Whoever applies: the shipped roles and nothing else. */
async function seedAppliers(
	cluster: Cluster,
	folder: string,
	now: number,
): Promise<RemediatedCluster['appliers']> {
	for (const name of ['scan', 'remediate', 'remediate-delete'])
		await cluster.admin.create(
			`${API}/clusterroles`,
			parse(readFileSync(new URL(`${name}-clusterrole.yaml`, DEPLOY), 'utf8')),
		);
	const applier = async (id: string, role: string) => {
		await bind(cluster, `${id}-scans`, 'kubelapse-scan', [user(id)]);
		await bind(cluster, `${id}-acts`, role, [user(id)]);
		return signCertificate(cluster, { id, folder }, workingDay(now));
	};
	return {
		full: await applier('remediator', 'kubelapse-remediate'),
		deleteOnly: await applier('deleter', 'kubelapse-remediate-delete'),
	};
}

/** Names of one subject in every form, and twice. */
export const MENU = [
	user('gina'),
	account('busy'),
	user('system:serviceaccount:shop:lost'),
	user('gina'),
	account('lost'),
];

async function seedBindings(cluster: Cluster): Promise<void> {
	await bind(cluster, 'shop/menu', 'edit', MENU);
	await bind(cluster, 'hank-views', 'view', [user('hank'), user('hank')]);
	await bind(cluster, 'shop/busy-edits', 'edit', [account('busy'), account('idle'), user('ursula')]);
}

/** Bindings of roles that are not there: of each subject a finding, and of most no step. */
export async function bindToNothing({ cluster }: RemediatedCluster): Promise<void> {
	await bind(cluster, 'nowhere', 'nowhere', [
		group('ops'),
		group('system:masters'),
		group('system:nodes'),
		user('break-glass-1'),
		user('remediator'),
		user('system:anonymous'),
		user('system:kube-proxy'),
		user('system:node:n1'),
		user('system:sysadmin'),
		account('busy'),
	]);
	await cluster.admin.remove(`${API}/clusterroles/system:monitoring`);
	await addSubjects(cluster, 'system:monitoring', ['User ursula']);
}

/** Sends requests with a certificate of somebody. */
export function loginOf({ cluster }: RemediatedCluster, { pem, key }: SeededCertificate): KubeClient {
	return kubeClient({ ...endpoint(cluster), certificate: { pem, keyPem: key.privatePem } });
}

/** Sends requests with a token. */
export function bearer({ cluster }: RemediatedCluster, token: string): KubeClient {
	return kubeClient({ ...endpoint(cluster), token });
}

const endpoint = ({ server, authority }: Cluster) => ({ server, ca: authority.certificatePem });

/** A roster with the state of everybody; whoever is not named is active. */
export function writeRoster({ dir }: RemediatedCluster, name: string, gone: Person[]): string {
	const rows = PEOPLE.map(person => `${person},${gone.includes(person) ? 'deleted' : 'active'}`);
	const path = join(dir, `${name}.csv`);
	writeFileSync(path, `username,state\n${rows.join('\n')}\n`);
	return path;
}
