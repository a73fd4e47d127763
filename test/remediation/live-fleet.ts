import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ApiServer, startApiServer } from '../../src/demo/api-server.ts';
import { createCluster, type DemoCluster } from '../../src/demo/cluster.ts';
import { createKeyRing } from '../../src/demo/issue.ts';
import { inlinePem, kubeconfigText } from '../../src/demo/kubeconfig.ts';
import { userBlock } from '../../src/demo/login.ts';
import { allow, allowPaths, type BindingSeed, type ClusterSeed } from '../../src/demo/seeds/seed.ts';

/** A cluster that answers on loopback, over TLS. */
export interface LiveCluster {
	cluster: DemoCluster;
	server: ApiServer;
	kubeconfig: string;
}

/** What a fleet is made of. */
export interface LiveFleetOptions {
	clusters: number;
	/** Bindings of each to accounts that do not exist, every other one with a subject that stays. */
	orphans: number;
	/** Bindings that nothing is wrong with. */
	sound: number;
	/** Further objects of each cluster. */
	seed?: Partial<ClusterSeed>;
	/** When it is there; the machine's own time where it is left out. */
	now?: number;
}

/** Runs with clusters of their own; whoever applies is a person bound to cluster-admin. */
export async function withLiveFleet(
	dir: string,
	{ clusters, orphans, sound, seed = {}, now = Math.floor(Date.now() / 1000) }: LiveFleetOptions,
	run: (fleet: LiveCluster[]) => Promise<void>,
): Promise<void> {
	await mkdir(dir, { recursive: true });
	const ring = createKeyRing();
	const fleet: LiveCluster[] = [];
	try {
		for (let index = 0; index < clusters; index++) {
			const name = `cluster-${String(index).padStart(2, '0')}`;
			const cluster = await createCluster(seedOf(name, orphans, sound, seed), ring, now);
			const server = await startApiServer(cluster);
			const user = await userBlock(cluster, cluster.seed.scanner, ring);
			const block = {
				server: server.url,
				'certificate-authority-data': inlinePem(cluster.authority.certificatePem),
			};
			const kubeconfig = join(dir, `${name}.kubeconfig`);
			await writeFile(kubeconfig, kubeconfigText({ name, cluster: block, userName: 'applier', user }), {
				mode: 0o600,
			});
			fleet.push({ cluster, server, kubeconfig });
		}
		await run(fleet);
	} finally {
		await Promise.all(fleet.map(({ server }) => server.close()));
	}
}

function seedOf(name: string, orphans: number, sound: number, more: Partial<ClusterSeed>): ClusterSeed {
	const bindings: BindingSeed[] = [
		{ name: 'appliers', role: 'ClusterRole cluster-admin', subjects: ['User applier'] },
		...Array.from({ length: orphans }, (_, at): BindingSeed => {
			const others = at % 2 === 0 ? [] : ['ServiceAccount shop/web'];
			return {
				...{ name: `orphan-${at}`, role: 'ClusterRole reader', labels: { team: `t${at}` } },
				subjects: [`ServiceAccount shop/gone-${at}`, ...others],
			};
		}),
		...Array.from(
			{ length: sound },
			(_, at): BindingSeed => ({
				...{ name: `sound-${at}`, namespace: 'shop', role: 'ClusterRole reader' },
				subjects: ['ServiceAccount shop/web'],
			}),
		),
	];
	return {
		name,
		gitVersion: 'v1.34.4',
		created: -100,
		pageSize: 500,
		authorizer: 'rbac',
		hiccups: [],
		scanner: {
			kind: 'certificate',
			certificate: { user: 'applier', groups: ['people'], from: -1, until: 1 },
		},
		serviceAccounts: ['shop/web', 'kube-system/default'],
		secrets: [],
		requests: [],
		...more,
		roles: [
			{ name: 'cluster-admin', rules: [allow('*', '*', '*'), allowPaths('*', '*')] },
			{ name: 'reader', rules: [allow('get list', 'core', 'pods')] },
			...(more.roles ?? []),
		],
		bindings: [...bindings, ...(more.bindings ?? [])],
	};
}
