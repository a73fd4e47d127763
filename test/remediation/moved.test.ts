import type { Plan, Step } from '../../src/model/plan.ts';
import { movedSince } from '../../src/remediation/apply.ts';
import { binding, clusterFacts, role } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { planOf, reportOf } from './report-of.ts';

const facts = clusterFacts({
	roles: [role('view', ['get,list core pods'])],
	bindings: [binding('ops', 'ClusterRole view', ['ServiceAccount ci/gone'])],
});
const plan = planOf(await reportOf([facts]));
const step = plan.steps.find(({ action }) => action === 'delete_binding') as Step;
const change = (to: Partial<Step>): Plan => ({ ...plan, steps: [{ ...step, ...to }] });

describe('movedSince', it => {
	it('says nothing of the very same step', () => assert.is(movedSince(step, plan), ''));

	it('says so where the target, the evidence or one of the findings is another', () => {
		const { target, evidence } = step;
		assert.equal(
			[
				movedSince(step, change({ target: { ...target, uid: 'other' } })),
				movedSince(step, change({ evidence: { ...evidence, result: 'used' } })),
				movedSince({ ...step, findings: [...step.findings, '0123456789abcdef'] }, plan),
				movedSince(step, change({ id: '000000000000', action: 'remove_subjects' })),
			],
			[
				'its target is not as it was planned on',
				'its evidence of use says used now',
				'not every finding behind it still fails',
				'it would be remove_subjects now: its subjects, or what is known of it, have changed',
			],
		);
	});

	it('names why it is refused now, and that it is gone', () => {
		const { findings, cluster } = step;
		const refusal = { target: 'x', cluster, findings, code: 'waived', reason: 'it is accepted' } as const;
		assert.equal(
			[
				movedSince(step, { ...plan, steps: [], refused: [refusal] }),
				movedSince(step, { ...plan, steps: [], refused: [] }),
			],
			[
				'it is accepted',
				'a fresh look gives no reason for it any more: its findings are gone, or the object is',
			],
		);
	});
});
