import { isIP } from 'node:net';
import type Credential from '@alicloud/credentials';
import type Cs from '@alicloud/cs20151215';
import type Ims from '@alicloud/ims20190815';
import type Ram from '@alicloud/ram20150501';
import type Sls from '@alicloud/sls20201230';
import type Sts from '@alicloud/sts20150401';
import type { Product } from './call.ts';
import { loadCredential } from './credential.ts';
import { letGoOfAnswered } from './let-go.ts';

/** How the cloud is reached and as whom. */
export interface CloudAccess {
	/** Of the CLI's profiles; null for the default chain of credentials. */
	profile: string | null;
	/** `host:port` in place of the product's public address, as for a VPC endpoint. */
	endpoints: Partial<Record<Product, string>>;
	/** PEM of further CAs that those addresses may be signed by; empty for none. */
	authorities: string;
	timeoutMs: number;
}

/** The official SDKs' clients; each SDK is loaded with its first client. */
export interface Clients {
	cs(region: string): Promise<Cs.default>;
	ram(): Promise<Ram.default>;
	ims(): Promise<Ims.default>;
	sts(region: string): Promise<Sts.default>;
	/** Of the region that the logs are kept in. */
	sls(region: string): Promise<Sls.default>;
}

/** Clients of one account. */
export function createClients(access: CloudAccess): Clients {
	letGoOfAnswered();
	const known = new Map<string, Promise<unknown>>();
	let credential: Promise<Credential.default> | null = null;
	const once = <T>(key: string, make: () => Promise<T>): Promise<T> => {
		const client = (known.get(key) as Promise<T> | undefined) ?? make(); // each key has one maker
		known.set(key, client);
		return client;
	};
	const config = async (product: Product, region: string) => {
		credential ??= loadCredential(access.profile);
		const endpoint = access.endpoints[product];
		return {
			credential: await credential,
			regionId: region,
			protocol: 'https',
			// Both: on a socket that is used again the first clears the second's timer.
			connectTimeout: access.timeoutMs,
			readTimeout: access.timeoutMs,
			...(endpoint === undefined ? {} : { endpoint }),
			...(access.authorities === '' ? {} : { ca: access.authorities }),
		};
	};
	return {
		cs: region =>
			once(`cs ${region}`, async () => {
				const [sdk, options] = await Promise.all([
					import('@alicloud/cs20151215'),
					config('cs', hostPart(region)),
				]);
				return construct<Cs.default>(sdk, options);
			}),
		ram: () =>
			once('ram', async () => {
				const [sdk, options] = await Promise.all([
					import('@alicloud/ram20150501'),
					config('ram', DEFAULT_REGION),
				]);
				return construct<Ram.default>(sdk, options);
			}),
		ims: () =>
			once('ims', async () => {
				const [sdk, options] = await Promise.all([
					import('@alicloud/ims20190815'),
					config('ims', DEFAULT_REGION),
				]);
				return construct<Ims.default>(sdk, options);
			}),
		sts: region =>
			once(`sts ${region}`, async () => {
				const [sdk, options] = await Promise.all([import('@alicloud/sts20150401'), config('sts', region)]);
				return construct<Sts.default>(sdk, options);
			}),
		sls: region =>
			once(`sls ${region}`, async () => {
				const [sdk, options] = await Promise.all([
					import('@alicloud/sls20201230'),
					config('sls', hostPart(region)),
				]);
				const client = construct<Sls.default>(sdk, options);
				return isAddress(access.endpoints.sls) ? withProjectHeader(client) : client;
			}),
	};
}

/** Where a product that has no regions is asked, and where the list of clusters is, whatever their own. */
export const DEFAULT_REGION = 'cn-hangzhou';

/** The SDKs are CommonJS: their class is the default of the default. */
function construct<T>(sdk: { default: unknown }, options: object): T {
	const inner = sdk.default as { default?: unknown };
	const Client = (inner.default ?? inner) as new (options: object) => T;
	return new Client(options);
}

/** A region becomes part of a host's name. */
function hostPart(region: string): string {
	return /^[a-z0-9-]{2,40}$/.test(region) ? region : DEFAULT_REGION;
}

/** An address has no room for the project that the log service wants in front of its host. */
function isAddress(endpoint: string | undefined): boolean {
	const host = endpoint?.replace(/:\d+$/, '') ?? '';
	return host === 'localhost' || isIP(host) !== 0;
}

/** Sends the project as a header, which is signed, in place of a host that nobody can resolve. */
function withProjectHeader(client: Sls.default): Sls.default {
	const gateway = client._spi;
	const modify: typeof gateway.modifyRequest = gateway.modifyRequest.bind(gateway);
	gateway.modifyRequest = (context, attributes) => {
		const { request } = context;
		const { project, ...hostMap } = request.hostMap ?? {};
		request.hostMap = hostMap;
		request.headers = { ...request.headers, 'x-log-project': project ?? '' };
		return modify(context, attributes);
	};
	return client;
}
