import type { Cluster, Credential, EpochSeconds } from '../model/facts.ts';
import type { AuthorityRef, NewerCredential } from '../model/record.ts';

/** Looks up the newest usable client certificate that its user got after this one. */
export function indexNewer(
	credentials: Credential[],
	now: EpochSeconds,
): (credential: Credential) => NewerCredential | null {
	const newest = new Map<string, NewerCredential>();
	for (const credential of credentials) {
		const found = asNewer(credential, now);
		if (found === null) continue;
		const known = newest.get(credential.username);
		if (known === undefined || isAfter(found, known)) newest.set(credential.username, found);
	}
	return credential => {
		const own = asNewer(credential, now);
		const other = newest.get(credential.username);
		return own !== null && other !== undefined && isAfter(other, own) ? other : null;
	};
}

/** null for what is no client certificate that works now. */
function asNewer(
	{ uid, kind, state, username, notBefore, notAfter, certificate }: Credential,
	now: EpochSeconds,
): NewerCredential | null {
	if (kind !== 'client_certificate' || certificate === null || username === '') return null;
	if (notBefore === null || notAfter === null || notBefore > now || notAfter < now) return null;
	if (state === 'revoked' || state === 'deleted' || state === 'not_issued') return null;
	return { uid, sha256: certificate.sha256, notBefore, notAfter };
}

/** Two of one second are put in order by their hash: one of them is the older, in every run the same. */
function isAfter(a: NewerCredential, b: NewerCredential): boolean {
	return a.notBefore > b.notBefore || (a.notBefore === b.notBefore && a.sha256 > b.sha256);
}

/** The cluster's authorities, each with how long what it issued is to live. */
export function authorities(cluster: Cluster, credentials: Credential[]): AuthorityRef[] {
	const issuedUntil = new Map<string, EpochSeconds>();
	for (const { certificate, notAfter, state } of credentials) {
		if (certificate === null || notAfter === null || state === 'expired') continue;
		issuedUntil.set(certificate.issuer, Math.max(notAfter, issuedUntil.get(certificate.issuer) ?? 0));
	}
	return cluster.certificateAuthorities.map(({ sha256, subject, notAfter }) => ({
		sha256,
		subject,
		notAfter,
		issuedUntil: issuedUntil.get(subject) ?? null,
	}));
}
