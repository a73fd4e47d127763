import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../test/e2e/processes.ts';
import { clusterFacts, credentialOf } from '../test/helpers/cluster-facts.ts';
import { ownPolicy } from '../test/helpers/own-policy.ts';
import { interleave, measure, median, nodeCommand } from './measure.ts';
import { printLimit, printRuns } from './table.ts';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const ROUNDS = 7;

/** A scan with a policy of one's own: compiled the first time, found compiled after that. */
export async function benchOwnPolicies(): Promise<boolean> {
	console.log('(e) scan of saved facts with --policy');
	const folder = temporaryFolder();
	for (const name of ['facts', 'org/credential']) mkdirSync(join(folder, name), { recursive: true });
	const facts = clusterFacts({ credentials: [credentialOf('kim')] });
	writeFileSync(join(folder, 'facts/prod.json'), JSON.stringify(facts));
	writeFileSync(join(folder, 'org/credential/of_kim.rego'), ownPolicy('credential/of_kim'));
	const scan = (cache: string, ...words: string[]) => {
		const saved = ['--facts', join(folder, 'facts'), '--format', 'json', '--out', '-', '--quiet'];
		const command = nodeCommand(MAIN, 'scan', ...saved, ...words);
		// 1: there are findings.
		return measure(['/usr/bin/env', `XDG_CACHE_HOME=${join(folder, cache)}`, ...command], [0, 1]);
	};
	const own = ['--policy', join(folder, 'org')];
	await scan('warm', ...own);
	let round = 0;
	const runs = await interleave(ROUNDS, {
		none: () => scan('warm'),
		warm: () => scan('warm', ...own),
		cold: () => scan(`cold-${round++}`, ...own),
	});
	printRuns('without', runs.none);
	printRuns('with, compiled already', runs.warm);
	printRuns('with, not compiled yet', runs.cold);
	const added = (of: typeof runs.none) => seconds(of) - seconds(runs.none);
	return [
		printLimit({ name: 'compiling adds', value: added(runs.cold), limit: 3, bound: 'most', unit: ' s' }),
		printLimit({
			name: 'a warm start adds',
			value: added(runs.warm),
			limit: 0.05,
			bound: 'most',
			unit: ' s',
		}),
	].every(Boolean);
}

function seconds(runs: { wallSeconds: number }[]): number {
	return median(runs.map(run => run.wallSeconds));
}
