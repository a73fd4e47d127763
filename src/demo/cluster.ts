import { randomUUID } from 'node:crypto';
import { DAY } from '../lib/epoch.ts';
import type { EpochSeconds } from '../model/facts.ts';
import { answerRequests, type IssuedRequest, type KeyRing } from './issue.ts';
import { uidOf } from './meta.ts';
import { buildObjects } from './objects.ts';
import { type Authority, createAuthority } from './pki.ts';
import type { ClusterSeed, Hiccup } from './seeds/seed.ts';
import type { Objects, UserInfo } from './wire.ts';

/** Whom a bearer token stands for. */
export interface TokenUser extends UserInfo {
	/** `namespace/name` of the Secret that holds it: without that, or in quarantine, the token opens nothing. */
	secret?: string;
}

/** What somebody wanted to change, and what came of it. */
export interface WriteRecord {
	method: string;
	/** As it was sent, without the query. */
	path: string;
	dryRun: boolean;
	user: string;
	/** 0 where the connection was cut. */
	code: number;
	/** Whether the cluster is another one since: a patch that changes nothing stores nothing. */
	isStored: boolean;
}

/** One cluster of the demo, as its API server holds it. */
export interface DemoCluster {
	seed: ClusterSeed;
	/** The clock of this cluster, so that a demo of any `now` can sign in. */
	now: EpochSeconds;
	authority: Authority;
	/** What the CertificateSigningRequests led to, with the keys of whoever asked. */
	requests: IssuedRequest[];
	objects: Objects;
	/** resourceVersion of every list; older ones count as compacted. */
	revision: number;
	/** Bearer tokens that are known. */
	tokens: Map<string, TokenUser>;
	/** What has yet to go wrong. */
	hiccups: Hiccup[];
	/** Every write by somebody who had signed in, refused ones too, in order. */
	writes: WriteRecord[];
}

/** Wide enough for any `now` near the machine's own clock, by which TLS checks the server. */
const AUTHORITY_DAYS = 3650;

/** Makes the cluster of a seed: its authority, certificates and objects. */
export async function createCluster(
	seed: ClusterSeed,
	ring: KeyRing,
	now: EpochSeconds,
): Promise<DemoCluster> {
	const authority = await createAuthority(now - AUTHORITY_DAYS * DAY, now + AUTHORITY_DAYS * DAY);
	const requests = await answerRequests(authority, seed.requests, ring, now);
	return {
		seed,
		now,
		authority,
		requests,
		objects: buildObjects(seed, requests, now),
		revision: 48_213,
		tokens: new Map(),
		hiccups: [...seed.hiccups],
		writes: [],
	};
}

/** Whom a token of a service account stands for. */
export function serviceAccountUser(
	cluster: DemoCluster,
	{ namespace, name }: { namespace: string; name: string },
): UserInfo & { uid: string } {
	return {
		username: `system:serviceaccount:${namespace}:${name}`,
		uid: uidOf(cluster.seed.name, 'ServiceAccount', namespace, name),
		groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
		extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${randomUUID()}`] },
	};
}
