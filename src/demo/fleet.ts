import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochSeconds } from '../model/facts.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { createCluster, type DemoCluster } from './cluster.ts';
import { createKeyRing, type KeyRing } from './issue.ts';
import { inlinePem, kubeconfigText, type YamlMap } from './kubeconfig.ts';
import { standingBlock, userBlock } from './login.ts';
import { analyticsStaging } from './seeds/analytics-staging.ts';
import { edgeLegacy } from './seeds/edge-legacy.ts';
import { paymentsProd } from './seeds/payments-prod.ts';
import { people } from './seeds/people.ts';
import type { ClusterSeed, PersonSeed } from './seeds/seed.ts';

/** The embedded fleet while it runs. */
export interface Fleet {
	/** The scanner's kubeconfig of each cluster, mode 0600. */
	kubeconfigs: string[];
	/** Kubeconfig files as people keep them, some of them badly. */
	files: string[];
	/** Stops the API servers; the files stay, with keys that open nothing any more. */
	close(): Promise<void>;
}

/** A cluster and where it answers. */
interface RunningCluster {
	cluster: DemoCluster;
	server: ApiServer;
}

const seeds: ClusterSeed[] = [paymentsProd, analyticsStaging, edgeLegacy];

/** Starts three clusters with seeded trouble on loopback, and writes the kubeconfig files that reach them to `dir`. */
export async function startFleet({ dir, now }: { dir: string; now: EpochSeconds }): Promise<Fleet> {
	const ring = createKeyRing();
	const started = await Promise.allSettled(seeds.map(seed => startCluster(seed, ring, now)));
	const running = started.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []));
	const close = async () => {
		await Promise.all(running.map(({ server }) => server.close()));
	};
	try {
		for (const result of started) if (result.status === 'rejected') throw result.reason;
		const kubeconfigs = await writeScanner(dir, running, ring);
		return { kubeconfigs, files: await writePeople(join(dir, 'people'), running, ring), close };
	} catch (cause) {
		await close();
		throw cause;
	}
}

async function startCluster(seed: ClusterSeed, ring: KeyRing, now: EpochSeconds): Promise<RunningCluster> {
	const cluster = await createCluster(seed, ring, now);
	return { cluster, server: await startApiServer(cluster) };
}

async function writeScanner(dir: string, running: RunningCluster[], ring: KeyRing): Promise<string[]> {
	await mkdir(dir, { recursive: true, mode: 0o700 });
	const paths: string[] = [];
	for (const { cluster, server } of running) {
		const { name, scanner } = cluster.seed;
		const user = await userBlock(cluster, scanner, ring);
		const parts = { name, cluster: verifiedBlock({ cluster, server }), userName: 'kubelapse', user };
		paths.push(await writeFileWithMode(join(dir, `${name}.kubeconfig`), kubeconfigText(parts), 0o600));
	}
	return paths;
}

async function writePeople(dir: string, running: RunningCluster[], ring: KeyRing): Promise<string[]> {
	await mkdir(dir, { recursive: true, mode: 0o700 });
	const paths: string[] = [];
	for (const seed of people) {
		const text = await personText(seed, running, ring);
		paths.push(await writeFileWithMode(join(dir, seed.file), text, seed.mode));
	}
	return paths;
}

async function personText(
	{ file, user: userName, access }: PersonSeed,
	running: RunningCluster[],
	ring: KeyRing,
): Promise<string> {
	if (access.kind === 'gone') {
		const { name, server, login } = access;
		return kubeconfigText({ name, cluster: { server }, userName, user: standingBlock(login) });
	}
	const name = access.cluster;
	const found = running.find(({ cluster }) => cluster.seed.name === name);
	if (found === undefined) throw new Error(`${file} names the cluster ${name}, which has no seed`);
	const skipped = { server: found.server.url, 'insecure-skip-tls-verify': true };
	const cluster = access.verification === 'skipped' ? skipped : verifiedBlock(found);
	return kubeconfigText({
		name,
		cluster,
		userName,
		user: await userBlock(found.cluster, access.login, ring),
	});
}

function verifiedBlock({ cluster, server }: RunningCluster): YamlMap {
	const authority = inlinePem(cluster.authority.certificatePem);
	return { server: server.url, 'certificate-authority-data': authority };
}

async function writeFileWithMode(path: string, text: string, mode: number): Promise<string> {
	await writeFile(path, text, { mode });
	// writeFile's mode is cut by the umask, and ignored where the file exists.
	await chmod(path, mode);
	return path;
}
