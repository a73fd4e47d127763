import { createHash, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { HOUR } from '../../src/lib/epoch.ts';
import type { EpochSeconds } from '../../src/model/facts.ts';
import type { Cluster } from './control-plane.ts';
import { type KubeClient, type KubeObject, waitFor } from './kube-client.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { createKey, issue, type KeyPair, signingRequest } from './pki.ts';

/** A certificate whose key stands in a kubeconfig of the test. */
export interface SeededCertificate {
	username: string;
	groups: string[];
	sha256: string;
	publicKeySha256: string;
	notBefore: EpochSeconds;
	notAfter: EpochSeconds;
	/** The CertificateSigningRequest behind it; null: the authority signed it without one. */
	request: { uid: string; name: string } | null;
	kubeconfig: string;
	pem: string;
	key: KeyPair;
}

/** Whose certificate, and where its kubeconfig goes. */
export interface Holder {
	/** Names the file, the request and the user block. */
	id: string;
	/** commonName, where it differs from the id. */
	username?: string;
	groups?: string[];
	/** A key that another certificate has too. */
	key?: KeyPair;
	/** Who files the request; the administrator where it is left out. */
	requester?: KubeClient;
	folder: string;
}

/** Gets a certificate as people do: request, approval, and the controller's signature. */
export async function requestCertificate(
	cluster: Cluster,
	holder: Holder,
	expirationSeconds?: number,
): Promise<SeededCertificate> {
	const key = holder.key ?? (await createKey());
	const request = await submitRequest(cluster, holder, key, expirationSeconds);
	await decide(cluster, request, 'Approved');
	const pem = await waitFor(`the certificate of ${holder.id}`, async () => {
		const { status } = await cluster.admin.get<{ status: { certificate?: string } }>(requestPath(request));
		return status.certificate && Buffer.from(status.certificate, 'base64').toString();
	});
	return seeded(cluster, holder, key, pem, request);
}

/** Signs with the cluster's own authority: any dates and groups, and no object in the API. */
export async function signCertificate(
	cluster: Cluster,
	holder: Holder,
	dates: { notBefore: EpochSeconds; notAfter: EpochSeconds },
): Promise<SeededCertificate> {
	const key = holder.key ?? (await createKey());
	const pem = await issue(cluster.authority, {
		commonName: holder.username ?? holder.id,
		organizations: holder.groups ?? [],
		publicKey: key.keys.publicKey,
		...dates,
	});
	return seeded(cluster, holder, key, pem, null);
}

/** Files a request and leaves it undecided. */
export async function submitRequest(
	cluster: Cluster,
	holder: Omit<Holder, 'folder'>,
	key: KeyPair,
	expirationSeconds?: number,
): Promise<KubeObject> {
	const pem = await signingRequest(holder.username ?? holder.id, holder.groups ?? [], key);
	return (holder.requester ?? cluster.admin).create(REQUESTS, {
		metadata: { name: holder.id },
		spec: {
			request: Buffer.from(pem).toString('base64'),
			signerName: 'kubernetes.io/kube-apiserver-client',
			usages: ['client auth'],
			...(expirationSeconds === undefined ? {} : { expirationSeconds }),
		},
	});
}

/** Approves or denies a request. */
export async function decide(
	cluster: Cluster,
	request: KubeObject,
	type: 'Approved' | 'Denied',
): Promise<void> {
	const condition = { type, status: 'True', reason: 'EndToEnd', message: 'decided by the test' };
	await cluster.admin.put(`${requestPath(request)}/approval`, {
		...request,
		status: { conditions: [condition] },
	});
}

/** Dates of a certificate that is good for one working day, and so old enough for any clock. */
export function workingDay(now: EpochSeconds): { notBefore: EpochSeconds; notAfter: EpochSeconds } {
	return { notBefore: now - HOUR, notAfter: now + 11 * HOUR };
}

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

function requestPath(request: KubeObject): string {
	return `${REQUESTS}/${encodeURIComponent(request.metadata.name)}`;
}

/** Read with Node's own parser, so that the product's reading is compared with another one. */
function seeded(
	cluster: Cluster,
	holder: Holder,
	key: KeyPair,
	pem: string,
	request: KubeObject | null,
): SeededCertificate {
	const { id, username = id, groups = [], folder } = holder;
	const certificate = new X509Certificate(pem);
	const kubeconfig = writeKubeconfig(join(folder, `${cluster.name}-${id}.kubeconfig`), {
		cluster: cluster.name,
		server: cluster.server,
		ca: cluster.authority.certificatePem,
		user: { name: username, certificate: { pem, keyPem: key.privatePem } },
	});
	return {
		username,
		groups,
		sha256: sha256(certificate.raw),
		publicKeySha256: sha256(certificate.publicKey.export({ type: 'spki', format: 'der' })),
		notBefore: Date.parse(certificate.validFrom) / 1000,
		notAfter: Date.parse(certificate.validTo) / 1000,
		request: request && { uid: request.metadata.uid, name: request.metadata.name },
		kubeconfig,
		pem,
		key,
	};
}

function sha256(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}
