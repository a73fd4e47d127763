import { planText } from '../../src/cli/plan-text.ts';
import { objectsByCluster } from '../../src/remediation/caps.ts';
import { binding, clusterFacts, role } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { cloudFacts, kubeconfigOf, planOf, ramUser, reportOf, UID } from '../remediation/report-of.ts';

const hostile = 'User bob\u001b[31m\n  2 steps\u{1f600}';

describe('planText', it => {
	it('lets no name be a line of its own, and has the YAML whole', async () => {
		const facts = clusterFacts({
			roles: [role('view', ['get,list core pods'])],
			bindings: [
				binding('chart', 'ClusterRole view', ['ServiceAccount ci/gone', hostile], {
					...{ manager: 'helm', owner: 'release \u001b[2Jshop' },
				}),
			],
		});
		const plan = planOf(await reportOf([facts]));
		assert.is(
			planText({ ...plan, digest: 'd'.repeat(64) }, objectsByCluster(plan.steps)),
			`Plan dddddddddddd from the scan of 2026-01-01T00:00:00Z
0 steps on 0 objects, 1 piece of advice, 0 targets not planned

prod

  97ae7e844278  advise  ClusterRoleBinding chart
    why       orphan/service_account_missing: Binding to a service account that
              does not exist
    do        ClusterRoleBinding chart belongs to Helm: change the chart or its
              values, and upgrade the release
              it is answered for by release \\u{1b}[2Jshop
              a live change would be put back; the subjects are to be:
                subjects:
                  - kind: User
                    name: "bob\\u001b[31m\\n  2 steps\\U0001f600"
                    apiGroup: rbac.authorization.k8s.io
`,
		);
	});

	it('a line that a plan indents is still one line', async () => {
		const plan = planOf(await reportOf([cloudFacts([kubeconfigOf(UID)], [ramUser(UID, 'deleted')])]));
		const steps = plan.steps.map(step => ({ ...step, ends: ['  a\u001b[2J\nb'], remains: ['   \nc'] }));
		const text = planText({ ...plan, steps, refused: [] }, objectsByCluster(steps));
		assert.match(text, '    ends        a\\u{1b}[2J\\u{a}b\n');
		assert.match(text, '    remains      \\u{a}c\n');
	});

	it('says where the service is not asked to look', async () => {
		const plan = planOf(await reportOf([cloudFacts([kubeconfigOf(UID)], [ramUser(UID, 'deleted')])]));
		const steps = plan.steps.flatMap(step =>
			step.target.kind === 'kubeconfig' ? [{ ...step, target: { ...step.target, force: true } }] : [],
		);
		const text = planText({ ...plan, steps, refused: [] }, objectsByCluster(steps));
		assert.match(
			text,
			`clean_permissions  kubeconfig of ${UID} (Force:\n  without the seven-day check of the service)\n`,
		);
	});
});
