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
	nonce: string;
	signature: string;
	/** What is wrong with it before any secret is known. */
	fault: Refusal | null;
	sign: (secret: string) => string;
}

const SKEW_MS = 15 * 60_000;

function check(claim: Claim, { keys, nowMs, nonces }: Verifier): AccessKey | Refusal {
	const key = keys.find(({ id }) => id === claim.accessKeyId);
	if (key === undefined)
		return refuse(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
	if (key.securityToken !== claim.securityToken)
		return refuse(400, 'InvalidSecurityToken.Malformed', 'Specified SecurityToken is malformed.');
	if (key.expiresAt !== null && key.expiresAt * 1000 <= nowMs())
		return refuse(400, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.');
	if (claim.fault !== null) return claim.fault;
	if (!isEqual(claim.sign(key.secret), claim.signature))
		return refuse(400, 'SignatureDoesNotMatch', 'Specified signature is not matched with our calculation.');
	const at = Date.parse(claim.date);
	if (!(Math.abs(at - nowMs()) <= SKEW_MS))
		return refuse(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
	for (const [nonce, seen] of nonces) if (seen < nowMs() - 2 * SKEW_MS) nonces.delete(nonce);
	if (claim.nonce === '' || nonces.has(claim.nonce))
		return refuse(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');
	nonces.set(claim.nonce, nowMs());
	return key;
}

/**
 * Signature version 3.
 * @see https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
 */
function readV3(request: CloudRequest, authorization: string): Claim | null {
	const field = (name: string) => new RegExp(`${name}=([^,]+)`).exec(authorization)?.[1] ?? '';
	const signed = field('SignedHeaders').split(';');
	const hash = createHash('sha256').update(request.body).digest('hex');
	const required = ['host', ...Object.keys(request.headers).filter(name => name.startsWith('x-acs-'))];
	const unsigned = required.find(name => !signed.includes(name));
	const canonical = [
		request.method,
		encodePath(request.path),
		sortedQuery(request.query),
		...signed.map(name => `${name}:${header(request, name).trim()}`),
		'',
		signed.join(';'),
		hash,
	].join('\n');
	const isBodyTrue = header(request, 'x-acs-content-sha256') === hash;
	return {
		accessKeyId: field('Credential'),
		securityToken: header(request, 'x-acs-security-token'),
		date: header(request, 'x-acs-date'),
		nonce: header(request, 'x-acs-signature-nonce'),
		signature: field('Signature'),
		fault:
			unsigned !== undefined
				? refuse(400, 'IncompleteSignature', `The header ${unsigned} is not signed.`)
				: isBodyTrue
					? null
					: refuse(400, 'InvalidContentHash', 'x-acs-content-sha256 is not the hash of the body.'),
		sign: secret => {
			const digest = createHash('sha256').update(canonical).digest('hex');
			return createHmac('sha256', secret).update(`ACS3-HMAC-SHA256\n${digest}`).digest('hex');
		},
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
	const query = [...request.query].sort(([a], [b]) => byCodeUnit(a, b));
	const resource = query.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&');
	const text = [
		request.method,
		header(request, 'accept'),
		header(request, 'content-md5'),
		header(request, 'content-type'),
		header(request, 'date'),
		`${acs.join('')}${request.path}${resource === '' ? '' : `?${resource}`}`,
	].join('\n');
	return {
		accessKeyId,
		securityToken: header(request, 'x-acs-security-token'),
		date: header(request, 'date'),
		nonce: header(request, 'x-acs-signature-nonce'),
		signature,
		fault: null,
		sign: secret => createHmac('sha1', secret).update(text).digest('base64'),
	};
}

function sortedQuery(parameters: [string, string][]): string {
	return [...parameters]
		.sort(([a], [b]) => byCodeUnit(a, b))
		.map(([name, value]) => `${encode(name)}=${encode(value)}`)
		.join('&');
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

function isEqual(a: string, b: string): boolean {
	const [one, other] = [Buffer.from(a), Buffer.from(b)];
	return one.length === other.length && timingSafeEqual(one, other);
}

function refuse(status: number, code: string, message: string): Refusal {
	return { status, code, message };
}
