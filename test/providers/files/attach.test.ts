import { join } from 'node:path';
import { ScanError } from '../../../src/lib/scan-error.ts';
import type { Credential } from '../../../src/model/facts.ts';
import { attachEndpoints, offlineFacts } from '../../../src/providers/files/attach.ts';
import { withLiveSecrets } from '../../../src/providers/files/live-secret.ts';
import { readKubeconfigFiles } from '../../../src/providers/files/read-kubeconfigs.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { jwt, NOW } from '../../helpers/kubeconfig-fixtures.ts';
import {
	ca,
	clusterFile,
	credential,
	endpoints,
	inFolder,
	legacyClaims,
	readAll,
	secret,
	userFacts,
} from '../../helpers/kubeconfig-folder.ts';

describe('offlineFacts', it => {
	it('one cluster under two addresses is one by its CA, behind a proxy the path decides', () =>
		inFolder(
			{
				1: clusterFile('https://a'),
				2: clusterFile('https://b'),
				3: clusterFile('https://a/k8s/clusters/c-1'),
			},
			async dir => {
				const { endpoints } = await readAll(dir, '*');
				const facts = offlineFacts(endpoints, [], NOW);
				assert.equal(
					facts.map(f => [
						f.cluster.name,
						f.cluster.provider,
						f.reachable,
						f.credentials.length,
						f.sources.at(-1),
					]),
					[
						['a', 'files', true, 2, { source: 'kubeconfig', status: 'complete', count: 4 }],
						['a/k8s/clusters/c-1', 'files', true, 1, { source: 'kubeconfig', status: 'complete', count: 2 }],
					],
				);
				assert.equal(
					facts[0]?.cluster.contexts.map(c => c.replace(dir, 'DIR')),
					['DIR/1#c', 'DIR/2#c'],
				);
				assert.equal(
					[...new Set(facts.flatMap(f => f.sources.slice(0, -1).map(s => s.status)))],
					['not_configured'],
				);
			},
		));

	it('a user with two contexts to one cluster is met once', () =>
		inFolder(
			{
				1: `clusters: [{name: a, cluster: {server: "https://a", certificate-authority-data: ${ca}}}, {name: b, cluster: {server: "https://b", certificate-authority-data: ${ca}}}]
contexts: [{name: c, context: {cluster: a, user: u}}, {name: d, context: {cluster: b, user: u}}]
users: [{name: u, user: {client-certificate: gone, token: t}}]`,
			},
			async dir => {
				const [facts] = offlineFacts((await readAll(dir, '1')).endpoints, [], NOW);
				assert.equal(
					[
						facts?.credentials.length,
						facts?.connections.length,
						facts?.gaps.length,
						facts?.sources.at(-1)?.status,
					],
					[2, 2, 1, 'partial'],
				);
			},
		));

	it('a file that cannot be read is a cluster that was not reached', () =>
		inFolder({ a: '' }, async dir => {
			const files = await readKubeconfigFiles([join(dir, 'a')], new AbortController().signal);
			const [facts, ...others] = offlineFacts([], files, NOW);
			assert.equal(others, []);
			assert.equal(
				[facts?.reachable, facts?.cluster.name, facts?.gaps],
				[
					false,
					join(dir, 'a'),
					[
						{
							source: 'kubeconfig',
							code: 'unreachable',
							message: `kubeconfig ${join(dir, 'a')}: line 1: the file is empty; write the kubeconfig again or leave the file out`,
							permission: '',
							subject: '',
						},
					],
				],
			);
		}));
});

describe('attachEndpoints', it => {
	it('adds what files hold to a live cluster, and a copied token to its Secret', async () => {
		const [bare] = offlineFacts([], [{ path: 'f', endpoints: [], error: new ScanError('USAGE', 'm') }], NOW);
		assert.ok(bare);
		const name = 'deploy-token';
		const held = credential({ kind: 'token_secret', locations: [{ ...secret, namespace: 'ci', name }] });
		const live = { ...bare, credentials: [{ ...held, uid: 'secret:1' } as Credential] }; // the builder's kind is optional
		const facts = attachEndpoints(live, await endpoints(clusterFile('https://a')));
		assert.equal(
			[facts.credentials.map(c => c.uid), facts.connections.map(c => c.name), facts.cluster.contexts],
			[['secret:1', 'secret:1'], ['k'], ['DIR/config#c']],
		);
		assert.equal(
			facts.sources.filter(s => s.source === 'kubeconfig'),
			[{ source: 'kubeconfig', status: 'complete', count: 2 }],
		);
	});
	it('leaves a cluster without files as it is', () => {
		const [bare] = offlineFacts([], [{ path: 'f', endpoints: [], error: new ScanError('USAGE', 'm') }], NOW);
		assert.is(bare && attachEndpoints(bare, []), bare);
	});
});

describe('withLiveSecrets', it => {
	const copied = async () => (await userFacts(`{token: ${jwt(legacyClaims)}}`)).credentials;
	const live = (name: string, status: 'complete' | 'denied') => ({
		credentials: [
			{
				...credential({ kind: 'token_secret', locations: [{ ...secret, namespace: 'ci', name }] }),
				uid: 'secret:1',
			} as Credential, // the builder's kind is optional
		],
		sources: [{ source: 'token_secrets', status, count: 1 } as const],
	});
	const result = async (name: string, status: 'complete' | 'denied') =>
		withLiveSecrets(await copied(), live(name, status)).map(c => [
			c.uid.split(':')[0],
			c.state,
			c.locations.length,
		]);

	it('the Secret is there :: one credential', async () =>
		assert.equal(await result('deploy-token', 'complete'), [['secret', 'effective', 1]]));
	it('the Secret is gone :: so is the token', async () =>
		assert.equal(await result('other', 'complete'), [['jwt', 'deleted', 1]]));
	it('Secrets could not be listed :: nothing is known', async () =>
		assert.equal(await result('other', 'denied'), [['jwt', 'effective', 2]]));
});
