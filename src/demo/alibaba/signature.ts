import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { byCodeUnit } from '../../lib/text.ts';
import { type CloudRequest, header, parameter } from './request.ts';
import type { AccessKey } from './state.ts';

/** Why a request is not let in, as the cloud's own code, with its HTTP status. */
export interface Refusal {
	status: number;
	code: string;
	message: string;
}

/** What signatures are checked against. */
export interface Verifier {
	keys: AccessKey[];
	/** Milliseconds since 1970 by the cloud's clock. */
	nowMs: () => number;
	/** Nonces of the last quarter of an hour, with when they were seen. */
	nonces: Map<string, number>;
}

/** Whoever signed, or why nobody is believed to have. */
export function verify(request: CloudRequest, verifier: Verifier): AccessKey | Refusal {
	const authorization = header(request, 'authorization');
	const claim = authorization.startsWith('ACS3-HMAC-SHA256 ')
		? readV3(request, authorization)
		: authorization.startsWith('acs ')
			? readRoa(request, authorization)
			: readRpc(request);
	if (claim === null) return refuse(400, 'MissingSecurityToken', 'The request is not signed.');
	return check(claim, verifier);
}

/** What a request says of its own signature. */
interface Claim {
	accessKeyId: string;
	securityToken: string;
	/** RFC 3339 or RFC 1123. */
	date: string;
	/** Null where clients of that kind send none. */
	nonce: string | null;
	signature: string;
	/** What is wrong with it before any secret is known. */
	fault: Refusal | null;
	/** What was signed. More than one where clients are known to write the same thing in two ways. */
	texts: string[];
	sign: (secret: string, text: string) => string;
}

const SKEW_MS = 15 * 60_000;

/** Clients of before version 3 look for what follows it, and one of them falls over where there is nothing. */
const MISMATCH = 'Specified signature is not matched with our calculation. server string to sign is:';

function check(claim: Claim, { keys, nowMs, nonces }: Verifier): AccessKey | Refusal {
	const key = keys.find(({ id }) => id === claim.accessKeyId);
	if (key === undefined)
		return refuse(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
	if (key.securityToken !== claim.securityToken)
		return refuse(400, 'InvalidSecurityToken.Malformed', 'Specified SecurityToken is malformed.');
	if (key.expiresAt !== null && key.expiresAt * 1000 <= nowMs())
		return refuse(400, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.');
	if (claim.fault !== null) return claim.fault;
	if (!claim.texts.some(text => isEqual(claim.sign(key.secret, text), claim.signature)))
		return refuse(400, 'SignatureDoesNotMatch', `${MISMATCH}${claim.texts[0] ?? ''}`);
	const at = Date.parse(claim.date);
	if (claim.date === '') return refuse(400, 'MissingTimestamp', 'A time stamp is mandatory for this action.');
	if (!(Math.abs(at - nowMs()) <= SKEW_MS))
		return refuse(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
	forget(nonces, nowMs() - 2 * SKEW_MS);
	if (claim.nonce === null) return key;
	if (claim.nonce === '')
		return refuse(400, 'MissingSignatureNonce', 'A signature nonce is mandatory for this action.');
	// A counter will do, and two keys may count alike.
	const nonce = `${key.id} ${claim.nonce}`;
	if (nonces.has(nonce))
		return refuse(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');
	nonces.set(nonce, nowMs());
	return key;
}

/** The oldest stand first. */
function forget(nonces: Map<string, number>, before: number): void {
	for (const [nonce, seen] of nonces) {
		if (seen >= before) return;
		nonces.delete(nonce);
	}
}

/**
 * Signature version 3.
 * @see https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
 */
function readV3(request: CloudRequest, authorization: string): Claim | null {
	const field = (name: string) => new RegExp(`${name}=([^,\\s]+)`).exec(authorization)?.[1] ?? '';
	const signed = field('SignedHeaders').split(';');
	const hash = createHash('sha256').update(request.body).digest('hex');
	const required = ['host', ...Object.keys(request.headers).filter(name => name.startsWith('x-acs-'))];
	const unsigned = required.find(name => !signed.some(each => each.toLowerCase() === name));
	const canonical = (query: string) =>
		[
			request.method,
			encodePath(request.path),
			query,
			...signed.map(name => `${name}:${header(request, name.toLowerCase()).trim()}`),
			'',
			signed.join(';'),
			hash,
		].join('\n');
	const isBodyTrue = header(request, 'x-acs-content-sha256') === hash;
	return {
		accessKeyId: field('Credential'),
		securityToken: header(request, 'x-acs-security-token'),
		date: header(request, 'x-acs-date') || header(request, 'date'),
		nonce: header(request, 'x-acs-signature-nonce'),
		signature: field('Signature'),
		fault:
			unsigned !== undefined
				? refuse(400, 'IncompleteSignature', `The header ${unsigned} is not signed.`)
				: isBodyTrue
					? null
					: refuse(400, 'InvalidContentHash', 'x-acs-content-sha256 is not the hash of the body.'),
		texts: [sortedQuery(request.query), sortedQuery(request.query, '')].map(
			query => `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical(query)).digest('hex')}`,
		),
		sign: (secret, text) => createHmac('sha256', secret).update(text).digest('hex'),
	};
}

/**
 * RPC signature version 1.0: everything stands among the parameters.
 * @see https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism
 */
function readRpc(request: CloudRequest): Claim | null {
	const of = (name: string) => parameter(request, name) ?? '';
	if (of('Signature') === '') return null;
	const parameters = [...request.query, ...request.form].filter(([name]) => name !== 'Signature');
	const text = [request.method, '%2F', encode(sortedQuery(parameters))].join('&');
	const isKnown = of('SignatureMethod').toUpperCase() === 'HMAC-SHA1' && of('SignatureVersion') === '1.0';
	return {
		accessKeyId: of('AccessKeyId'),
		securityToken: of('SecurityToken'),
		date: of('Timestamp'),
		nonce: of('SignatureNonce'),
		signature: of('Signature'),
		fault: isKnown
			? null
			: refuse(400, 'InvalidSignatureMethod', 'Only HMAC-SHA1 of version 1.0 is known here.'),
		texts: [text],
		sign: secret => createHmac('sha1', `${secret}&`).update(text).digest('base64'),
	};
}

/**
 * ROA signature version 1.0, of clients before version 3.
 * @see https://www.alibabacloud.com/help/en/sdk/product-overview/roa-mechanism
 */
function readRoa(request: CloudRequest, authorization: string): Claim {
	const [, accessKeyId = '', signature = ''] = /^acs ([^:]+):(.*)$/.exec(authorization) ?? [];
	const acs = Object.keys(request.headers)
		.filter(name => name.startsWith('x-acs-'))
		.sort(byCodeUnit)
		.map(name => `${name}:${header(request, name)}\n`);
	const [accept, md5, type, date] = ['accept', 'content-md5', 'content-type', 'date'].map(name =>
		header(request, name),
	);
	// Some HTTP libraries say a type of no body, after the signing.
	const types = request.body.length === 0 && type !== '' ? [type, ''] : [type];
	const resources = [request.path, decodePath(request.path)].flatMap(path =>
		['=', ''].map(sign => {
			const query = plainQuery(request.query, sign);
			return `${path}${query === '' ? '' : `?${query}`}`;
		}),
	);
	const texts = types.flatMap(each =>
		resources.map(resource =>
			[request.method, accept, md5, each, date, `${acs.join('')}${resource}`].join('\n'),
		),
	);
	return {
		accessKeyId,
		securityToken: header(request, 'x-acs-security-token'),
		date: header(request, 'x-acs-date') || header(request, 'date'),
		nonce: header(request, 'x-acs-signature-nonce') || null,
		signature,
		fault: null,
		texts,
		sign: (secret, each) => createHmac('sha1', secret).update(each).digest('base64'),
	};
}

/** `ifEmpty` follows a name without a value: clients differ. */
function plainQuery(parameters: [string, string][], ifEmpty: string): string {
	return [...parameters]
		.sort(([a], [b]) => byCodeUnit(a, b))
		.map(([name, value]) => (value === '' ? `${name}${ifEmpty}` : `${name}=${value}`))
		.join('&');
}

function sortedQuery(parameters: [string, string][], ifEmpty = '='): string {
	return plainQuery(
		parameters.map(([name, value]) => [encode(name), encode(value)]),
		ifEmpty,
	);
}

/** RFC 3986: what encodeURIComponent leaves alone beside the unreserved characters. */
function encode(text: string): string {
	return encodeURIComponent(text).replace(
		/[!'()*]/g,
		character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

function encodePath(path: string): string {
	return path.replaceAll('+', '%20').replaceAll('*', '%2A').replaceAll('%7E', '~');
}

/** As a client signs that escapes its path only when it sends it. */
function decodePath(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

function isEqual(a: string, b: string): boolean {
	const [one, other] = [Buffer.from(a), Buffer.from(b)];
	return one.length === other.length && timingSafeEqual(one, other);
}

function refuse(status: number, code: string, message: string): Refusal {
	return { status, code, message };
}
