import { readCertificate } from '../../../src/lib/x509.ts';
import { assignEndpoints } from '../../../src/providers/files/assign.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { clusterFile, endpoints, issuer } from '../../helpers/kubeconfig-folder.ts';

describe('assignEndpoints', it => {
	const authority = { sha256: readCertificate(issuer.pem).sha256, subject: 'CN=kubernetes', notAfter: 0 };
	const other = { sha256: 'other', subject: 'CN=kubernetes', notAfter: 0 };
	const clusters = [
		{ uid: 'one', servers: ['https://a', 'https://private-a'], certificateAuthorities: [authority] },
		{ uid: 'two', servers: ['https://b'], certificateAuthorities: [other] },
		{ uid: 'local', servers: ['https://127.0.0.1:6443'], certificateAuthorities: [other] },
	];
	const assign = async (server: string, data?: string, live = clusters) => {
		const { live: found } = assignEndpoints(await endpoints(clusterFile(server, data)), live);
		return [...found.keys()][0] ?? 'offline';
	};

	it('by server URL, however it is written', async () =>
		assert.equal(
			[await assign('https://B:443/', ''), await assign('https://private-a'), await assign('https://b')],
			['two', 'one', 'two'],
		));
	it('by CA when no server fits', async () => assert.is(await assign('https://10.0.0.1:6443'), 'one'));
	it('not by a CA that several clusters have, or none', async () => {
		const twin = { uid: 'twin', servers: ['https://t'], certificateAuthorities: [authority] };
		assert.equal(
			[await assign('https://x', undefined, [...clusters, twin]), await assign('https://x', undefined, [])],
			['offline', 'offline'],
		);
	});
	it('not by a CA behind another path', async () =>
		assert.is(await assign('https://rancher/k8s/clusters/c-1'), 'offline'));
	it('loopback of another machine', async () => {
		const [local] = clusters.slice(2);
		const live = local === undefined ? [] : [local];
		assert.equal(
			[
				await assign('https://127.0.0.1:6443', undefined, live),
				await assign('https://127.0.0.1:6443', '', live),
			],
			['offline', 'local'],
		);
	});
	it('an address that several clusters have :: the CA or the cluster’s id names one, else it is nobody’s', async () => {
		const id = `c${'0'.repeat(32)}`;
		const unknown = { uid: id, servers: ['https://10.0.0.1:6443'], certificateAuthorities: [] };
		const known = { ...unknown, uid: 'known', certificateAuthorities: [authority] };
		const stranger = { ...unknown, uid: 'stranger' };
		const server = 'https://10.0.0.1:6443';
		assert.is(await assign(server, undefined, [unknown, stranger, known]), 'known');
		const [endpoint] = await endpoints(clusterFile(server, ''));
		assert.ok(endpoint);
		const bare = assignEndpoints([endpoint], [unknown, stranger]);
		assert.equal([bare.live.size, bare.offline, bare.ambiguous], [0, [endpoint], [endpoint]]);
		const named = { ...endpoint, contexts: [`/home/kim/config#212345678901234567-${id}`] };
		assert.equal([...assignEndpoints([named], [stranger, unknown]).live.keys()], [id]);
		// Whose id it is not: `dev` is anybody's name for a context.
		const dev = { ...stranger, uid: 'dev' };
		const other = { ...endpoint, contexts: ['/home/kim/config#my-dev'] };
		assert.equal(assignEndpoints([other], [dev, unknown]).ambiguous, [other]);
	});
	it('a private address :: is another cluster’s where the CA speaks against it', async () => {
		const [one] = clusters;
		assert.ok(one);
		for (const host of ['10.1.2.3', '172.16.0.9', '192.168.0.1', '100.64.0.1', '[fd00::1]']) {
			const servers = [`https://${host}:6443`];
			const theirs = { ...one, servers, certificateAuthorities: [other] };
			assert.is(await assign(`https://${host}:6443`, undefined, [theirs]), 'offline', host);
			assert.is(await assign(`https://${host}:6443`, '', [theirs]), 'one', host);
		}
		const outside = { ...one, servers: ['https://203.0.113.9:6443'], certificateAuthorities: [other] };
		assert.is(await assign('https://203.0.113.9:6443', undefined, [outside]), 'one');
	});
	it('no server, no cluster', async () => assert.is(await assign(''), 'offline'));
});
