import type { Step } from '../../src/model/plan.ts';
import { capOf, objectsByCluster, overCaps } from '../../src/remediation/caps.ts';
import { binding, clusterFacts, role } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { cloudFacts, kubeconfigOf, planOf, ramUser, reportOf, UID } from './report-of.ts';

describe('capOf', it => {
	it('a tenth of the grants, twenty at most, one at least', () =>
		assert.equal(
			[0, 9, 10, 19, 20, 105, 200, 210, 10_000].map(grants => capOf(grants, null)),
			[1, 1, 1, 1, 2, 10, 20, 20, 20],
		));

	it('whatever is asked for instead', () => assert.equal([capOf(5, 50), capOf(5000, 1)], [50, 1]));
});

async function orphans(count: number): Promise<Step[]> {
	const bindings = Array.from({ length: count }, (_, at) =>
		binding(`b${at}`, 'ClusterRole view', [`ServiceAccount ci/gone-${at}`]),
	);
	return planOf(await reportOf([clusterFacts({ roles: [role('view', ['get core pods'])], bindings })])).steps;
}

describe('overCaps', it => {
	const cluster = { uid: 'uid-1', name: 'prod', grants: 30, spent: 0 };

	it('counts deeds, not advice', async () =>
		assert.equal(objectsByCluster(await orphans(3)), new Map([['uid-1', 3]])));

	it('lets through what is not over', async () =>
		assert.equal(overCaps(await orphans(3), [cluster], null), []));

	it('says what is over, of how much', async () =>
		assert.equal(overCaps(await orphans(4), [cluster], null), [
			'prod: 4 objects of at most 3 (of 30 grants)',
		]));

	it('adds up what was changed within a day', async () =>
		assert.equal(overCaps(await orphans(2), [{ ...cluster, spent: 2 }], null), [
			'prod: 2 objects and 2 within the last 24 h of at most 3 (of 30 grants)',
		]));

	it('counts every binding that goes with a kubeconfig', async () => {
		const facts = cloudFacts([kubeconfigOf(UID)], [ramUser(UID, 'deleted')], {
			roles: [role('view', ['get core pods'])],
			bindings: [1, 2, 3].map(at => binding(`b${at}`, 'ClusterRole view', [`User ${UID}`])),
		});
		const { steps } = planOf(await reportOf([facts]));
		assert.equal(objectsByCluster(steps), new Map([['c1', 3]]));
	});

	it('says nothing of a cluster that nothing is changed on', async () =>
		assert.equal(overCaps(await orphans(1), [{ ...cluster, uid: 'other', grants: 0, spent: 99 }], null), []));
});
