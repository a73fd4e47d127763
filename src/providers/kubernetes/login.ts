import type { RequestOptions } from 'node:https';
import { dirname, isAbsolute, resolve } from 'node:path';
import { readSmallFile } from '../read-file.ts';
import type { ExecCredential } from './exec-plugin.ts';
import type { LiveTarget, RawContext } from './targets.ts';

/** Whether the server of a context is asked without TLS. */
export const isPlainHttp = ({ cluster }: LiveTarget): boolean => cluster.server.startsWith('http:');

/**
 * What a request needs to reach a context's API server and log in there.
 * @param credential what an exec plugin gave; null where the kubeconfig's own login is used.
 * @throws what a file cannot be read for, or the client library refuses a context for.
 */
export async function loginOptions(
	target: LiveTarget,
	credential: ExecCredential | null,
): Promise<RequestOptions> {
	const { cluster, user } = absolute(target.raw, dirname(resolve(target.path)));
	const login: Block =
		credential === null
			? { ...user, exec: undefined, ...fileToken(user) }
			: { ...withoutLogin(user), ...inline(credential) };
	const server: Block = {
		...cluster,
		server: target.cluster.server,
		// Without TLS there is nothing to verify, and the library refuses to try.
		'insecure-skip-tls-verify': target.cluster.isVerificationSkipped || isPlainHttp(target),
	};
	const isPlain = !login['auth-provider'] && !server['proxy-url'];
	return isPlain ? plainOptions(server, login) : libraryOptions(server, login);
}

type Block = Record<string, unknown>;

/** Certificates, tokens and passwords: for these alone the library would take 75 MiB and half a second to load. */
function plainOptions(cluster: Block, user: Block): RequestOptions {
	const pem = (block: Block, name: string) => {
		const [path, data] = [textOf(block[name]), textOf(block[`${name}-data`])];
		if (path !== '') return readSmallFile(path).text;
		return data === '' ? undefined : Buffer.from(data, 'base64');
	};
	const [token, name, as] = [user.token, user.username, user.as].map(textOf);
	const servername = textOf(cluster['tls-server-name']);
	return {
		ca: pem(cluster, 'certificate-authority'),
		cert: pem(user, 'client-certificate'),
		key: pem(user, 'client-key'),
		...(servername === '' ? {} : { servername }),
		...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
		...(name === '' ? {} : { auth: `${name}:${textOf(user.password)}` }),
		headers: {
			...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
			...(as === '' ? {} : { 'Impersonate-User': as }),
		},
	};
}

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** Auth providers and proxies are the library's: a kubeconfig of this context alone, as it would load it. */
async function libraryOptions(cluster: Block, user: Block): Promise<RequestOptions> {
	const { KubeConfig } = await import('@kubernetes/client-node');
	const kubeConfig = new KubeConfig();
	kubeConfig.loadFromString(
		JSON.stringify({
			apiVersion: 'v1',
			kind: 'Config',
			clusters: [{ name: 'cluster', cluster }],
			users: [{ name: 'user', user }],
			contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
			'current-context': 'context',
		}),
	);
	const filled: RequestOptions = { headers: {} };
	await kubeConfig.applyToHTTPSOptions(filled);
	return filled;
}

function absolute({ cluster, user }: RawContext, folder: string): RawContext {
	const within = (block: Record<string, unknown>, names: string[]) => {
		const paths = names.filter(name => typeof block[name] === 'string' && block[name] !== '');
		return {
			...block,
			...Object.fromEntries(paths.map(name => [name, toAbsolute(folder, String(block[name]))])),
		};
	};
	return {
		cluster: within(cluster, ['certificate-authority']),
		user: within(user, ['client-certificate', 'client-key', 'tokenFile']),
	};
}

/** The library does not know the field; in kubectl it outranks `token`. */
function fileToken({ tokenFile }: Record<string, unknown>): { token?: string } {
	return typeof tokenFile === 'string' && tokenFile !== ''
		? { token: readSmallFile(tokenFile).text.trim() }
		: {};
}

const toAbsolute = (folder: string, path: string) => (isAbsolute(path) ? path : resolve(folder, path));

function withoutLogin({
	exec: _,
	token: __,
	tokenFile: ___,
	...rest
}: Record<string, unknown>): Record<string, unknown> {
	return rest;
}

function inline({ token, clientCertificateData, clientKeyData }: ExecCredential): Record<string, string> {
	const base64 = (pem: string | undefined, name: string) =>
		pem === undefined ? {} : { [name]: Buffer.from(pem).toString('base64') };
	return {
		...(token === undefined ? {} : { token }),
		...base64(clientCertificateData, 'client-certificate-data'),
		...base64(clientKeyData, 'client-key-data'),
	};
}
