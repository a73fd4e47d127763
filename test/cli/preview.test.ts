import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFactsFolder } from '../../src/cli/facts-folder.ts';
import { compareFindings } from '../../src/cli/preview.ts';
import type { Finding } from '../../src/model/finding.ts';
import { clusterFacts, credentialOf, NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { ownPolicy } from '../helpers/own-policy.ts';
import { spawnCli } from '../helpers/spawn-cli.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

type Told = Pick<Finding, 'id' | 'severity' | 'outcome'>;

/** As much of a finding as is compared. */
function findings(...all: Told[]): Finding[] {
	const rest = {
		policyId: 'org/a',
		message: '',
		cluster: { uid: 'u', name: 'prod' },
		subject: { name: 'alice' },
	};
	return all.map(one => ({ ...rest, ...one })) as Finding[];
}

describe('compareFindings', it => {
	it('tells what appears, vanishes, changes and stays, worst first', () => {
		const low: Told = { id: '1', severity: 'low', outcome: 'fail' };
		const gone: Told = { id: '2', severity: 'high', outcome: 'fail' };
		const before = findings(low, gone, { ...low, id: '3' }, { ...low, id: '4' });
		const after = findings(
			low,
			{ ...low, id: '3', severity: 'high' },
			{ ...low, id: '4', outcome: 'unknown' },
			{ ...low, id: '5' },
			{ ...low, id: '6', severity: 'critical' },
		);
		const { appears, vanishes, changes, stays } = compareFindings(before, after);
		assert.equal(
			{
				appears: appears.map(({ id }) => id),
				vanishes: vanishes.map(({ id }) => id),
				changes: changes.map(pair => [
					pair.before.id,
					pair.before.severity,
					pair.after.severity,
					pair.after.outcome,
				]),
				stays,
			},
			{
				appears: ['6', '5'],
				vanishes: ['2'],
				changes: [
					['3', 'low', 'high', 'fail'],
					['4', 'low', 'low', 'unknown'],
				],
				stays: 1,
			},
		);
	});
});

describe('[cli] policy preview', it => {
	it('judges saved facts by their own clock, with and without a folder', () =>
		withTempDir(async cwd => {
			await spawnCli(['policy', 'new', 'org/stale'], { cwd });
			const old = credentialOf('<script>bob', { notBefore: NOW - 8_000_000 });
			const facts = await openFactsFolder(join(cwd, 'facts'));
			await facts.save(clusterFacts({ credentials: [old, credentialOf('alice')] }));
			const words = ['policy', 'preview', '--policy', 'policies', '--format', 'json'];
			const { code, stdout } = await spawnCli([...words, 'facts'], { cwd });
			const { runs, totals, unjudged } = JSON.parse(stdout);
			assert.equal([code, totals.appears, totals.vanishes, totals.changes, unjudged], [0, 1, 0, 0, []]);
			const [{ now, clusters, appears }] = runs;
			assert.equal(
				[now, clusters, appears[0].policyId, appears[0].subject],
				[NOW, 1, 'org/stale', 'certificate of <script>bob'],
			);
			const text = await spawnCli(['policy', 'preview', '--policy', 'policies', 'facts'], { cwd });
			assert.match(
				text.stdout,
				/ {2}appears {3}medium {4}org\/stale\n {12}certificate of <script>bob on prod\n/,
			);
		}));

	it('a policy that cannot be evaluated :: is named with its reason, and exits 2', () =>
		withTempDir(async cwd => {
			const broken = ownPolicy('org/broken').replace(/\{"kind".*$/s, 'x if some x in ["no object"]\n');
			await mkdir(join(cwd, 'own/org'), { recursive: true });
			await writeFile(join(cwd, 'own/org/broken.rego'), broken);
			const facts = await openFactsFolder(join(cwd, 'facts'));
			await facts.save(clusterFacts({ credentials: [credentialOf('alice')] }));
			const { code, stdout, stderr } = await spawnCli(
				['policy', 'preview', '--policy', 'own', '--format', 'json', 'facts'],
				{ cwd },
			);
			assert.equal([code, JSON.parse(stdout).runs[0].errors.length], [2, 1]);
			assert.match(stderr, /error: facts: .*org\/broken.*gave something else than an object/);
		}));

	it('a result :: is no facts, and says what is', () =>
		withTempDir(async cwd => {
			await spawnCli(['policy', 'new', 'org/stale'], { cwd });
			await writeFile(join(cwd, 'result.json'), '{"apiVersion": "kubelapse/v1"}');
			const { code, stderr } = await spawnCli(['policy', 'preview', '--policy', 'policies', 'result.json'], {
				cwd,
			});
			assert.is(code, 2);
			assert.match(stderr, /result\.json is a result.*\n.*--save-facts DIR/);
		}));
});
