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
	it('no server, no cluster', async () => assert.is(await assign(''), 'offline'));
});
