import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../src/model/report.ts';
import { clusterFacts, credentialOf } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { ownPolicy } from '../helpers/own-policy.ts';
import { spawnCli } from '../helpers/spawn-cli.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

/** Takes no memory, or it would end by that. */
const ENDLESS = `xs := numbers.range(1, 100000)
	pairs := [a | some a in xs; some b in xs; a < b; b < a]
	count(pairs) > 0`;

// Among the slow tests: a batch is given ten seconds before its records are judged one by one.
describe('[cli] scan --policy, a comprehension without an end', it => {
	it('is unknown with the policy’s name, every other policy judges, and the exit code is 2', () =>
		withTempDir(async cwd => {
			await Promise.all(['facts', 'org/credential'].map(path => mkdir(join(cwd, path), { recursive: true })));
			const facts = clusterFacts({ credentials: [credentialOf('kim')] });
			await writeFile(join(cwd, 'facts/prod.json'), JSON.stringify(facts));
			const text = ownPolicy('credential/endless', { condition: ENDLESS });
			await writeFile(join(cwd, 'org/credential/endless.rego'), text);
			await writeFile(join(cwd, 'org/credential/own.rego'), ownPolicy('credential/own'));

			const words = ['scan', '--facts', 'facts', '--policy', 'org', '--format', 'json', '--out', '-'];
			const { code, stdout } = await spawnCli([...words, '--now', '2027-01-15T08:00:00Z'], { cwd });
			const report: Report = JSON.parse(stdout);
			const of = (id: string) =>
				report.findings
					.filter(({ policyId }) => policyId === id)
					.map(({ outcome, gaps }) => [outcome, ...gaps.map(gap => gap.code)]);
			assert.equal(
				[of('credential/endless'), of('credential/own')],
				[[['unknown', 'time_limit']], [['fail']]],
			);
			assert.is(code, 2);
			assert.match(report.run.verdict.reasons[0] ?? '', 'credential/endless');
			const unknown = report.policies.filter(({ outcomes }) => outcomes.unknown > 0).map(({ id }) => id);
			assert.ok(unknown.includes('credential/endless'));
		}));
});
