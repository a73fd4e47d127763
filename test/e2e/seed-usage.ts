import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DAY, HOUR } from '../../src/lib/epoch.ts';
import { openAuditLog } from './audit-log.ts';
import { buildControlPlane, type Cluster, startCluster } from './control-plane.ts';
import { type KubeClient, kubeClient } from './kube-client.ts';
import { temporaryFolder } from './processes.ts';
import { createBinding, createClusterRole, type SeededBinding } from './seed-access.ts';
import { requestCertificate, type SeededCertificate } from './seed-certificates.ts';
import { type SeededScanner, seedAuditor, seedScanners } from './seed-scanners.ts';
import { createTokenSecret, markInvalid, type SeededToken } from './seed-tokens.ts';

/** A cluster where it is known who asked for what, before and after the log was rotated. */
export interface AuditedCluster {
	cluster: Cluster;
	/** Where a test may write; removed at the end. */
	dir: string;
	/** `*.kubeconfig` of people. */
	files: string;
	/** By id; `ursula` and `spare` are both certificates of the user ursula. */
	people: Record<Person, SeededCertificate>;
	/** Requested by rita with her own certificate; the request of the first one is gone. */
	issued: Record<'delegate' | 'deputy', SeededCertificate>;
	tokens: Record<'busy' | 'idle' | 'retired', SeededToken>;
	/** What lets ursula do what she does, and more. */
	grants: SeededBinding[];
	/** May read all that a scan asks for. */
	auditor: SeededScanner;
	/** The same without the Leases of API servers. */
	blind: SeededScanner;
	/** What the API server wrote up to the rotation, when ben was still at work, and since. */
	earlier: string;
	log: string;
}

type Person = 'ursula' | 'spare' | 'nora' | 'ben' | 'rita' | 'olivia';

/** The user agent of all requests that the tests expect by number. */
export const AGENT = 'seed-usage/1.0';

/** Starts a cluster and does there, request by request, what the tests expect to find in its audit log. */
export async function startAuditedCluster(log: (line: string) => void): Promise<AuditedCluster> {
	const dir = temporaryFolder();
	const cluster = await startCluster({
		name: 'audited',
		dir: join(dir, 'audited'),
		programs: await buildControlPlane(log),
	});
	const now = Math.floor(Date.now() / 1000);
	const files = join(dir, 'files');
	mkdirSync(files);
	const scanners = await seedScanners(cluster, now);
	const base = {
		cluster,
		dir,
		files,
		auditor: await seedAuditor(cluster, now),
		blind: scanners.full,
		...(await seedLogins(cluster, files, now)),
		grants: await seedGrants(cluster),
	};
	const audit = openAuditLog(cluster, dir);
	const { lasting } = await useBefore(base);
	const earlier = await audit.rotate();
	const issued = await useSince(base);
	await lasting;
	return { ...base, issued, earlier, log: await audit.rotate() };
}

async function seedLogins(cluster: Cluster, files: string, now: number) {
	await cluster.admin.create('/api/v1/namespaces', { metadata: { name: 'shop' } });
	const login = (id: Person) =>
		requestCertificate(
			cluster,
			{ id, folder: files, ...(id === 'spare' && { username: 'ursula' }) },
			10 * HOUR,
		);
	const [ursula, spare, nora, ben, rita, olivia, busy, idle, retired] = await Promise.all([
		login('ursula'),
		login('spare'),
		login('nora'),
		login('ben'),
		login('rita'),
		login('olivia'),
		createTokenSecret(cluster, 'shop', 'busy'),
		createTokenSecret(cluster, 'shop', 'idle'),
		createTokenSecret(cluster, 'shop', 'retired'),
	]);
	return {
		people: { ursula, spare, nora, ben, rita, olivia },
		tokens: { busy, idle, retired: await markInvalid(cluster, retired, now - 3 * DAY) },
	};
}

async function seedGrants(cluster: Cluster): Promise<SeededBinding[]> {
	await createClusterRole(cluster, {
		name: 'shopkeeper',
		rules: [
			{ verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods', 'pods/log'] },
			{ verbs: ['get', 'list', 'create', 'delete'], apiGroups: [''], resources: ['configmaps'] },
			{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] },
		],
	});
	await createClusterRole(cluster, {
		name: 'overseer',
		rules: [
			{ verbs: ['get', 'list'], apiGroups: [''], resources: ['nodes'] },
			{ verbs: ['get'], nonResourceURLs: ['/metrics'] },
		],
	});
	await createClusterRole(cluster, {
		name: 'recruiter',
		rules: [
			{
				verbs: ['create'],
				apiGroups: ['certificates.k8s.io'],
				resources: ['certificatesigningrequests'],
			},
		],
	});
	await createClusterRole(cluster, {
		name: 'actor',
		rules: [{ verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['ursula'] }],
	});
	const bind = (name: string, role: string, subject: string, namespace?: string) =>
		createBinding(cluster, {
			name,
			role: `ClusterRole ${role}`,
			subjects: [subject],
			...(namespace !== undefined && { namespace }),
		});
	await bind('busy-keeps', 'shopkeeper', 'ServiceAccount shop/busy', 'shop');
	await bind('rita-recruits', 'recruiter', 'User rita');
	await bind('olivia-acts', 'actor', 'User olivia');
	return [
		await bind('ursula-keeps', 'shopkeeper', 'User ursula', 'shop'),
		await bind('ursula-oversees', 'overseer', 'User ursula'),
	];
}

type Seeded = Pick<AuditedCluster, 'cluster' | 'people' | 'tokens' | 'files' | 'auditor'>;

const SHOP = '/api/v1/namespaces/shop';
const PODS = `${SHOP}/pods`;
const MENU = { metadata: { name: 'menu' } };

/** Logs tell times by the second. */
function nextSecond(): Promise<void> {
	return new Promise(resolve => setTimeout(resolve, 1000 - (Date.now() % 1000)));
}

/** @returns what is over only after the log was rotated */
async function useBefore(seeded: Seeded): Promise<{ lasting: Promise<void> }> {
	const { ursula, ben } = clientsOf(seeded);
	await allowed(ursula, 'GET', PODS);
	const watching = allowed(ursula, 'GET', `${PODS}?watch=true&timeoutSeconds=4`);
	await nextSecond();
	await allowed(ben, 'GET', '/version');
	await nextSecond();
	return { lasting: watching };
}

async function useSince(seeded: Seeded): Promise<AuditedCluster['issued']> {
	const { cluster, files } = seeded;
	const { ursula, rita, olivia, busy, retired, auditor } = clientsOf(seeded);
	await allowed(ursula, 'GET', PODS);
	await nextSecond();
	const request = (id: string) =>
		requestCertificate(cluster, { id, requester: rita, folder: files }, 10 * HOUR);
	const [delegate, deputy] = await Promise.all([request('delegate'), request('deputy')]);
	await cluster.admin.remove('/apis/certificates.k8s.io/v1/certificatesigningrequests/delegate');
	await allowed(ursula, 'GET', `${PODS}?watch=true&timeoutSeconds=1`);
	await allowed(ursula, 'POST', `${SHOP}/configmaps`, MENU);
	await allowed(ursula, 'GET', `${SHOP}/configmaps/menu`);
	await answered(404, ursula, 'GET', `${SHOP}/configmaps/wine`);
	await answered(404, ursula, 'GET', `${PODS}/oven/log`);
	await allowed(ursula, 'GET', `${SHOP}/secrets/${seeded.tokens.idle.name}`);
	await allowed(ursula, 'GET', '/api/v1/nodes');
	await allowed(ursula, 'GET', '/metrics');
	await answered(403, ursula, 'GET', '/api/v1/namespaces/default/pods');
	await answered(403, ursula, 'DELETE', '/api/v1/nodes/none');
	await allowed(busy, 'GET', `${SHOP}/configmaps`);
	await answered(403, busy, 'GET', '/api/v1/secrets');
	await answered(401, retired, 'GET', `${SHOP}/configmaps`);
	await allowed(olivia, 'GET', `${SHOP}/configmaps`, undefined, { 'impersonate-user': 'ursula' });
	await answered(403, olivia, 'GET', PODS, undefined, { 'impersonate-user': 'nora' });
	await allowed(rita, 'GET', '/version');
	await allowed(auditor, 'GET', '/version');
	return { delegate, deputy };
}

const allowed = async (client: KubeClient, ...request: Parameters<KubeClient['ask']>) => {
	const { status } = await client.ask(...request);
	if (status < 200 || status > 299) throw new Error(`${request[0]} ${request[1]}: ${status}`);
};
const answered = async (status: number, client: KubeClient, ...request: Parameters<KubeClient['ask']>) => {
	const answer = await client.ask(...request);
	if (answer.status !== status) throw new Error(`${request[0]} ${request[1]}: ${answer.status}`);
};

function clientsOf({ cluster, people, tokens, auditor }: Seeded) {
	const to = { server: cluster.server, ca: cluster.authority.certificatePem, agent: AGENT };
	const person = ({ pem, key }: SeededCertificate) =>
		kubeClient({ ...to, certificate: { pem, keyPem: key.privatePem } });
	const robot = ({ secret }: SeededToken) => kubeClient({ ...to, token: secret });
	const { ursula, ben, rita, olivia } = people;
	return {
		ursula: person(ursula),
		ben: person(ben),
		rita: person(rita),
		olivia: person(olivia),
		auditor: person(auditor),
		busy: robot(tokens.busy),
		retired: robot(tokens.retired),
	};
}
