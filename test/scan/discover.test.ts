import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { collectLive } from '../../src/collect.ts';
import { createTimeLimit, type Discovered, discover } from '../../src/discover.ts';
import { doctor } from '../../src/doctor.ts';
import { sha256 } from '../../src/lib/x509.ts';
import { readKubeconfigFile } from '../../src/providers/files/file-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { base64, makeCertificate, NOW } from '../helpers/kubeconfig-fixtures.ts';
import { alice, inFolder, issuer } from '../helpers/kubeconfig-folder.ts';
import { scanRequest } from '../helpers/scan-request.ts';
import { json, status, withServer } from '../helpers/stub-server.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An API server that knows tokens by what they may: `all`, `blind`, `version`; anything else is a stranger. */
const apiServer =
	(gitVersion: string): Answer =>
	(request, response) => {
		const may = (request.headers.authorization ?? '').replace('Bearer ', '');
		const path = (request.url ?? '').split('?')[0];
		const isReview = request.method === 'POST';
		if (!['all', 'blind', 'version'].includes(may)) status(response, 401, 'Unauthorized');
		else if (isReview) json(response, { status: { incomplete: false } });
		else if (may === 'blind') status(response, 403, 'forbidden');
		else if (path === '/version') json(response, { gitVersion });
		else if (may === 'version') status(response, 403, 'forbidden');
		else if (path === '/api/v1/namespaces/kube-system') json(response, { metadata: { uid: 'uid-1' } });
		else json(response, { items: [] });
	};
const answer = apiServer('v1.34.4');

const CA = `, certificate-authority-data: ${base64(issuer.pem)}`;
const OTHER_CA = `, certificate-authority-data: ${base64(alice.pem)}`;

const COLLECT = {
	now: NOW,
	readBootstrapTokens: false,
	isAudited: false,
	files: [],
	readFile: readKubeconfigFile,
};

/** One context of a kubeconfig file: `name: server, ca, token`. */
type Place = [name: string, server: string, ca: string, token: string];

function kubeconfig(places: Place[]): string {
	const list = (write: (place: Place) => string) => places.map(write).join();
	return `clusters: [${list(([name, server, ca]) => `{name: ${name}, cluster: {server: "${server}"${ca}}}`)}]
contexts: [${list(([name]) => `{name: ${name}, context: {cluster: ${name}, user: ${name}}}`)}]
users: [${list(([name, , , token]) => `{name: ${name}, user: {token: ${token}}}`)}]
`;
}

function withContexts<T>(
	places: Place[],
	run: (discovered: Discovered, request: ReturnType<typeof scanRequest>) => Promise<T>,
) {
	return inFolder({ f: kubeconfig(places) }, async dir => {
		const request = scanRequest({ kubeconfigs: [{ path: join(dir, 'f'), contexts: 'all', names: {} }] });
		return run(await discover(request), request);
	});
}

const found = (places: Place[]) =>
	withContexts(places, async ({ clusters, notices }) => [
		clusters.map(({ uid, name, ways }) => [uid, name, ways.map(({ target }) => target.context.name)]),
		notices,
	]);

const endpoint = (server: string, pem: string | null) => {
	// As targets.ts makes it: a hash over the sorted hashes of the CAs.
	const key =
		pem === null ? '' : sha256(sha256(Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')));
	return sha256(`${server} ${key}`);
};

describe('discover', it => {
	it('two contexts of one cluster :: scanned once, through the better one first', () =>
		withServer(answer, async ({ url }) => {
			const other = url.replace('127.0.0.1', 'localhost');
			assert.equal(
				await found([
					['a', url, CA, 'version'],
					['b', url, CA, 'all'],
					['c', other, CA, 'all'],
				]),
				[
					[['uid-1', 'f#b', ['b', 'c', 'a']]],
					['f#b and f#c, f#a reach the same cluster; it is scanned once'],
				],
			);
		}));

	it('two configured names of one cluster :: are both on record', () =>
		withServer(answer, ({ url }) =>
			inFolder({ f: kubeconfig(['b', 'a', 'c'].map(name => [name, url, CA, 'all'])) }, async dir => {
				const names = { b: 'south', a: 'north' };
				const request = scanRequest({ kubeconfigs: [{ path: join(dir, 'f'), contexts: 'all', names }] });
				const { clusters } = await discover(request);
				const facts = await Promise.all(clusters.map(cluster => collectLive(cluster, COLLECT)));
				assert.equal(
					facts.map(({ cluster }) => cluster.configuredNames),
					[['north', 'south']],
				);
			}),
		));

	it('clones :: one UID under two CAs stays two clusters', () =>
		withServer(answer, async ({ url }) => {
			const names = ['a', 'b'].map(name => `f#${name}`);
			const uids = [issuer.pem, alice.pem].map(pem => `uid-1~${endpoint(url, pem).slice(0, 8)}`);
			assert.equal(
				await found([
					['a', url, CA, 'all'],
					['b', url, OTHER_CA, 'all'],
				]),
				[
					[
						[uids[0], 'f#a', ['a']],
						[uids[1], 'f#b', ['b']],
					],
					[
						`${names[0]} has the kube-system UID of ${names[1]} but another CA or address: taken for a cloned cluster, scanned on its own under a UID with a suffix`,
						`${names[1]} has the kube-system UID of ${names[0]} but another CA or address: taken for a cloned cluster, scanned on its own under a UID with a suffix`,
					],
				],
			);
		}));

	it('an unknown CA is no equal CA :: then the server decides', () =>
		withServer(answer, async ({ url }) => {
			const other = url.replace('127.0.0.1', 'localhost');
			const [clusters] = await found([
				['a', url, '', 'all'],
				['b', other, ', insecure-skip-tls-verify: true', 'all'],
				['c', url, ', insecure-skip-tls-verify: true', 'version'],
			]);
			assert.equal(
				(clusters as unknown[][]).map(cluster => cluster[2]),
				[['a', 'c'], ['b']],
			);
		}));

	it('one UID and CA behind two paths :: stay two clusters; CAs that overlap are one', () =>
		withServer(
			(request, response) => {
				request.url = (request.url ?? '').replace(/^\/k8s\/[a-z]+/, '');
				answer(request, response);
			},
			async ({ url }) => {
				const both = `, certificate-authority-data: ${base64(issuer.pem + alice.pem)}`;
				const [clusters] = await found([
					['a', `${url}/k8s/a`, CA, 'all'],
					['b', `${url}/k8s/b`, CA, 'all'],
					['c', url, CA, 'all'],
					['d', url.replace('127.0.0.1', 'localhost'), OTHER_CA, 'all'],
					['e', url, both, 'all'],
				]);
				assert.equal(
					(clusters as unknown[][]).map(cluster => cluster[2]),
					[['a'], ['b'], ['c', 'd', 'e']],
				);
			},
		));

	it('a context that is not let in :: is told, and not among those that reach the cluster', () =>
		withServer(answer, async ({ url }) =>
			withContexts(
				[
					['a', url, CA, 'all'],
					['b', url, CA, 'stranger'],
				],
				async ({ clusters: [cluster], notices }) => {
					if (cluster === undefined) throw new Error('there is no cluster');
					assert.equal(notices, [
						'f#b could not be used: HTTP 401: Unauthorized; the credential is not accepted (expired or revoked?); its cluster is scanned through f#a',
					]);
					const facts = await collectLive(cluster, COLLECT);
					assert.equal(
						facts.cluster.contexts.map(context => context.replace(/^.*#/, '')),
						['a'],
					);
				},
			),
		));

	it('after the probe :: no socket is kept', () =>
		withServer(answer, ({ url, connections }) =>
			withContexts([['a', url, CA, 'all']], async ({ clusters: [cluster] }) => {
				if (cluster === undefined) throw new Error('there is no cluster');
				const before = connections();
				await cluster.ways[0].connected?.api.get('/version');
				assert.is(connections(), before + 1);
			}),
		));

	it('a time limit :: is one budget, spent only while it runs', async () => {
		const limit = createTimeLimit(scanRequest({ timeoutSeconds: 0.1 }));
		const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));
		limit.start();
		await pause(60);
		limit.stop();
		await pause(100);
		assert.is(limit.signal.aborted, false);
		limit.start();
		limit.start();
		await pause(70);
		assert.is(limit.signal.aborted, true);
	});

	it('a UID that one context may not read :: is lent by another, even to one that verifies nothing', () =>
		withServer(answer, async ({ url }) => {
			const [clusters] = await found([
				['a', url, CA, 'blind'],
				['b', url, CA, 'all'],
				['c', url, ', insecure-skip-tls-verify: true', 'blind'],
			]);
			assert.equal(clusters, [['uid-1', 'f#b', ['b', 'a', 'c']]]);
		}));

	it('a UID that nobody may read :: server and CA stand for it', () =>
		withServer(answer, async ({ url }) => {
			const uid = `endpoint:${endpoint(url, issuer.pem).slice(0, 32)}`;
			await withContexts([['a', url, CA, 'version']], async ({ clusters: [cluster] }) => {
				assert.is(cluster?.uid, uid);
				assert.equal(
					cluster?.ways[0].probe.gaps.map(gap => gap.permission),
					['get namespaces/kube-system'],
				);
			});
		}));

	it('who is let in comes before who is not, however little he may read', () =>
		withServer(answer, async ({ url }) => {
			await withContexts(
				[
					['a', url, CA, 'stranger'],
					['b', url, CA, 'blind'],
				],
				async ({ clusters: [cluster] }) => {
					if (cluster === undefined) throw new Error('there is no cluster');
					assert.equal(
						cluster.ways.map(({ target }) => target.context.name),
						['b', 'a'],
					);
					const facts = await collectLive(cluster, COLLECT);
					assert.equal(
						[facts.reachable, facts.gaps.filter(gap => gap.source === 'cluster').length],
						[true, 2],
					);
				},
			);
		}));

	it('nobody there :: a cluster all the same, and unreachable', () =>
		withServer(
			(_, response) => status(response, 404, 'page not found'),
			({ url }) =>
				withContexts([['a', url, '', 'all']], async ({ clusters: [cluster] }) => {
					if (cluster === undefined) throw new Error('there is no cluster');
					assert.is(cluster.uid, `endpoint:${endpoint(url, null).slice(0, 32)}`);
					const { reachable, gaps, sources } = await collectLive(cluster, COLLECT);
					const message = 'HTTP 404: page not found';
					assert.equal(
						[reachable, gaps],
						[false, [{ source: 'cluster', code: 'partial', message, permission: '', subject: '' }]],
					);
					assert.equal(
						sources
							.filter(({ status }) => status !== 'unavailable')
							.map(({ source, status }) => [source, status]),
						[['kubeconfig', 'complete']],
					);
				}),
		));

	it('a cluster that hangs :: ends with its time, and says so', () =>
		withServer(
			() => undefined,
			async ({ url }) =>
				inFolder({ f: kubeconfig([['a', url, '', 'all']]) }, async dir => {
					const kubeconfigs = [{ path: join(dir, 'f'), contexts: 'all' as const, names: {} }];
					const { clusters } = await discover(scanRequest({ kubeconfigs, timeoutSeconds: 0.2 }));
					assert.equal(
						clusters[0]?.ways[0].probe.gaps.map(({ code, message }) => [code, message]),
						[['timeout', "the cluster's time limit of 0.2 s is over; --timeout allows more"]],
					);
				}),
		));
});

describe('collectLive', it => {
	it('a plugin’s certificate :: its own credential, a broken one is no end of the scan', () =>
		withServer(answer, async ({ url }) => {
			const scanner = await makeCertificate({ cn: 'scanner', o: ['audit'] });
			const plugin = (pem: string) =>
				`{exec: {command: sh, args: [-c, ${JSON.stringify(`echo '${JSON.stringify({ kind: 'ExecCredential', status: { token: 'all', clientCertificateData: pem, clientKeyData: scanner.keyPem } }).replaceAll('\\n', '\\\\n')}'`)}]}}`;
			const text = (pem: string) =>
				`clusters: [{name: k, cluster: {server: "${url}"}}]\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nusers: [{name: u, user: ${plugin(pem)}}]\n`;
			for (const [pem, expected] of [
				[scanner.pem, [['scanner', ['audit'], 'sh', 'connection']]],
				[scanner.pem + issuer.pem, [['scanner', ['audit'], 'sh', 'connection']]],
				['no certificate', []],
			] as const) {
				await inFolder({ f: text(pem) }, async dir => {
					const { clusters } = await discover(
						scanRequest({ kubeconfigs: [{ path: join(dir, 'f'), contexts: 'all', names: {} }] }),
					);
					const [cluster] = clusters;
					if (cluster === undefined) throw new Error('there is no cluster');
					const { credentials } = await collectLive(cluster, COLLECT);
					const certificates = credentials.filter(({ kind }) => kind === 'client_certificate');
					assert.equal(
						certificates.map(({ username, groups, plugin, locations }) => [
							username,
							groups,
							plugin,
							locations[0]?.origin,
						]),
						expected,
					);
				});
			}
		}));
});

describe('doctor', it => {
	it('every source of every context, as a scan would see it', () =>
		withServer(apiServer('v1.31.0-eks-abcdef'), async ({ url }) =>
			withContexts(
				[
					['a', url, CA, 'all'],
					['b', url, CA, 'version'],
					['c', url, CA, 'stranger'],
					['d', 'ftp://x', '', 'x'],
				],
				async (_, request) => {
					const diagnoses = await doctor(request);
					assert.equal(
						diagnoses.map(({ cluster, context, version, reachable, sources }) => [
							cluster,
							context.replace(/^.*(?=[/#])[#]?/, ''),
							version,
							reachable,
							sources.map(({ source, status }) => `${source} ${status}`),
						]),
						[
							[
								'f#a',
								'a',
								'v1.31.0-eks-abcdef',
								true,
								[
									'cluster complete',
									'bindings complete',
									'roles complete',
									'service_accounts complete',
									'token_secrets complete',
									'bootstrap_tokens complete',
									'certificate_requests complete',
									'authorizer partial',
								],
							],
							[
								'f#a',
								'b',
								'v1.31.0-eks-abcdef',
								true,
								[
									'cluster denied',
									'bindings denied',
									'roles denied',
									'service_accounts denied',
									'token_secrets denied',
									'bootstrap_tokens denied',
									'certificate_requests denied',
									'authorizer partial',
								],
							],
							['f#a', 'c', '', false, ['cluster denied']],
							// The file alone: which context it is stands in the note.
							['f#d', '/f', '', false, []],
						],
					);
					assert.equal(
						diagnoses[1]?.sources[4]?.gaps.map(gap => gap.permission),
						['list secrets'],
					);
				},
			),
		));
});
