import { chmodSync, readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import {
	type AddressInfo,
	connect as connectTcp,
	createServer as createTcpServer,
	type Socket,
} from 'node:net';
import { join } from 'node:path';
import { createAuthority, createKeys, privateKeyPem } from '../../../src/demo/pki.ts';
import { type Connected, connect } from '../../../src/providers/kubernetes/connection.ts';
import { type LiveTarget, loadTargets } from '../../../src/providers/kubernetes/targets.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { base64, NOW } from '../../helpers/kubeconfig-fixtures.ts';
import { alice, inFolder } from '../../helpers/kubeconfig-folder.ts';
import { failure, json, SECRET, status, withServer } from '../../helpers/stub-server.ts';

const kubeconfig = (cluster: string, user: string) => `clusters: [{name: k, cluster: ${cluster}}]
contexts: [{name: c, context: {cluster: k, user: u}}]
users: [{name: u, user: ${user}}]
current-context: c
`;

/** Runs with the connection of a kubeconfig's only context. */
function connected(
	text: string,
	files: Record<string, string>,
	run: (connection: Connected, dir: string, target: LiveTarget) => Promise<unknown>,
): Promise<void> {
	return inFolder({ config: text, ...files }, async dir => {
		if ('plugin.sh' in files) chmodSync(join(dir, 'plugin.sh'), 0o700);
		const { targets } = loadTargets([{ path: join(dir, 'config'), contexts: 'current', names: {} }], NOW);
		const [target] = targets;
		if (target === undefined) throw new Error('the kubeconfig gives no target');
		const options = { requestTimeoutMs: 3000, signal: new AbortController().signal };
		const connection = await connect(target, options);
		await run(connection, dir, target).finally(connection.close);
	});
}

/** Hands out token 1, token 2 …: one line of `runs` each. */
const COUNTING = `#!/bin/sh
cd "$(dirname "$0")"; echo run >> runs; sleep 0.05
printf '{"kind":"ExecCredential","status":{"token":"token-%d"}}' "$(wc -l < runs)"
`;

describe('connect', it => {
	it('how a user signs in, and as whom', () =>
		withServer(
			(request, response) => {
				const {
					authorization,
					'impersonate-user': as,
					'impersonate-group': groups,
					'impersonate-uid': uid,
				} = request.headers;
				json(response, { authorization, as, groups, uid });
			},
			async ({ url }) => {
				const seen: unknown[] = [];
				for (const user of [
					'{token: t-1}',
					'{tokenFile: token}',
					'{username: ann, password: pw}',
					'{username: ann}',
					'{token: t, as: bob, as-uid: u-1, as-groups: [g1, g2]}',
					'{}',
				]) {
					const text = kubeconfig(`{server: "${url}", insecure-skip-tls-verify: true}`, user);
					await connected(text, { token: 'from-file\n' }, async ({ api, ownCertificate }) => {
						seen.push(await api.get('/'));
						assert.is(ownCertificate, '');
					});
				}
				assert.equal(seen, [
					{ authorization: 'Bearer t-1' },
					{ authorization: 'Bearer from-file' },
					{ authorization: `Basic ${base64('ann:pw')}` },
					{ authorization: `Basic ${base64('ann:')}` },
					{ authorization: 'Bearer t', as: 'bob', groups: 'g1, g2', uid: 'u-1' },
					{},
				]);
			},
		));

	it('impersonation with extras :: each key written as a header allows', () =>
		withServer(
			(request, response) => {
				const extras = Object.entries(request.headers).filter(([name]) => name.includes('-extra-'));
				json(response, Object.fromEntries(extras));
			},
			async ({ url }) => {
				const user =
					'{token: t, as: bob, as-user-extra: {scopes: [a, b], "example.com/a%é": [c], empty: []}}';
				await connected(kubeconfig(`{server: "${url}"}`, user), {}, async ({ api }) =>
					assert.equal(await api.get('/'), {
						'impersonate-extra-scopes': 'a, b',
						'impersonate-extra-example.com%2fa%25%c3%a9': 'c',
					}),
				);
			},
		));

	it('a plugin beside another login :: is not run, as in kubectl', () =>
		withServer(
			(request, response) => json(response, request.headers.authorization ?? 'certificate'),
			async ({ url }) => {
				const said: unknown[] = [];
				const exec = 'exec: {command: ./plugin.sh}';
				const certificate = `client-certificate-data: ${base64(alice.pem)}, client-key-data: ${base64(alice.keyPem)}`;
				for (const login of [
					'token: t-1',
					'tokenFile: token',
					'username: ann, password: pw',
					certificate,
					'token: ""',
				])
					await connected(
						kubeconfig(`{server: "${url}"}`, `{${login}, ${exec}}`),
						{ 'plugin.sh': COUNTING, token: 'from-file' },
						async ({ api }) => said.push(await api.get('/')),
					);
				assert.equal(said, [
					'Bearer t-1',
					'Bearer from-file',
					`Basic ${base64('ann:pw')}`,
					'certificate',
					'Bearer token-1',
				]);
			},
		));

	it('an auth provider that runs a command :: is refused, and nothing is run', async () => {
		const target = (user: string) =>
			connected(kubeconfig('{server: "http://127.0.0.1:9"}', user), {}, async () => undefined);
		for (const [name, config] of [
			['gcp', 'cmd-path: /bin/false'],
			['azure', 'cmd-path: /bin/false'],
			['exec', 'exec: {command: /bin/false}'],
			['other', 'exec: {command: /bin/false}'],
		])
			assert.equal(await failure(target(`{auth-provider: {name: ${name}, config: {${config}}}}`)), {
				code: 'unreachable',
				status: 0,
				message: `auth provider ${name} runs a command, which kubectl dropped in 1.26; use an exec plugin in its place`,
			});
	});

	it('idle sockets :: are let go, and opened again when needed', () =>
		withServer(
			(_, response) => json(response, 1),
			async ({ url, connections }) =>
				connected(kubeconfig(`{server: "${url}"}`, '{token: t}'), {}, async ({ api, rest }) => {
					await api.get('/');
					await api.get('/');
					assert.is(connections(), 1);
					rest();
					await api.get('/');
					assert.is(connections(), 2);
				}),
		));

	it('plain http without insecure-skip-tls-verify :: is asked as kubectl does', () =>
		withServer(
			(_, response) => json(response, 'here'),
			async ({ url }) =>
				connected(kubeconfig(`{server: "${url}"}`, '{token: t}'), {}, async ({ api }) =>
					assert.is(await api.get('/'), 'here'),
				),
		));

	it('a credential that is no more accepted :: is renewed once for all who ask', () =>
		withServer(
			(request, response) => {
				const isOld = request.headers.authorization === 'Bearer token-1';
				// Late enough that all of them are on their way with the old one.
				setTimeout(
					() =>
						isOld ? status(response, 401, 'Unauthorized') : json(response, request.headers.authorization),
					30,
				);
			},
			async ({ url, requests }) => {
				const text = kubeconfig(
					`{server: "${url}", insecure-skip-tls-verify: true}`,
					'{exec: {command: ./plugin.sh, apiVersion: v1}}',
				);
				await connected(text, { 'plugin.sh': COUNTING }, async ({ api }, dir) => {
					const all = await Promise.all(Array.from({ length: 9 }, (_, i) => api.get(`/${i}`)));
					assert.equal(new Set(all), new Set(['Bearer token-2']));
					assert.is(readFileSync(join(dir, 'runs'), 'utf8'), 'run\nrun\n');
					assert.is(requests.length, 18);
				});
			},
		));

	it('a token that is no more accepted :: is not asked for again', () =>
		withServer(
			(_, response) => status(response, 401, 'Unauthorized'),
			async ({ url, requests }) =>
				connected(
					kubeconfig(`{server: "${url}", insecure-skip-tls-verify: true}`, '{token: t}'),
					{},
					async ({ api }) => {
						assert.is((await failure(api.get('/'))).status, 401);
						assert.is(requests.length, 1);
					},
				),
		));

	it('a plugin that cannot renew :: says why', () =>
		withServer(
			(_, response) => status(response, 401, 'Unauthorized'),
			async ({ url }) => {
				const once = `#!/bin/sh\ncd "$(dirname "$0")"; [ -e ran ] && exit 4; touch ran; echo '{"kind":"ExecCredential","status":{"token":"t"}}'\n`;
				const text = kubeconfig(
					`{server: "${url}", insecure-skip-tls-verify: true}`,
					'{exec: {command: ./plugin.sh}}',
				);
				await connected(text, { 'plugin.sh': once }, async ({ api }) =>
					assert.equal(await failure(api.get('/')), {
						code: 'unreachable',
						status: 0,
						message: 'exec plugin ./plugin.sh ended with exit code 4; run it by hand to see what it says',
					}),
				);
			},
		));

	it('a token that is no header :: is not shown', () =>
		withServer(
			(_, response) => json(response, 1),
			async ({ url }) => {
				const text = kubeconfig(
					`{server: "${url}", insecure-skip-tls-verify: true}`,
					`{token: "${SECRET}\\nx"}`,
				);
				await connected(text, {}, async ({ api }) => {
					const { message } = await failure(api.get('/'));
					assert.not.match(message, SECRET);
				});
			},
		));
});

/** A TLS server that says who came, under an authority of its own. */
async function withTls(
	run: (server: { url: string; port: number; ca: string; login: string }) => Promise<void>,
) {
	const day = 86_400;
	const now = Math.floor(Date.now() / 1000);
	const authority = await createAuthority(now - day, now + day);
	const dates = { organizations: [], notBefore: now - day, notAfter: now + day };
	const [serving, client] = [await createKeys(), await createKeys()];
	const cert = await authority.issue({ commonName: 'api', ...dates, usage: 'server' }, serving.publicKey);
	const own = await authority.issue({ commonName: 'scanner', ...dates, usage: 'client' }, client.publicKey);
	const login = `client-certificate-data: ${base64(own)}, client-key-data: ${base64(await privateKeyPem(client))}`;
	const options = {
		cert,
		key: await privateKeyPem(serving),
		ca: authority.certificatePem,
		requestCert: true,
		rejectUnauthorized: false,
	};
	const server = createTlsServer(options, (request, response) => {
		const { subject } = (request.socket as import('node:tls').TLSSocket).getPeerCertificate();
		json(response, { who: subject?.CN ?? 'nobody' });
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	try {
		await run({
			url: `https://127.0.0.1:${port}`,
			port,
			ca: `certificate-authority-data: ${base64(authority.certificatePem)}`,
			login,
		});
	} finally {
		server.closeAllConnections();
		await new Promise(resolve => server.close(resolve));
	}
}

describe('connect :: TLS', it => {
	it('by certificate, by name, unverified, and by a CA of somebody else', () =>
		withTls(async ({ url, port, ca, login }) => {
			const get = async (cluster: string, user: string) => {
				let said: unknown;
				await connected(kubeconfig(cluster, user), {}, async ({ api }) => {
					said = await api.get('/').catch((error: Error) => error.message.replace(String(port), 'PORT'));
				});
				return said;
			};
			assert.equal(await get(`{server: "${url}", ${ca}}`, `{${login}}`), { who: 'scanner' });
			assert.equal(
				await get(`{server: "https://127.0.0.1:${port}", ${ca}, tls-server-name: localhost}`, '{}'),
				{ who: 'nobody' },
			);
			assert.equal(await get(`{server: "${url}", insecure-skip-tls-verify: true}`, '{}'), { who: 'nobody' });
			assert.is(
				await get(`{server: "${url}", certificate-authority-data: ${base64(alice.pem)}}`, '{}'),
				'cannot reach 127.0.0.1:PORT: self-signed certificate in certificate chain',
			);
		}));

	it('through a proxy, over one tunnel', () =>
		withTls(async ({ url, port, ca, login }) => {
			const asked: string[] = [];
			const sockets = new Set<Socket>();
			const proxy = createTcpServer(socket => {
				sockets.add(socket.on('error', () => undefined));
				socket.once('data', head => {
					asked.push(String(head).split('\r\n')[0] ?? '');
					const onward = connectTcp(port, '127.0.0.1', () => {
						socket.write('HTTP/1.1 200 OK\r\n\r\n');
						socket.pipe(onward).pipe(socket);
					});
					sockets.add(onward.on('error', () => undefined));
				});
			});
			await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
			const at = (proxy.address() as AddressInfo).port;
			try {
				const text = kubeconfig(
					`{server: "${url}", ${ca}, proxy-url: "http://127.0.0.1:${at}"}`,
					`{${login}}`,
				);
				await connected(text, {}, async ({ api }) => {
					assert.equal(await api.get('/1'), { who: 'scanner' });
					assert.equal(await api.get('/2'), { who: 'scanner' });
				});
				assert.equal(asked, [`CONNECT 127.0.0.1:${port} HTTP/1.1`]);
			} finally {
				for (const socket of sockets) socket.destroy();
				await new Promise(resolve => proxy.close(resolve));
			}
		}));

	it('a plugin’s certificate :: is the scan’s own', () =>
		withTls(async ({ url, ca, login }) => {
			const [, cert = '', key = ''] = /data: (\S+), client-key-data: (\S+)/.exec(login) ?? [];
			const pem = (text: string) => JSON.stringify(Buffer.from(text, 'base64').toString());
			const script = `#!/bin/sh\ncat <<'END'\n{"kind":"ExecCredential","status":{"clientCertificateData":${pem(cert)},"clientKeyData":${pem(key)}}}\nEND\n`;
			await connected(
				kubeconfig(`{server: "${url}", ${ca}}`, '{exec: {command: ./plugin.sh}}'),
				{ 'plugin.sh': script },
				async ({ api, ownCertificate }) => {
					assert.equal(await api.get('/'), { who: 'scanner' });
					assert.is(ownCertificate, Buffer.from(cert, 'base64').toString());
				},
			);
		}));
});
