import { DAY, HOUR } from '../lib/epoch.ts';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';
import type { EpochSeconds, Subject } from '../model/facts.ts';
import { parseMoment } from './flags.ts';

/** Whom the audit log is asked about. */
export type UsageSubject =
	/** `X509SHA256=<hex>` or `JTI=<id>`, as events name it. */
	| { kind: 'credential'; id: string }
	/** `namespace/name` of the Secret that holds a token. */
	| { kind: 'token_secret'; id: string }
	| { kind: 'username'; id: string };

const HEX = '[0-9a-f]{64}';
const CERTIFICATE = new RegExp(`^(?:x509sha256=|x509:|)(${HEX})$`, 'i');
/** As `openssl x509 -fingerprint -sha256` prints it. */
const FINGERPRINT = /^(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/i;

/** The subject that a word names; what looks like no credential is a username. @throws {ScanError} USAGE */
export function parseSubject(word: string): UsageSubject {
	const plain = FINGERPRINT.test(word) ? word.replaceAll(':', '') : word;
	const hash = CERTIFICATE.exec(plain)?.[1];
	if (hash !== undefined) return { kind: 'credential', id: `X509SHA256=${hash.toLowerCase()}` };
	const [, token] = /^jti=(.+)$/is.exec(word) ?? [];
	if (token !== undefined) return { kind: 'credential', id: `JTI=${token}` };
	const [, namespace, name] = /^secret\/([^/]+)\/([^/]+)$/.exec(word) ?? [];
	if (namespace !== undefined) return { kind: 'token_secret', id: `${namespace}/${name}` };
	refuseHalves(word);
	return { kind: 'username', id: word };
}

/** Nobody has such a name: an answer about it would be silence about somebody else. */
function refuseHalves(word: string): void {
	const shown = JSON.stringify(oneLine(word, 100));
	if (/^(x509sha256=|x509:|jti=)/i.test(word))
		throw usage(`${shown} is no credential's id`, 'write X509SHA256= and the 64 digits of its SHA-256');
	if (/^secret\//.test(word))
		throw usage(`${shown} names no token Secret`, 'write secret/NAMESPACE/NAME, or add --username');
	if (/^secret:/.test(word))
		throw usage(
			`${shown} is the uid of a Secret, which audit logs do not have`,
			'name the Secret as secret/NAMESPACE/NAME, or add the --result FILE that has the uid',
		);
}

/** How a subject is written in a sentence; as hostile as what was given. */
export function subjectWords({ kind, id }: UsageSubject): string {
	return kind === 'token_secret' ? `the token of Secret ${id}` : id;
}

/** The user as a binding of RBAC names it. */
export function rbacSubject(username: string): Subject {
	const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username) ?? [];
	return namespace === undefined || name === undefined
		? { kind: 'User', name: username, namespace: '' }
		: { kind: 'ServiceAccount', name, namespace };
}

/** A time, or how long before `now`. @throws {ScanError} USAGE */
export function parseSince(value: string, now: EpochSeconds): EpochSeconds {
	const [, number, unit] = /^(\d{1,5})([dh])$/.exec(value) ?? [];
	if (number !== undefined) return now - Number(number) * (unit === 'd' ? DAY : HOUR);
	try {
		return parseMoment(value);
	} catch {
		throw usage(
			`--since: no time: ${JSON.stringify(oneLine(value, 60))}`,
			'write it as 30d or 12h (before now), as 2026-11-22, or as 2026-11-22T08:00:00Z',
		);
	}
}

/** An error in the command line. */
export function usage(message: string, hint: string): ScanError {
	return new ScanError('USAGE', message, { hint });
}
