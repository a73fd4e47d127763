import { randomBytes } from 'node:crypto';
import type { EpochSeconds } from '../../model/facts.ts';
import { type LazyApiServer, startLazyApiServer } from '../api-server.ts';
import { createCluster, type DemoCluster } from '../cluster.ts';
import { createKeyRing } from '../issue.ts';
import { createFleetSeeds, type FleetSeed } from './fleet-cluster.ts';
import { createRandom } from './random.ts';
import { createRoster } from './roster.ts';
import { REMEDIATE_ACTIONS, SCAN_ACTIONS } from './scan-actions.ts';
import { startCloud } from './server.ts';
import type { AccessKey, CloudState, KubernetesBehind, Product } from './state.ts';

/** What shapes the cloud of the demo. */
export interface CloudFleetOptions {
	/** Seconds since 1970: the cloud's clock goes on while it serves. */
	now: () => EpochSeconds;
	clusters?: number | undefined;
	/** Users and roles, whoever is deleted included. */
	identities?: number | undefined;
	/** Each answer of the cloud is held back for so long. */
	latencyMs?: number | undefined;
	/** Calls a second for each product; 0 for any number. */
	rate?: number | undefined;
	/** The same number gives the same fleet. */
	seed?: number | undefined;
	/** Identities with access to each cluster. */
	bindings?: number | undefined;
	/** No traps: everybody is a RAM user of the account whose file is in force and who may view or edit one namespace. */
	isOrdinary?: boolean | undefined;
}

/** The cloud of the demo while it runs. */
export interface CloudFleet {
	/** TLS `host:port` of each product. */
	endpoints: Record<Product, string>;
	/** The same without TLS. */
	http: string;
	/** Whoever connects has to trust it. */
	authorityPem: string;
	/** Of a RAM user who may scan and nothing else. */
	accessKeyId: string;
	accessKeySecret: string;
	/** Of one who may remove permissions too. */
	operator: { accessKeyId: string; accessKeySecret: string };
	/** Of the same user as the first, who may do everything with this one. */
	administrator: { accessKeyId: string; accessKeySecret: string };
	/** Where faults are put in, and where tests look. */
	state: CloudState;
	/** Makes the clusters that nobody has asked for yet, one after the other. */
	warm(): Promise<void>;
	close(): Promise<void>;
}

/** Starts an Alibaba Cloud account on loopback, with an API server behind each cluster that has one. */
export async function startCloudFleet(options: CloudFleetOptions): Promise<CloudFleet> {
	const { now, clusters = 40, identities = 300, bindings = 24, isOrdinary = false } = options;
	const random = createRandom(options.seed ?? 1);
	const roster = createRoster(random, identities, now(), isOrdinary);
	const seeds = createFleetSeeds(random, roster, {
		count: clusters,
		size: bindings,
		now: now(),
		isOrdinary,
	});
	const scanner = accessKey(roster.scanner.id, SCAN_ACTIONS);
	const operator = accessKey(roster.operator.id, REMEDIATE_ACTIONS);
	const administrator = accessKey(roster.scanner.id, null);
	const state: CloudState = {
		...roster.lists,
		accessKeys: [scanner, operator, administrator],
		clusters: seeds.map(({ listed }) => listed),
		tasks: new Map(),
		recycleBin: [],
		faults: [],
		latencyMs: options.latencyMs ?? 0,
		rate: options.rate ?? 0,
		now,
		logs: new Map(),
		calls: [],
	};
	const servers: LazyApiServer[] = [];
	const closeServers = async () => {
		await Promise.all(servers.map(server => server.close()));
	};
	try {
		await Promise.all(seeds.map(seed => serve(seed, now, servers)));
		const cloud = await startCloud(state);
		return {
			endpoints: { cs: cloud.tls, ram: cloud.tls, ims: cloud.tls, sts: cloud.tls, sls: cloud.tls },
			http: cloud.http,
			authorityPem: cloud.authorityPem,
			accessKeyId: scanner.id,
			accessKeySecret: scanner.secret,
			operator: { accessKeyId: operator.id, accessKeySecret: operator.secret },
			administrator: { accessKeyId: administrator.id, accessKeySecret: administrator.secret },
			state,
			warm: async () => {
				for (const server of servers) await server.warm();
			},
			close: async () => {
				await Promise.all([cloud.close(), closeServers()]);
			},
		};
	} catch (cause) {
		await closeServers();
		throw cause;
	}
}

function accessKey(holder: string, allowed: string[] | null): AccessKey {
	return {
		id: `LTAI5t${randomBytes(9).toString('hex')}`,
		secret: randomBytes(22).toString('base64url').slice(0, 30),
		securityToken: '',
		holder,
		expiresAt: null,
		allowed,
	};
}

/** Puts an API server behind a cluster, which is made with the first that anybody wants of it. */
async function serve({ trait, listed, seed }: FleetSeed, now: () => EpochSeconds, servers: LazyApiServer[]) {
	if (seed === null) return;
	let made: Promise<DemoCluster> | null = null;
	const open: KubernetesBehind['open'] = () => {
		made ??= createCluster(seed, createKeyRing(), now()).then(cluster =>
			// What the cloud signs later begins later: both go by one clock.
			Object.defineProperty(cluster, 'now', { get: now }),
		);
		return made;
	};
	const server = await startLazyApiServer(trait === 'cut_off' ? async () => null : open);
	servers.push(server);
	listed.kubernetes = { url: server.url, open };
}
