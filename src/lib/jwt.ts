import type { EpochSeconds, ServiceAccountRef } from '../model/facts.ts';

/** What a JSON Web Token says of itself, unverified. The token is not kept. */
export interface JwtClaims {
	/** Empty where the claim is missing or no text, as for `subject`. */
	issuer: string;
	subject: string;
	expiresAt: EpochSeconds | null;
	notBefore: EpochSeconds | null;
	issuedAt: EpochSeconds | null;
	/** Of a Kubernetes service-account token, bound or legacy. */
	serviceAccount: ServiceAccountRef | null;
	/** The Secret that a legacy service-account token lives in; empty for all others. */
	secretName: string;
	/** `jti`, by which audit events name a bound token; it opens nothing. */
	tokenId: string;
	/** Time claims that are there and cannot be read: null then does not mean "no end". */
	unreadable: ('exp' | 'nbf' | 'iat')[];
}

/** Far above any token that fits into an HTTP header (kube-apiserver refuses headers over 1 MB, most servers over 8 kB). */
const MAX_TOKEN_LENGTH = 65_536;

/**
 * Reads the claims of a JSON Web Token without verifying its signature.
 * @returns null when the text is no signed JSON Web Token.
 * @see RFC 7519, RFC 7515 §3.1 (compact serialization)
 */
export function decodeJwt(token: string): JwtClaims | null {
	if (token.length > MAX_TOKEN_LENGTH) return null;
	const [header, payload, signature, ...rest] = token.split('.');
	if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
		return null;
	const claims = decodeObject(payload);
	return decodeObject(header) === null || claims === null ? null : readClaims(claims);
}

/** A UUID has 36. */
const MAX_ID_LENGTH = 200;

type JsonObject = Record<string, unknown>;

function readClaims(claims: JsonObject): JwtClaims {
	const times = { exp: time(claims.exp), nbf: time(claims.nbf), iat: time(claims.iat) };
	return {
		issuer: text(claims.iss),
		subject: text(claims.sub),
		expiresAt: times.exp ?? null,
		notBefore: times.nbf ?? null,
		issuedAt: times.iat ?? null,
		serviceAccount: boundAccount(claims) ?? legacyAccount(claims),
		secretName: text(claims['kubernetes.io/serviceaccount/secret.name']),
		tokenId: text(claims.jti).slice(0, MAX_ID_LENGTH),
		unreadable: (['exp', 'nbf', 'iat'] as const).filter(name => times[name] === undefined),
	};
}

/** TokenRequest API: one object claim. */
function boundAccount(claims: JsonObject): ServiceAccountRef | null {
	const kubernetes = object(claims['kubernetes.io']);
	const account = object(kubernetes.serviceaccount);
	return accountRef(kubernetes.namespace, account.name, account.uid);
}

/** Token Secrets: one claim a value. */
function legacyAccount(claims: JsonObject): ServiceAccountRef | null {
	const claim = (name: string) => claims[`kubernetes.io/serviceaccount/${name}`];
	return accountRef(claim('namespace'), claim('service-account.name'), claim('service-account.uid'));
}

function accountRef(namespace: unknown, name: unknown, uid: unknown): ServiceAccountRef | null {
	if (text(namespace) === '' || text(name) === '') return null;
	return { namespace: text(namespace), name: text(name), uid: text(uid) };
}

function decodeObject(part: string): JsonObject | null {
	if (!/^[\w-]+$/.test(part)) return null;
	try {
		const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
		return isObject(value) ? value : null;
	} catch {
		// Not a JWT. The reason is dropped on purpose: the text of a SyntaxError quotes its input.
		return null;
	}
}

function object(value: unknown): JsonObject {
	return isObject(value) ? value : {};
}

function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

/** The last second that a JavaScript Date can show, ECMA-262 §21.4.1.1. */
const LAST_SECOND = 8.64e12;

/** A NumericDate (RFC 7519 §2, fractions allowed): null where it is missing, undefined where it is no time. */
function time(value: unknown): EpochSeconds | null | undefined {
	if (value === undefined || value === null) return null;
	return typeof value === 'number' && Math.abs(value) <= LAST_SECOND ? Math.floor(value) : undefined;
}
