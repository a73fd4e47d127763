import { apiServers } from '../../src/collectors/api-servers.ts';
import { collect } from '../../src/collectors/collect.ts';
import { formatRfc3339, HOUR } from '../../src/lib/epoch.ts';
import { NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { no, stubApi } from '../helpers/stub-api.ts';

const PATH = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
const OPTIONS = { readBootstrapTokens: false, foreignAuthorizer: '', countApiServersAt: NOW };
const lease = (name: string, renewed: number | null, label = 'kube-apiserver') => ({
	metadata: { name, labels: { 'apiserver.kubernetes.io/identity': label } },
	spec: renewed === null ? {} : { renewTime: formatRfc3339(renewed) },
});

describe('apiServers', it => {
	it('counts those that renew their Lease', async () => {
		const leases = [
			lease('apiserver-a', NOW - 5),
			lease('apiserver-b', NOW - HOUR),
			lease('apiserver-gone', NOW - HOUR - 1),
			lease('apiserver-c', null),
			lease('kube-scheduler', NOW, ''),
			null,
			{ metadata: 'x', spec: 7 },
		];
		const found = await apiServers.collect(stubApi({ [PATH]: leases }), OPTIONS);
		assert.equal(found, { apiServers: 3, count: 3, gaps: [] });
	});

	it('none that says so is no count', async () => {
		assert.equal(await apiServers.collect(stubApi({ [PATH]: [] }), OPTIONS), { count: 0, gaps: [] });
	});

	it('what may not be read is a gap of the evidence', async () => {
		const { gaps } = await apiServers.collect(stubApi({ [PATH]: no('leases') }), OPTIONS);
		assert.equal(
			gaps.map(({ source, code, permission }) => [source, code, permission]),
			[['usage', 'forbidden', 'list leases.coordination.k8s.io in namespace kube-system']],
		);
	});

	it('is asked only for a cluster with an audit log', async () => {
		const api = stubApi({ [PATH]: [lease('apiserver-a', NOW)] });
		const { countApiServersAt: _, ...unasked } = OPTIONS;
		assert.is((await collect([api], unasked)).apiServers, null);
		assert.is(
			api.asked.some(([question]) => question.includes('leases')),
			false,
		);
		assert.is((await collect([api], OPTIONS)).apiServers, 1);
	});
});
