import { createServer as createHttpServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { DAY } from '../../lib/epoch.ts';
import { createAuthority, createKeys, privateKeyPem } from '../pki.ts';
import { type Call, type CloudAnswer, type Operation, ok, requestId, roaError, rpcError } from './answer.ts';
import { cs } from './clusters.ts';
import { type Fault, takeFault } from './faults.ts';
import { ims, ram, sts } from './identities.ts';
import { type CloudRequest, parameter, readRequest } from './request.ts';
import { rewritten } from './rewrite.ts';
import { productOf, type Route, route } from './routes.ts';
import { type Verifier, verify } from './signature.ts';
import { createLogService, isLogRequest, type LogService } from './sls.ts';
import { contextsByName } from './sls-names.ts';
import type { AccessKey, CloudState, Product } from './state.ts';
import { toXml } from './xml.ts';

/** The cloud while it runs: every product answers at either address, told apart by its version. */
export interface CloudServer {
	/** `127.0.0.1:<port>`, for TLS and for plain HTTP. */
	tls: string;
	http: string;
	/** Signs the certificate of the TLS address. */
	authorityPem: string;
	close(): Promise<void>;
}

const OPERATIONS: Partial<Record<Product, Record<string, Operation>>> = { cs, ram, ims, sts };

/** Serves an account's API on loopback. */
export async function startCloud(state: CloudState): Promise<CloudServer> {
	const logs = createLogService(state);
	const listener = listen(state, logs);
	const { cert, key, authorityPem, byName } = await servingCertificate(state);
	const servers = [
		createHttpsServer({ cert, key, SNICallback: byName }, listener),
		createHttpServer(listener),
	] as const;
	// Longer than clients keep a connection: one that is closed while it is used again looks like a fault.
	for (const server of servers) server.keepAliveTimeout = 75_000;
	const ports = await Promise.all(
		servers.map(
			server =>
				new Promise<number>((resolve, reject) => {
					server.once('error', reject).listen(0, '127.0.0.1', () => {
						// Only a pipe has an address of another kind.
						resolve((server.address() as AddressInfo).port);
					});
				}),
		),
	);
	return {
		tls: `127.0.0.1:${ports[0]}`,
		http: `127.0.0.1:${ports[1]}`,
		authorityPem,
		close: async () => {
			await Promise.all(
				servers.map(
					server =>
						new Promise<void>(resolve => {
							server.close(() => resolve());
							server.closeAllConnections();
						}),
				),
			);
			await logs.close();
		},
	};
}

async function servingCertificate({ now }: CloudState) {
	const at = now();
	const authority = await createAuthority(at - 3650 * DAY, at + 3650 * DAY);
	const keys = await createKeys();
	const subject = {
		commonName: 'aliyuncs.com',
		organizations: [],
		notBefore: at - 3000 * DAY,
		notAfter: at + 3000 * DAY,
		usage: 'server',
		names: ['*.localhost'],
	} as const;
	const cert = await authority.issue(subject, keys.publicKey);
	const pem = await privateKeyPem(keys);
	return {
		cert,
		key: pem,
		authorityPem: authority.certificatePem,
		byName: contextsByName(pem, async name => authority.issue({ ...subject, names: [name] }, keys.publicKey)),
	};
}

function listen(state: CloudState, logs: LogService): RequestListener {
	const verifier: Verifier = {
		keys: state.accessKeys,
		nowMs: () => state.now() * 1000,
		nonces: new Map(),
	};
	const limits = new Map<Product, number[]>();
	return (message, response) => {
		readRequest(message)
			.then(async request => {
				if (request === null) return send(response, roaError(413, 'RequestTooLarge', 'too large'), 'json');
				if (state.latencyMs > 0) await wait(state.latencyMs);
				if (isLogRequest(request)) {
					const isOver = () => isOverRate(state, limits, 'sls');
					return await logs.answer(
						{ request, verifier, isOver, record: call => record(state, call) },
						response,
					);
				}
				await answer(state, verifier, limits, request, response);
			})
			.catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
	};
}

async function answer(
	state: CloudState,
	verifier: Verifier,
	limits: Map<Product, number[]>,
	request: CloudRequest,
	response: ServerResponse,
): Promise<void> {
	const to = route(request);
	const form = formOf(request, to);
	const error = to?.style === 'rpc' ? rpcError : roaError;
	const key = isAnonymous(to) ? NOBODY : verify(request, verifier);
	// What the gateway says itself is worded alike for every product; older clients of ROA read nothing else.
	if (!('id' in key)) return send(response, rpcError(key.status, key.code, key.message), form);
	const operation = to === null ? undefined : operationOf(to);
	if (to === null || operation === undefined) return send(response, unknownAction(request), form);
	const fault = takeFault(state.faults, to.action, `${request.path} ${JSON.stringify(request.query)}`);
	if (fault?.is === 'cut') {
		response.socket?.destroy();
		return;
	}
	if (fault?.is === 'slow') await wait(fault.ms);
	if (fault?.is === 'html') {
		response
			.writeHead(fault.status, { 'content-type': 'text/html' })
			.end('<html><h1>Bad Gateway</h1></html>');
		return;
	}
	if (fault?.is === 'error') return send(response, error(fault.status, fault.code, fault.message), form);
	if (fault?.is === 'throttle' || isOverRate(state, limits, to.product)) {
		const after = fault?.is === 'throttle' ? fault.retryAfterMs : 1000 / Math.max(state.rate, 1);
		return send(response, throttled(after), form);
	}
	const denied = denial(key, to, error);
	if (denied !== null) return send(response, denied, form);
	const { product, action } = to;
	record(state, { product, action, caller: key.holder, target: product === 'cs' ? targetOf(request) : '' });
	if (fault?.is === 'ignored') return send(response, ok({}), form, to.action);
	const result = await operation(callOf(state, key, to, request, fault));
	if (fault?.is === 'lost') {
		response.socket?.destroy();
		return;
	}
	send(response, fault?.is === 'rewrite' ? rewritten(result, fault.rewrite) : result, form, to.action);
}

/** Whoever brings a token of an OIDC provider has no key yet. */
function isAnonymous(to: Route | null): boolean {
	return to?.product === 'sts' && to.action === 'AssumeRoleWithOIDC';
}

const NOBODY: AccessKey = {
	id: '',
	secret: '',
	securityToken: '',
	holder: '',
	expiresAt: null,
	allowed: null,
};

function unknownAction(request: CloudRequest): CloudAnswer {
	return productOf(request) === null
		? rpcError(400, 'InvalidVersion', 'Specified parameter Version is not valid.')
		: rpcError(
				404,
				'InvalidAction.NotFound',
				'Specified api is not found, please check your url and method.',
			);
}

function targetOf({ path, query }: CloudRequest): string {
	const words = query.map(([name, value]) => `${name}=${value}`);
	return words.length === 0 ? path : `${path}?${words.join('&')}`;
}

const MOST_CALLS = 200_000;

function record({ calls }: CloudState, call: CloudState['calls'][number]): void {
	calls.push(call);
	if (calls.length > MOST_CALLS) calls.splice(0, MOST_CALLS / 2);
}

function throttled(retryAfterMs: number | null): CloudAnswer {
	const answered = rpcError(400, 'Throttling.User', 'Request was denied due to user flow control.');
	const headers = retryAfterMs === null ? {} : { 'x-acs-retry-after': String(Math.ceil(retryAfterMs)) };
	return { ...answered, headers };
}

/** Calls a second, over the last one. */
function isOverRate({ rate }: CloudState, limits: Map<Product, number[]>, product: Product): boolean {
	if (rate === 0) return false;
	const now = performance.now();
	const recent = (limits.get(product) ?? []).filter(at => at > now - 1000);
	const isOver = recent.length >= rate;
	limits.set(product, isOver ? recent : [...recent, now]);
	return isOver;
}

function denial(key: AccessKey, { product, action }: Route, error: typeof roaError): CloudAnswer | null {
	// IMS is authorised under RAM's name, and STS tells everybody who he is.
	const wanted = `${product === 'ims' ? 'ram' : product}:${action}`;
	if (action === 'GetCallerIdentity' || key.allowed === null || key.allowed.includes(wanted)) return null;
	const { body, status } = error(
		403,
		product === 'cs' ? 'Forbidden.RAM' : 'NoPermission',
		`You are not authorized to do this action: ${wanted}`,
	);
	const AccessDeniedDetail = {
		PolicyType: 'AccountLevelIdentityBasedPolicy',
		AuthAction: wanted,
		AuthPrincipalType: 'SubUser',
		AuthPrincipalDisplayName: key.holder,
		NoPermissionType: 'ImplicitDeny',
	};
	const field = product === 'cs' ? 'accessDeniedDetail' : 'AccessDeniedDetail';
	return { status, body: { ...(body as object), [field]: AccessDeniedDetail } };
}

function operationOf({ product, action }: Route): Operation | undefined {
	const operations = OPERATIONS[product];
	return operations !== undefined && Object.hasOwn(operations, action) ? operations[action] : undefined;
}

function callOf(
	state: CloudState,
	key: AccessKey,
	{ action, path }: Route,
	request: CloudRequest,
	fault: Fault['kind'] | null,
): Call {
	const isRepeating = fault?.is === 'rewrite' && fault.rewrite === 'repeating_page';
	const get = (name: string) =>
		isRepeating && PLACES.includes(name) ? undefined : (path[name] ?? parameter(request, name));
	const lateMs = fault?.is === 'late' ? fault.ms : 0;
	return { state, key, action, get, body: request.json, lateMs };
}

/** What says which page is asked for. */
const PLACES = ['page_number', 'pageNumber', 'Marker'];

type Form = 'json' | 'xml';

/** RPC of before version 3 answers in XML unless it is asked otherwise. */
function formOf(request: CloudRequest, to: Route | null): Form {
	const isSigned = request.headers.authorization !== undefined;
	const isRpc = to === null ? request.path === '/' : to.style === 'rpc';
	const format = parameter(request, 'Format');
	return isRpc && !isSigned && format?.toUpperCase() !== 'JSON' ? 'xml' : 'json';
}

function send(
	response: ServerResponse,
	{ status, body, headers }: CloudAnswer,
	form: Form,
	action = '',
): void {
	const text =
		body === null
			? ''
			: form === 'xml'
				? toXml(status === 200 ? `${action}Response` : 'Error', body)
				: isRaw(body)
					? body.raw
					: JSON.stringify(body);
	response.writeHead(status, {
		'content-type': form === 'xml' ? 'text/xml;charset=utf-8' : 'application/json;charset=utf-8',
		'content-length': Buffer.byteLength(text),
		'x-acs-request-id': requestId(),
		...headers,
	});
	response.end(text);
}

function isRaw(body: unknown): body is { raw: string } {
	return typeof body === 'object' && body !== null && 'raw' in body && typeof body.raw === 'string';
}
