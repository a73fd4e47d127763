import { fileURLToPath } from 'node:url';
import { foreignPackages, loadedFiles } from '../test/helpers/loaded-files.ts';
import { interleave, measure } from './measure.ts';
import { printLimit, printRuns, wallRatio } from './table.ts';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const ROUNDS = 15;

/** `--help` against starting Node at all, and what it loads. */
export async function benchStartUp(): Promise<boolean> {
	console.log('(c) kubelapse --help');
	const runs = await interleave(ROUNDS, {
		node: () => measure([process.execPath, '-e', '0']),
		help: () => measure([process.execPath, MAIN, '--help']),
	});
	printRuns('node -e 0', runs.node);
	printRuns('kubelapse --help', runs.help);
	const packages = foreignPackages(await loadedFiles([MAIN, '--help']));
	console.log(`  packages that it loads: ${packages.join(', ')}`);
	return printLimit({
		name: '--help / node -e 0',
		value: wallRatio(runs.help, runs.node),
		limit: 3,
		bound: 'most',
		unit: '×',
	});
}
