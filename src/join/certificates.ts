import { byCodeUnit } from '../lib/text.ts';
import type { Cluster, Credential, EpochSeconds } from '../model/facts.ts';
import type { AuthorityRef, NewerCredential } from '../model/record.ts';

/**
 * Looks up the client certificate that its user got next after this one, of those that work now. The
 * next, not the newest: where a new one comes every week, the newest is always young.
 */
export function indexNewer(
	credentials: Credential[],
	now: EpochSeconds,
	nameOf: (username: string) => string = username => username,
): (credential: Credential) => NewerCredential | null {
	const byUser = new Map<string, NewerCredential[]>();
	for (const credential of credentials) {
		if (!worksNow(credential, now)) continue;
		const holder = nameOf(credential.username);
		const held = byUser.get(holder);
		if (held === undefined) byUser.set(holder, [asNewer(credential)]);
		else held.push(asNewer(credential));
	}
	const next = new Map<string, NewerCredential>();
	for (const held of byUser.values()) chain(held.sort(byAge), next);
	return ({ uid }) => next.get(uid) ?? null;
}

/** Oldest first. One certificate that two places call by different uids is not its own successor. */
function chain(held: NewerCredential[], next: Map<string, NewerCredential>): void {
	let younger: NewerCredential | undefined;
	let successor: NewerCredential | undefined;
	for (const each of held.toReversed()) {
		if (younger !== undefined && younger.sha256 !== each.sha256) successor = younger;
		if (successor !== undefined) next.set(each.uid, successor);
		younger = each;
	}
}

type Certified = Credential & {
	notBefore: EpochSeconds;
	notAfter: EpochSeconds;
	certificate: NonNullable<Credential['certificate']>;
};

/** A client certificate that an API server which trusts its issuer would let in now. */
function worksNow(credential: Credential, now: EpochSeconds): credential is Certified {
	const { kind, username, notBefore, certificate } = credential;
	if (kind !== 'client_certificate' || username === '') return false;
	if (certificate === null || !certificate.clientAuth) return false;
	return notBefore !== null && notBefore <= now && isAlive(credential, now);
}

/** Nobody ended it, and its last second is not over (notAfter is inclusive, RFC 5280 §4.1.2.5). */
function isAlive({ state, notAfter }: Credential, now: EpochSeconds): boolean {
	return (state === 'effective' || state === 'unknown') && notAfter !== null && notAfter >= now;
}

function asNewer({ uid, notBefore, notAfter, certificate: { sha256 } }: Certified): NewerCredential {
	return { uid, sha256, notBefore, notAfter };
}

/** Two of one second are put in order by their hash: one of them is the older, in every run the same. */
function byAge(a: NewerCredential, b: NewerCredential): number {
	return a.notBefore - b.notBefore || byCodeUnit(a.sha256, b.sha256);
}

/** The cluster's authorities, each once, with how long what it issued is still to live. */
export function authorities(cluster: Cluster, credentials: Credential[], now: EpochSeconds): AuthorityRef[] {
	const issuedUntil = new Map<string, EpochSeconds>();
	for (const credential of credentials) {
		const { certificate, notAfter } = credential;
		if (certificate === null || notAfter === null || !isAlive(credential, now)) continue;
		issuedUntil.set(certificate.issuer, Math.max(notAfter, issuedUntil.get(certificate.issuer) ?? 0));
	}
	const unique = new Map(cluster.certificateAuthorities.map(authority => [authority.sha256, authority]));
	return [...unique.values()].map(({ sha256, subject, notAfter }) => ({
		sha256,
		subject,
		notAfter,
		issuedUntil: issuedUntil.get(subject) ?? null,
	}));
}
