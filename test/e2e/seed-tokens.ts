import { randomBytes } from 'node:crypto';
import { formatDay, formatRfc3339 } from '../../src/lib/epoch.ts';
import type { EpochSeconds } from '../../src/model/facts.ts';
import type { Cluster } from './control-plane.ts';
import { type KubeObject, kubeClient, waitFor } from './kube-client.ts';

export interface SeededSecret {
	uid: string;
	namespace: string;
	name: string;
	/** What nobody but the test may ever see. */
	secret: string;
}

/** A token of a ServiceAccount that has no end. */
export interface SeededToken extends SeededSecret {
	account: { uid: string; namespace: string; name: string };
	/** Labels as dates at 00:00 UTC; null where the Secret has none. */
	lastUsed: EpochSeconds | null;
	invalidSince: EpochSeconds | null;
}

const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';

async function createAccount(cluster: Cluster, namespace: string, name: string): Promise<KubeObject> {
	return cluster.admin.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
}

/** Creates an account with a token Secret `<name>-token`, which the controller fills. */
export async function createTokenSecret(
	cluster: Cluster,
	namespace: string,
	name: string,
	annotations: Record<string, string> = {},
): Promise<SeededToken> {
	const account = await createAccount(cluster, namespace, name);
	const created = await cluster.admin.create(`/api/v1/namespaces/${namespace}/secrets`, {
		type: 'kubernetes.io/service-account-token',
		metadata: {
			name: `${name}-token`,
			annotations: { 'kubernetes.io/service-account.name': name, ...annotations },
		},
	});
	const secret = await waitFor(`the token of ${name}`, async () => {
		const { data } = await cluster.admin.get<{ data?: { token?: string } }>(secretPath(created.metadata));
		return data?.token && Buffer.from(data.token, 'base64').toString();
	});
	return {
		uid: created.metadata.uid,
		namespace,
		name: `${name}-token`,
		secret,
		account: { uid: account.metadata.uid, namespace, name },
		lastUsed: null,
		invalidSince: null,
	};
}

/** Calls the API with the token and waits until the API server has written the day down. */
export async function useToken(cluster: Cluster, token: SeededToken): Promise<SeededToken> {
	const client = kubeClient({
		server: cluster.server,
		ca: cluster.authority.certificatePem,
		token: token.secret,
	});
	const lastUsed = await waitFor(`the last-used label of ${token.name}`, async () => {
		await client.ask('GET', '/api/v1/namespaces/default');
		const { metadata } = await cluster.admin.get(secretPath(token));
		return metadata.labels?.[LAST_USED];
	});
	return { ...token, lastUsed: startOfDay(lastUsed) };
}

/** Writes by hand the day that the API server would have written then. */
export async function markLastUsed(
	cluster: Cluster,
	token: SeededToken,
	at: EpochSeconds,
): Promise<SeededToken> {
	await setLabel(cluster, token, LAST_USED, at);
	return { ...token, lastUsed: startOfDay(formatDay(at)) };
}

/** Quarantines a token: the API server refuses it until the label goes. */
export async function markInvalid(
	cluster: Cluster,
	token: SeededToken,
	at: EpochSeconds,
): Promise<SeededToken> {
	await setLabel(cluster, token, INVALID_SINCE, at);
	return { ...token, invalidSince: startOfDay(formatDay(at)) };
}

/** A bootstrap token; its end stands inside the Secret's data. */
export async function createBootstrapToken(
	cluster: Cluster,
	id: string,
	expiration: EpochSeconds | null,
): Promise<SeededSecret> {
	const secret = randomBytes(8).toString('hex');
	const { metadata } = await cluster.admin.create('/api/v1/namespaces/kube-system/secrets', {
		type: 'bootstrap.kubernetes.io/token',
		metadata: { name: `bootstrap-token-${id}` },
		stringData: {
			'token-id': id,
			'token-secret': secret,
			'usage-bootstrap-authentication': 'true',
			...(expiration === null ? {} : { expiration: formatRfc3339(expiration) }),
		},
	});
	return { uid: metadata.uid, namespace: 'kube-system', name: metadata.name, secret };
}

/** A Secret that is no credential of the cluster, and no business of a scan. */
export async function createOpaqueSecret(
	cluster: Cluster,
	namespace: string,
	name: string,
): Promise<SeededSecret> {
	const secret = randomBytes(16).toString('hex');
	const { metadata } = await cluster.admin.create(`/api/v1/namespaces/${namespace}/secrets`, {
		metadata: { name },
		stringData: { password: secret },
	});
	return { uid: metadata.uid, namespace, name, secret };
}

function setLabel(cluster: Cluster, token: SeededToken, label: string, at: EpochSeconds) {
	return cluster.admin.patch(secretPath(token), { metadata: { labels: { [label]: formatDay(at) } } });
}

function secretPath({ namespace = '', name }: { namespace?: string; name: string }): string {
	return `/api/v1/namespaces/${namespace}/secrets/${name}`;
}

/** A date alone is read as UTC. */
function startOfDay(day: string): EpochSeconds {
	return Date.parse(day) / 1000;
}
