import { createHash, createHmac, randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import * as csSdk from '@alicloud/cs20151215';
import * as imsSdk from '@alicloud/ims20190815';
import * as ramSdk from '@alicloud/ram20150501';
import * as stsSdk from '@alicloud/sts20150401';
import { type CloudFleet, type CloudFleetOptions, startCloudFleet } from '../../../src/demo/alibaba/fleet.ts';
import type { AccessKey } from '../../../src/demo/alibaba/state.ts';

import { byCodeUnit } from '../../../src/lib/text.ts';

/** The official SDKs check dates by the machine's clock. */
export const clock = () => Math.floor(Date.now() / 1000);

/** Runs with a cloud of its own. */
export async function withCloud(
	options: Omit<CloudFleetOptions, 'now'>,
	run: (fleet: CloudFleet) => Promise<void>,
): Promise<void> {
	const fleet = await startCloudFleet({ now: clock, ...options });
	await run(fleet).finally(() => fleet.close());
}

/** A key pair as a client is given it. */
export interface Pair {
	accessKeyId: string;
	accessKeySecret: string;
	securityToken?: string;
}

/** The official clients, over TLS or plain HTTP. */
export function clients(
	{ endpoints, http, authorityPem }: Pick<CloudFleet, 'endpoints' | 'http' | 'authorityPem'>,
	key: Pair,
	protocol = 'https',
) {
	const endpoint = protocol === 'https' ? endpoints.cs : http;
	const config = {
		...key,
		endpoint,
		protocol,
		regionId: 'cn-hangzhou',
		ca: authorityPem,
		connectTimeout: 20_000,
		readTimeout: 20_000,
	};
	return {
		cs: construct<csSdk.default>(csSdk, config),
		ram: construct<ramSdk.default>(ramSdk, config),
		ims: construct<imsSdk.default>(imsSdk, config),
		sts: construct<stsSdk.default>(stsSdk, config),
	};
}

/** CommonJS: what Node calls the default holds the default. */
function construct<T>(sdk: { default: unknown }, config: object): T {
	const inner = sdk.default as { default?: unknown };
	const Client = (inner.default ?? inner) as new (config: object) => T;
	return new Client(config);
}

/** Another key of whoever it is, allowed everything. */
export function keyOf({ state }: CloudFleet, holder: string, change: Partial<AccessKey> = {}): Pair {
	const key: AccessKey = {
		id: `LTAI${randomUUID()}`,
		secret: 'secretSECRET',
		securityToken: '',
		holder,
		expiresAt: null,
		allowed: null,
		...change,
	};
	state.accessKeys.push(key);
	const { id: accessKeyId, secret: accessKeySecret, securityToken } = key;
	return { accessKeyId, accessKeySecret, ...(securityToken === '' ? {} : { securityToken }) };
}

/** What an SDK threw: its code, HTTP status and what was denied. */
export async function thrown(call: Promise<unknown>) {
	try {
		await call;
	} catch (error) {
		const { code, statusCode, accessDeniedDetail } = error as Record<string, unknown>;
		return (accessDeniedDetail ?? null) === null
			? { code, statusCode }
			: { code, statusCode, accessDeniedDetail };
	}
	throw new Error('nothing was thrown');
}

export interface Reply {
	status: number;
	headers: IncomingHttpHeaders;
	text: string;
	// biome-ignore lint/suspicious/noExplicitAny: the shapes of a whole API, asserted by value.
	json: any;
}

/** One request as it stands, over plain HTTP. */
export function raw(
	host: string,
	{ method, path, headers, body = '' }: { method: string; path: string; headers: object; body?: string },
): Promise<Reply> {
	return new Promise((resolve, reject) => {
		const call = request(`http://${host}${path}`, { method, headers: { ...headers } }, response => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () => {
				const text = Buffer.concat(chunks).toString();
				const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
				const { statusCode: status = 0, headers: got } = response;
				resolve({ status, headers: got, text, json: isJson ? JSON.parse(text) : undefined });
			});
		});
		call.on('error', reject);
		call.end(body);
	});
}

/** RFC 3986. */
function encode(text: string): string {
	return encodeURIComponent(text).replace(
		/[!'()*]/g,
		character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

/** What a request of signature version 3 is made from; what is not said is what clients send. */
export interface V3 {
	key: Pair;
	action: string;
	version: string;
	method?: string;
	path?: string;
	query?: Record<string, string>;
	body?: string;
	headers?: Record<string, string>;
	/** Names of headers as this client writes them. */
	spell?: (name: string) => string;
	/** Left out of what is signed. */
	unsigned?: string[];
}

/** Signed as the documentation of version 3 says, by code that is not the server's. */
export function signedV3(host: string, v3: V3) {
	const { method = 'GET', path = '/', query = {}, body = '', spell = (name: string) => name } = v3;
	const hash = createHash('sha256').update(body).digest('hex');
	const headers: Record<string, string> = {
		host,
		'x-acs-action': v3.action,
		'x-acs-version': v3.version,
		'x-acs-date': new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
		'x-acs-signature-nonce': randomUUID(),
		'x-acs-content-sha256': hash,
		...(v3.key.securityToken === undefined ? {} : { 'x-acs-security-token': v3.key.securityToken }),
		...v3.headers,
	};
	const names = Object.keys(headers)
		.filter(name => !(v3.unsigned ?? []).includes(name))
		.sort(byCodeUnit);
	const line = Object.keys(query)
		.sort(byCodeUnit)
		.map(name => `${encode(name)}=${encode(query[name] ?? '')}`)
		.join('&');
	const canonical = [
		method,
		path,
		line,
		...names.map(name => `${name}:${headers[name]}`),
		'',
		names.join(';'),
		hash,
	].join('\n');
	const digest = createHash('sha256').update(canonical).digest('hex');
	const signature = createHmac('sha256', v3.key.accessKeySecret)
		.update(`ACS3-HMAC-SHA256\n${digest}`)
		.digest('hex');
	const authorization = `ACS3-HMAC-SHA256 Credential=${v3.key.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
	const all = { ...headers, authorization, accept: 'application/json' };
	return {
		method,
		path: line === '' ? path : `${path}?${line}`,
		headers: Object.fromEntries(Object.entries(all).map(([name, value]) => [spell(name), value])),
		body,
	};
}

/** Signed as RPC clients of before version 3 do it. */
export function signedRpc(
	key: Pair,
	parameters: Record<string, string>,
	{ method = 'GET', inForm = false } = {},
) {
	const all: Record<string, string> = {
		AccessKeyId: key.accessKeyId,
		SignatureMethod: 'HMAC-SHA1',
		SignatureVersion: '1.0',
		SignatureNonce: randomUUID(),
		Timestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
		...(key.securityToken === undefined ? {} : { SecurityToken: key.securityToken }),
		...parameters,
	};
	const join = (of: Record<string, string>) =>
		Object.keys(of)
			.sort(byCodeUnit)
			.map(name => `${encode(name)}=${encode(of[name] ?? '')}`)
			.join('&');
	const Signature = createHmac('sha1', `${key.accessKeySecret}&`)
		.update(`${method}&%2F&${encode(join(all))}`)
		.digest('base64');
	const line = join({ ...all, Signature });
	return inForm
		? {
				method,
				path: '/',
				headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
				body: line,
			}
		: { method, path: `/?${line}`, headers: {} };
}

/** Signed as ROA clients of before version 3 do it. */
export function signedRoa(key: Pair, path: string, query: Record<string, string>, headers: object = {}) {
	const own: Record<string, string> = {
		Accept: 'application/json',
		Date: new Date().toUTCString(),
		'x-acs-signature-method': 'HMAC-SHA1',
		'x-acs-signature-version': '1.0',
		'x-acs-version': '2015-12-15',
		...headers,
	};
	const acs = Object.keys(own)
		.filter(name => name.startsWith('x-acs-'))
		.sort(byCodeUnit)
		.map(name => `${name}:${own[name]}\n`);
	const names = Object.keys(query).sort(byCodeUnit);
	const resource = names.map(name => `${name}=${query[name]}`).join('&');
	const text = `GET\n${own.Accept}\n\n\n${own.Date}\n${acs.join('')}${path}${names.length === 0 ? '' : `?${resource}`}`;
	const signature = createHmac('sha1', key.accessKeySecret).update(text).digest('base64');
	const line = names.map(name => `${encode(name)}=${encode(query[name] ?? '')}`).join('&');
	return {
		method: 'GET',
		path: line === '' ? path : `${path}?${line}`,
		headers: { ...own, Authorization: `acs ${key.accessKeyId}:${signature}` },
	};
}
