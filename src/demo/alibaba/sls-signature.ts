import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { byCodeUnit } from '../../lib/text.ts';
import { type CloudRequest, header } from './request.ts';
import type { Refusal, Verifier } from './signature.ts';
import type { AccessKey } from './state.ts';

const SKEW_MS = 15 * 60_000;

/** Whoever signed a request of the log service, or why nobody is believed to have. */
export function verifyLog(request: CloudRequest, { keys, nowMs }: Verifier): AccessKey | Refusal {
	const claim = claimOf(request);
	if (claim === null) return refuse(401, 'SignatureNotMatch', 'The request has no signature that is known.');
	const key = keys.find(({ id }) => id === claim.accessKeyId);
	if (key === undefined) return refuse(401, 'InvalidAccessKeyId', 'The access key id does not exist.');
	if (key.securityToken !== header(request, 'x-acs-security-token'))
		return refuse(401, 'SecurityTokenInvalid', 'The security token is not the one of this key.');
	if (key.expiresAt !== null && key.expiresAt * 1000 <= nowMs())
		return refuse(401, 'SecurityTokenExpired', 'The security token has expired.');
	if (!claim.isBodyTrue)
		return refuse(400, 'PostBodyInvalid', 'The digest among the headers is not that of the body.');
	if (!claim.sign(key.secret).some(signature => isEqual(signature, claim.signature)))
		return refuse(401, 'SignatureNotMatch', 'The signature is not the one that was calculated.');
	if (Number.isNaN(claim.at)) return refuse(400, 'InvalidDateFormat', 'The date is none.');
	if (Math.abs(claim.at - nowMs()) > SKEW_MS)
		return refuse(400, 'RequestTimeTooSkewed', 'The time of the request is over 15 minutes off.');
	return key;
}

interface Claim {
	accessKeyId: string;
	signature: string;
	/** Milliseconds since 1970. */
	at: number;
	isBodyTrue: boolean;
	/** More than one where clients are known to write the same thing in two ways. */
	sign: (secret: string) => string[];
}

function claimOf(request: CloudRequest): Claim | null {
	const authorization = header(request, 'authorization');
	const v1 = /^LOG ([^:\s]+):(\S+)$/.exec(authorization);
	if (v1 !== null) return readV1(request, v1[1] ?? '', v1[2] ?? '');
	const v4 =
		/^SLS4-HMAC-SHA256 Credential=([^/,\s]+)\/((\d{8})\/([^/,\s]+)\/sls\/aliyun_v4_request), ?Signature=([0-9a-f]+)$/.exec(
			authorization,
		);
	if (v4 === null) return null;
	const [, accessKeyId = '', scope = '', date = '', region = '', signature = ''] = v4;
	return readV4(request, { accessKeyId, scope, date, region, signature });
}

/**
 * Version 1: HMAC-SHA1 from most SDKs, HMAC-SHA256 from the one for JavaScript.
 * @see https://www.alibabacloud.com/help/en/sls/developer-reference/request-signatures
 */
function readV1(request: CloudRequest, accessKeyId: string, signature: string): Claim {
	const algorithm = header(request, 'x-log-signaturemethod') === 'hmac-sha256' ? 'sha256' : 'sha1';
	const md5 = header(request, 'content-md5');
	const head = [md5, header(request, 'content-type'), header(request, 'date')].join('\n');
	const names = logHeaders(request);
	// Python adds `x-log-date` for proxies that drop `date`, and does not sign it.
	const sets = [names, names.filter(name => name !== 'x-log-date')];
	const texts = sets.flatMap(set =>
		pathsOf(request).map(path => {
			const headers = set.map(name => `${name}:${header(request, name)}\n`).join('');
			return `${request.method}\n${head}\n${headers}${path}${plainQuery(request)}`;
		}),
	);
	const digest = createHash('md5').update(request.body).digest('hex').toUpperCase();
	return {
		accessKeyId,
		signature,
		at: Date.parse(header(request, 'date')),
		isBodyTrue: md5 === '' || md5 === digest,
		sign: secret => texts.map(text => createHmac(algorithm, secret).update(text).digest('base64')),
	};
}

interface V4 {
	accessKeyId: string;
	/** `<date>/<region>/sls/aliyun_v4_request` */
	scope: string;
	date: string;
	region: string;
	signature: string;
}

function readV4(request: CloudRequest, { accessKeyId, scope, date, region, signature }: V4): Claim {
	const at = header(request, 'x-log-date');
	const hash = createHash('sha256').update(request.body).digest('hex');
	const present = ['content-type', 'host'].filter(name => header(request, name) !== '');
	const names = [...logHeaders(request), ...present].sort(byCodeUnit);
	const canonical = (path: string) =>
		[
			request.method,
			path,
			encodedQuery(request),
			...names.map(name => `${name}:${header(request, name).trim()}`),
			'',
			names.join(';'),
			hash,
		].join('\n');
	const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
	return {
		accessKeyId,
		signature,
		at: at.startsWith(date) ? parseBasic(at) : Number.NaN,
		isBodyTrue: header(request, 'x-log-content-sha256') === hash,
		sign: secret => {
			const chain = [date, region, 'sls', 'aliyun_v4_request'];
			const key = chain.reduce<string | Buffer>(hmac, `aliyun_v4${secret}`);
			return pathsOf(request).map(path => {
				const digest = createHash('sha256').update(canonical(path)).digest('hex');
				return hmac(key, `SLS4-HMAC-SHA256\n${at}\n${scope}\n${digest}`).toString('hex');
			});
		},
	};
}

/** `20261122T082455Z` */
function parseBasic(text: string): number {
	return Date.parse(
		text.replace(
			/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
			(_, y, m, d, h, i, s) => `${y}-${m}-${d}T${h}:${i}:${s}Z`,
		),
	);
}

function logHeaders({ headers }: CloudRequest): string[] {
	return Object.keys(headers)
		.filter(name => /^x-(log|acs)-/.test(name) && !name.startsWith('x-log-meta-'))
		.sort(byCodeUnit);
}

/** As on the wire, and as a client signs that escapes its path only when it sends it. */
function pathsOf({ path }: CloudRequest): string[] {
	try {
		return [path, decodeURIComponent(path)];
	} catch {
		return [path];
	}
}

function sorted({ query }: CloudRequest): [string, string][] {
	return [...query].sort(([a], [b]) => byCodeUnit(a, b));
}

function plainQuery(request: CloudRequest): string {
	const pairs = sorted(request).map(([name, value]) => `${name}=${value}`);
	return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function encodedQuery(request: CloudRequest): string {
	return sorted(request)
		.map(([name, value]) => (value === '' ? name : `${name}=${encode(value)}`))
		.join('&');
}

/** RFC 3986. */
function encode(text: string): string {
	return encodeURIComponent(text).replace(
		/[!'()*]/g,
		character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

function isEqual(a: string, b: string): boolean {
	const [one, other] = [Buffer.from(a), Buffer.from(b)];
	return one.length === other.length && timingSafeEqual(one, other);
}

function refuse(status: number, code: string, message: string): Refusal {
	return { status, code, message };
}
