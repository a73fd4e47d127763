import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EpochSeconds } from '../../src/model/facts.ts';
import { buildControlPlane, type Cluster, startCluster } from './control-plane.ts';
import { temporaryFolder } from './processes.ts';
import type { SeededBinding } from './seed-access.ts';
import type { SeededCertificate } from './seed-certificates.ts';
import { APPLIED_TOKEN, LAPTOP_SECRETS, seedEast } from './seed-east.ts';
import { type SeededScanners, seedScanners } from './seed-scanners.ts';
import type { SeededSecret, SeededToken } from './seed-tokens.ts';
import { seedWest } from './seed-west.ts';

/** What was put into one cluster, so that a test can say what a scan must find. */
export interface SeededCluster {
	cluster: Cluster;
	/** By the id that the seed gives; the username may be another. */
	certificates: Record<string, SeededCertificate>;
	/** Requests without a certificate. */
	requests: Record<string, { uid: string; name: string; username: string }>;
	/** By name; hostile ones stand in `hostileBindings`. */
	bindings: Record<string, SeededBinding>;
	/** Each with the name of its one subject, a User; its role is missing. */
	hostileBindings: (SeededBinding & { subject: string })[];
	/** By the name of the account. */
	tokens: Record<string, SeededToken>;
	bootstrapTokens: Record<string, SeededSecret>;
	opaqueSecrets: Record<string, SeededSecret>;
	/** Kubeconfig files that hold something else than a certificate. */
	kubeconfigs: Record<string, string>;
	scanners: SeededScanners;
}

/** Two clusters and the folder of kubeconfig files of the people who use them. */
export interface Fleet {
	east: SeededCluster;
	west: SeededCluster;
	/** `*.kubeconfig` of people; those of the scanners are elsewhere. */
	files: string;
	/** Where a test may write; removed at the end. */
	dir: string;
	seededAt: EpochSeconds;
	/** Tokens, passwords and parts of private keys: none may stand in anything that a scan writes. */
	secrets: string[];
}

/** Builds what is missing, starts two clusters and seeds them. */
export async function startFleet(log: (line: string) => void): Promise<Fleet> {
	const programs = await buildControlPlane(log);
	const dir = temporaryFolder();
	const files = join(dir, 'files');
	mkdirSync(files);
	const [east, west] = await Promise.all(
		['east', 'west'].map(name => startCluster({ name, dir: join(dir, name), programs })),
	);
	if (!east || !west) throw new Error('two clusters were started');
	const now = Math.floor(Date.now() / 1000);
	const inEast = { ...(await seedEast(east, files, now)), scanners: await seedScanners(east, now) };
	const erin = inEast.certificates.erin;
	if (!erin) throw new Error('erin has the key that both clusters know');
	const inWest = { ...(await seedWest(west, files, erin.key)), scanners: await seedScanners(west, now) };
	return {
		east: inEast,
		west: inWest,
		files,
		dir,
		seededAt: now,
		secrets: [APPLIED_TOKEN, ...Object.values(LAPTOP_SECRETS), ...secretsOf(inEast), ...secretsOf(inWest)],
	};
}

function secretsOf(seeded: SeededCluster): string[] {
	const stored = [seeded.tokens, seeded.bootstrapTokens, seeded.opaqueSecrets].flatMap(group =>
		Object.values(group).map(({ secret }) => secret),
	);
	const scanners = Object.values(seeded.scanners);
	const keys = [...Object.values(seeded.certificates), ...scanners].map(({ key }) => key.privatePem);
	return [...stored, ...stored.map(base64), ...keys.flatMap(keyParts)];
}

/** Parts of a key as PEM and as a kubeconfig has it; the beginning is much the same in all keys of a kind. */
export function keyParts(pem: string): string[] {
	const lines = pem
		.split('\n')
		.filter((line, index) => index > 1 && line !== '' && !line.startsWith('-----'));
	return [...lines, base64(pem).slice(160, 240)];
}

function base64(text: string): string {
	return Buffer.from(text).toString('base64');
}
