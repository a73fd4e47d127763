import { clusterRef } from '../../src/join/cluster.ts';
import { emptyCluster } from '../../src/lib/empty-facts.ts';
import type { ClusterRef } from '../../src/model/record.ts';
import { assert, describe } from '../helpers/describe.ts';

const exposure = (server: string, ...others: string[]) =>
	clusterRef(
		{ ...emptyCluster('uid-1', 'north', 'kubernetes'), server },
		others.map(other => ({ server: other })),
	).exposure;

const HOSTS = {
	private: `
		0.0.0.0 10.0.0.1 10.255.255.255 127.0.0.1 127.255.0.1 169.254.1.1 172.16.0.1 172.31.255.255 192.168.0.1
		100.64.0.1 100.127.255.255 0x0a000001 [::] [::1] [fc00::1] [fdff::1] [fe80::1] [febf::1]
		[::ffff:10.0.0.1] [::ffff:7f00:1] [::ffff:192.168.0.1]
	`,
	public: `
		9.255.255.255 11.0.0.1 8.8.8.8 8.8.8.8. 010.0.0.1 126.0.0.1 128.0.0.1 169.253.0.1 169.255.0.1 172.15.0.1
		172.32.0.1 192.167.0.1 192.169.0.1 100.63.255.255 100.128.0.0 203.0.113.7 [2001:db8::1] [2606:4700::1]
		[::2] [fd::1] [fc::1] [fe8::1] [fec0::1] [::ffff:8.8.8.8] [::ffff:172.32.0.1]
	`,
	unknown: 'localhost api.example.com 10.0.0.1.example.com xn--mnchen-3ya.example kubernetes.default.svc',
} satisfies Record<ClusterRef['exposure'], string>;

describe('clusterRef', it => {
	for (const [expected, hosts] of Object.entries(HOSTS))
		for (const host of hosts.trim().split(/\s+/))
			it(`${host} :: ${expected}`, () => {
				assert.is(exposure(`https://${host}`), expected);
				assert.is(exposure(`https://${host}:6443/k8s/clusters/c-1`), expected);
			});

	it('no URL :: unknown', () => {
		const texts = ['', 'nonsense', '10.0.0.1', 'https://', 'https://[::1', 'https://8.8.8.8.8'];
		assert.equal(
			texts.map(text => exposure(text)),
			texts.map(() => 'unknown'),
		);
	});

	it('several addresses :: the worst of them, in any order', () => {
		const [inside, outside, name] = ['https://10.0.0.1', 'https://8.8.8.8', 'https://api.example.com'];
		assert.is(exposure(inside, 'https://[::1]'), 'private');
		assert.is(exposure(inside, outside), 'public');
		assert.is(exposure(outside, inside, name), 'public');
		assert.is(exposure(name, inside, outside), 'public');
		assert.is(exposure(inside, name), 'unknown');
		assert.is(exposure(name, inside), 'unknown');
	});

	it('nothing else of a cluster than a policy may see', () => {
		const cluster = {
			...emptyCluster('uid-1', 'north', 'kubernetes'),
			version: 'v1.34.4',
			server: 'https://[::1]',
		};
		assert.equal(clusterRef(cluster, []), {
			uid: 'uid-1',
			name: 'north',
			provider: 'kubernetes',
			version: 'v1.34.4',
			exposure: 'private',
		});
	});
});
