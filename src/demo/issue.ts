import { readCertificate } from '../lib/x509.ts';
import type { EpochSeconds } from '../model/facts.ts';
import { type Authority, createKeys, type Keys, privateKeyPem, requestPem } from './pki.ts';
import { atDay, type CertificateSeed, type RequestSeed } from './seeds/seed.ts';

/** A certificate with the key that proves it. */
export interface Issued {
	certificatePem: string;
	keyPem: string;
}

/** A CertificateSigningRequest with what was asked and, if it was approved, given. */
export interface IssuedRequest {
	seed: RequestSeed;
	requestPem: string;
	/** Null where it was denied or nobody decided. */
	issued: Issued | null;
	/** SHA-256 of the certificate that asked, as audit events name it; empty when none is told. */
	askedWithSha256: string;
}

/** Key pairs by name, so that two certificates can share one. */
export type KeyRing = (seed: CertificateSeed) => Promise<Keys>;

/** A key ring of the whole fleet. */
export function createKeyRing(): KeyRing {
	const shared = new Map<string, Promise<Keys>>();
	return seed => {
		if (seed.sharedKey === undefined) return createKeys(seed.rsaBits);
		const known = shared.get(seed.sharedKey) ?? createKeys(seed.rsaBits);
		shared.set(seed.sharedKey, known);
		return known;
	};
}

/** Signs one client certificate. */
export async function issueCertificate(
	authority: Authority,
	seed: CertificateSeed,
	keys: Keys,
	now: EpochSeconds,
): Promise<Issued> {
	const subject = {
		commonName: seed.user,
		organizations: seed.groups,
		notBefore: atDay(now, seed.from),
		notAfter: atDay(now, seed.until),
		usage: 'client',
	} as const;
	const certificatePem = await authority.issue(subject, keys.publicKey);
	return { certificatePem, keyPem: await privateKeyPem(keys) };
}

/** Answers a cluster's requests, in order: one may be asked with the certificate of another before it. */
export async function answerRequests(
	authority: Authority,
	seeds: RequestSeed[],
	ring: KeyRing,
	now: EpochSeconds,
): Promise<IssuedRequest[]> {
	const answered: IssuedRequest[] = [];
	for (const seed of seeds) {
		const { certificate } = seed;
		const keys = await ring(certificate);
		const isApproved = seed.decision === 'approved';
		const asker = answered.find(other => other.seed.name === seed.askedWith)?.issued;
		answered.push({
			seed,
			requestPem: await requestPem({ commonName: certificate.user, organizations: certificate.groups }, keys),
			issued: isApproved ? await issueCertificate(authority, certificate, keys, now) : null,
			askedWithSha256: asker ? readCertificate(asker.certificatePem).sha256 : '',
		});
	}
	return answered;
}
