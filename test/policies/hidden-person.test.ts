import { loadBundle } from '../../src/evaluate/bundle.ts';
import { createPool } from '../../src/evaluate/pool.ts';
import { join } from '../../src/join/join.ts';
import { DAY } from '../../src/lib/epoch.ts';
import type { DirectoryIdentity, Facts } from '../../src/model/facts.ts';
import { sources } from '../../src/model/facts.ts';
import { createFold } from '../../src/providers/alibaba/audit-fold.ts';
import { auditedFacts, trail } from '../helpers/audit-trail.ts';
import { binding, NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { GONE, kubeconfig } from '../reporters/fixtures/cloud.ts';

const LEFT = NOW - 60 * DAY;
const SUBJECT = `${GONE}-1673419473`;

/** What the log service says of one request of yesterday, that it logged as the administrator's. */
const row = {
	...{ username: 'kubernetes-admin', verb: 'get', resource: 'pods', allowed: '1', denied: '0' },
	...{ begins: String(NOW - DAY), ends: String(NOW - DAY), allowed_last: String(NOW - DAY) },
};

function factsOf(change: Record<string, string>): Facts {
	const fold = createFold({ showSources: false, salt: '' });
	fold.add({ ...row, ...change });
	const audit = trail(fold.actors(), { origin: 'sls', requests: fold.requests() });
	const base = auditedFacts(audit);
	const known = (username: string): DirectoryIdentity => ({
		...{ username, provider: 'alibaba', account: GONE, name: '', displayName: '', type: 'ram_user' },
		...{ state: 'deleted', stateSince: LEFT, human: 'yes', listComplete: true, cloudService: '' },
	});
	return {
		...base,
		cluster: { ...base.cluster, provider: 'alibaba' },
		sources: sources.map(source => ({ source, status: 'complete', count: 1 })),
		credentials: [kubeconfig({ accountId: GONE, accountState: 'deleted' })],
		identities: [known(GONE), known(SUBJECT)],
		bindings: [binding('b', 'ClusterRole view', [`User ${SUBJECT}`])],
	};
}

/** What is said of the use of its kubeconfig and its own, and what the policy makes of that. */
async function saidOf(change: Record<string, string>): Promise<unknown[]> {
	const records = [...join(factsOf(change), NOW).records()];
	const usages = records.flatMap(record => {
		if (record.kind === 'credential') return [record.usage];
		return record.kind === 'identity' && record.identity.id === GONE ? [record.usage] : [];
	});
	const outcomes: string[] = [];
	const pool = await createPool(await loadBundle(), { threads: 1 });
	await pool.evaluate(
		records.filter(({ kind }) => kind === 'identity'),
		{
			onVerdicts: (record, verdicts) => {
				if (record.kind !== 'identity' || record.identity.id !== GONE) return;
				for (const { policyId, outcome } of verdicts)
					if (policyId === 'usage/used_by_deleted_identity') outcomes.push(outcome);
			},
		},
	);
	await pool.close();
	return [
		...usages.map(of => [of?.result, of?.grade, of?.lastAllowed ?? null, of?.impersonated]),
		...outcomes,
	];
}

describe('[wasm] who is logged as kubernetes-admin', it => {
	it('has used its own kubeconfig: one who left is found out', async () => {
		const used = ['used', 'B', NOW - DAY, 0];
		assert.equal(await saidOf({ person: SUBJECT }), [used, used, 'fail']);
	});

	it('nobody is behind it where the administrator acted as somebody, whom the reason names', async () => {
		const acted = { person: SUBJECT, impersonated: SUBJECT };
		const unused = ['unused', 'B', null, 0];
		assert.equal(await saidOf(acted), [unused, ['used', 'B', null, 1]]);
	});
});
