import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { DAY, HOUR } from '../../src/lib/epoch.ts';
import { buildControlPlane, type ControlPlane } from './build.ts';
import { type KubeClient, type KubeObject, kubeClient, waitFor } from './kube-client.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { type Authority, createAuthority, createKey, issue, type KeyPair, publicPem } from './pki.ts';
import { type Daemon, freePorts, startDaemon } from './processes.ts';

export { buildControlPlane };

export interface ClusterOptions {
	/** Names files and the cluster block of kubeconfigs. */
	name: string;
	/** An existing empty folder; keys, data and logs go there. */
	dir: string;
	programs: ControlPlane;
	/** An authority that another cluster has too; otherwise the cluster gets its own. */
	authority?: Authority;
	/** Flags of the API server beside the usual, as `feature-gates`. */
	apiserver?: Record<string, string>;
}

/** A running control plane without nodes. */
export interface Cluster {
	name: string;
	dir: string;
	server: string;
	/** UID of the namespace kube-system. */
	uid: string;
	/** What it runs, to start another. */
	programs: ControlPlane;
	authority: Authority;
	/** A client of the group system:masters. */
	admin: KubeClient;
	adminKubeconfig: string;
	/** Events of RequestResponse for certificatesigningrequests, of Metadata for all else. */
	auditLog: string;
	/** The policy that says so. */
	auditPolicy: string;
	/** Plain HTTP, for what only the storage can do, as compaction. */
	etcdUrl: string;
	stop(): Promise<void>;
}

/** Starts etcd, kube-apiserver and kube-controller-manager on free loopback ports. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
	const { name, dir, programs } = options;
	const now = Math.floor(Date.now() / 1000);
	const lifetime = { notBefore: now - HOUR, notAfter: now + 3650 * DAY };
	const authority = options.authority ?? (await createAuthority(`${name}-ca`, lifetime));
	const [etcdPort, peerPort, port] = await freePorts(3);
	const server = `https://127.0.0.1:${port}`;
	const etcdUrl = `http://127.0.0.1:${etcdPort}`;
	const admin = await adminIdentity(authority, now);
	const files = await writeFiles({ dir, authority, now });
	const adminKubeconfig = writeKubeconfig(join(dir, 'admin.kubeconfig'), {
		cluster: name,
		server,
		ca: authority.certificatePem,
		user: { name: 'admin', certificate: admin },
	});

	const daemons: Daemon[] = [];
	const start = (program: string, log: string, args: Record<string, string | number | boolean>) => {
		const flags = Object.entries(args).map(([flag, value]) => `--${flag}=${value}`);
		daemons.push(startDaemon(program, flags, join(dir, log)));
	};
	const stop = async () => {
		for (const daemon of daemons.reverse()) await daemon.stop();
	};
	const alive = () => {
		for (const daemon of daemons) daemon.assertAlive();
	};
	const client = kubeClient({ server, ca: authority.certificatePem, certificate: admin });
	try {
		start(programs.etcd, 'etcd.log', etcdFlags(dir, etcdUrl, `http://127.0.0.1:${peerPort}`));
		start(programs.apiserver, 'kube-apiserver.log', {
			...apiserverFlags(files, etcdUrl, port ?? 0),
			...options.apiserver,
		});
		await waitFor(`the API server of ${name}`, () => readiness(client, alive));
		start(programs.controllerManager, 'kube-controller-manager.log', controllerFlags(files, adminKubeconfig));
		const uid = await waitFor(`the controllers of ${name}`, () => controllersReady(client, alive));
		return {
			name,
			dir,
			server,
			uid,
			programs,
			authority,
			admin: client,
			adminKubeconfig,
			auditLog: files.auditLog,
			auditPolicy: files.auditPolicy,
			etcdUrl,
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

interface Files {
	ca: string;
	caKey: string;
	tls: string;
	tlsKey: string;
	accounts: string;
	accountsKey: string;
	auditPolicy: string;
	auditLog: string;
}

async function writeFiles(from: { dir: string; authority: Authority; now: number }): Promise<Files> {
	const { dir, authority, now } = from;
	const put = (name: string, text: string) => {
		const path = join(dir, name);
		writeFileSync(path, text, { mode: 0o600 });
		return path;
	};
	mkdirSync(dir, { recursive: true });
	const serving = await createKey();
	const accounts = await createKey();
	return {
		ca: put('ca.crt', authority.certificatePem),
		caKey: put('ca.key', authority.key.privatePem),
		tls: put('tls.crt', await servingCertificate(authority, serving, now)),
		tlsKey: put('tls.key', serving.privatePem),
		accounts: put('service-accounts.pub', await publicPem(accounts)),
		accountsKey: put('service-accounts.key', accounts.privatePem),
		auditPolicy: put('audit-policy.yaml', stringify(AUDIT_POLICY)),
		auditLog: join(dir, 'audit.log'),
	};
}

const AUDIT_POLICY = {
	apiVersion: 'audit.k8s.io/v1',
	kind: 'Policy',
	omitStages: ['RequestReceived'],
	rules: [
		{
			level: 'RequestResponse',
			resources: [
				{
					group: 'certificates.k8s.io',
					resources: [
						'certificatesigningrequests',
						'certificatesigningrequests/approval',
						'certificatesigningrequests/status',
					],
				},
			],
		},
		{ level: 'Metadata' },
	],
};

function servingCertificate(authority: Authority, key: KeyPair, now: number): Promise<string> {
	return issue(authority, {
		commonName: 'kube-apiserver',
		publicKey: key.keys.publicKey,
		notBefore: now - HOUR,
		notAfter: now + 30 * DAY,
		server: { dns: ['localhost', 'kubernetes.default.svc'], ips: ['127.0.0.1'] },
	});
}

async function adminIdentity(authority: Authority, now: number) {
	const key = await createKey();
	const pem = await issue(authority, {
		commonName: 'e2e-admin',
		organizations: ['system:masters'],
		publicKey: key.keys.publicKey,
		notBefore: now - HOUR,
		notAfter: now + DAY,
	});
	return { pem, keyPem: key.privatePem };
}

function etcdFlags(dir: string, client: string, peer: string) {
	return {
		name: 'e2e',
		'data-dir': join(dir, 'etcd'),
		'listen-client-urls': client,
		'advertise-client-urls': client,
		'listen-peer-urls': peer,
		'initial-advertise-peer-urls': peer,
		'initial-cluster': `e2e=${peer}`,
		'unsafe-no-fsync': true,
		'log-level': 'warn',
	};
}

function apiserverFlags(files: Files, etcdUrl: string, port: number) {
	return {
		'etcd-servers': etcdUrl,
		'secure-port': port,
		'bind-address': '127.0.0.1',
		'advertise-address': '127.0.0.1',
		// The kubernetes service would want an address that is not loopback.
		'endpoint-reconciler-type': 'none',
		'client-ca-file': files.ca,
		'tls-cert-file': files.tls,
		'tls-private-key-file': files.tlsKey,
		'service-account-key-file': files.accounts,
		'service-account-signing-key-file': files.accountsKey,
		'service-account-issuer': 'https://kubernetes.default.svc',
		'authorization-mode': 'Node,RBAC',
		'service-cluster-ip-range': '10.0.0.0/24',
		'audit-log-path': files.auditLog,
		'audit-policy-file': files.auditPolicy,
	};
}

function controllerFlags(files: Files, kubeconfig: string) {
	return {
		kubeconfig,
		controllers: '*',
		'cluster-signing-cert-file': files.ca,
		'cluster-signing-key-file': files.caKey,
		'service-account-private-key-file': files.accountsKey,
		'root-ca-file': files.ca,
		'leader-elect': false,
		// Nobody asks it anything, and a port less is a port that cannot be taken.
		'secure-port': 0,
	};
}

async function readiness(client: KubeClient, assertAlive: () => void): Promise<true | undefined> {
	assertAlive();
	try {
		const { status } = await client.ask('GET', '/readyz');
		return status === 200 ? true : undefined;
	} catch {
		return undefined; // not listening yet
	}
}

/** The UID of kube-system, once a service account there and an aggregated role show that controllers work. */
async function controllersReady(client: KubeClient, assertAlive: () => void): Promise<string | undefined> {
	assertAlive();
	const account = await client.ask('GET', '/api/v1/namespaces/kube-system/serviceaccounts/default');
	if (account.status !== 200) return undefined;
	const role = await client.get('/apis/rbac.authorization.k8s.io/v1/clusterroles/view');
	if (!Array.isArray(role.rules) || role.rules.length === 0) return undefined;
	const system = await client.get<KubeObject>('/api/v1/namespaces/kube-system');
	return system.metadata.uid;
}
