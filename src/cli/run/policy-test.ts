import { testPolicies } from '../../evaluate/bundle.ts';
import type { Coverage, TestCase } from '../../evaluate/opa.ts';
import { byCodeUnit } from '../../lib/text.ts';
import type { TestFlags } from '../policy.ts';
import { policyIds, readExamples } from '../policy-examples.ts';
import { readPolicyFolder, SHIPPED_POLICIES } from '../policy-files.ts';
import { shownPath, withShownPaths } from '../policy-paths.ts';
import { print } from '../stdout.ts';
import { countTests, percentOf, type TestResult, type TestRun, testFormats } from '../test-results.ts';

type AskedTests = Pick<TestFlags, 'dir' | 'coverage' | 'format'> & {
	quiet?: boolean | undefined;
	'min-coverage'?: number | undefined;
};

/** Runs tests and examples and prints how each ended; exit 1 unless all of at least one passed. */
export async function runTest(flags: AskedTests): Promise<void> {
	const { dir, coverage: isCoverageAsked, format, quiet } = flags;
	const folder = dir ?? SHIPPED_POLICIES;
	const floor = flags['min-coverage'] ?? 0;
	const { own, all } = await readPolicyFolder(folder);
	const { examples, unusable } = await readExamples(folder, policyIds(own));
	const coverage = isCoverageAsked || floor > 0;
	const ran = await testPolicies(all, { coverage, examples }).catch(async error => {
		const shown = withShownPaths(error, folder);
		// A pipeline reads the report of a run that ends early too.
		if (format !== 'text') await print(testFormats[format](brokenRun(shown, folder)));
		throw shown;
	});
	const tests = [...ran.tests.map(toResult), ...ran.examples, ...unusable]
		.sort((a, b) => byCodeUnit(a.file, b.file))
		.map(test => ({ ...test, file: shownPath(test.file, folder) }));
	const files = ran.coverage.filter(({ file }) => file in own);
	const run: TestRun = { tests, coverage: coverage ? weigh(files, folder, floor) : null };
	const { passed, failed } = countTests(run);
	const told = format === 'junit' && run.tests.length === 0 ? { ...run, tests: [noTest(folder)] } : run;
	await print(testFormats[format](told, { isQuiet: quiet === true, isCoverageAsked }));
	const isBelow = run.coverage?.files.some(file => file.isBelow) ?? false;
	if (failed > 0 || passed === 0 || isBelow) process.exitCode = 1;
}

/** Policies that do not compile, as one test that stopped. */
function brokenRun(error: unknown, folder: string): TestRun {
	const text = error instanceof Error ? error.message : String(error);
	const [, file = folder, row = '1'] = /^([^:\s]+\.\w+):(\d+):/.exec(text) ?? [];
	const test = { name: 'policies compile', outcome: 'error' as const, file, row: Number(row), message: text };
	return { tests: [test], coverage: null };
}

/** A file of results without a failure is green wherever it is read. */
function noTest(folder: string): TestResult {
	const message = 'there is no test';
	return { name: 'policies have tests', outcome: 'fail', file: folder, row: 1, message };
}

/** A skipped test proves nothing: it counts as failed. */
function toResult({ name, outcome, file, row, error, output }: TestCase): TestResult {
	const why = { fail: 'failed', skip: 'is skipped', error: `stopped: ${error?.message}`, pass: '' }[outcome];
	const printed = output === undefined || outcome === 'pass' ? '' : ` (printed: ${output.trim()})`;
	return { name: name.replace(/^.*\./, ''), outcome, file, row, message: `${why}${printed}` };
}

function weigh(files: Coverage[], folder: string, floor: number): NonNullable<TestRun['coverage']> {
	const sum = (key: 'covered' | 'notCovered') => files.reduce((total, file) => total + file[key], 0);
	return {
		percent: percentOf(sum('covered'), sum('notCovered')),
		files: files.map(({ file, covered, notCovered, rows }) => ({
			file: shownPath(file, folder),
			percent: percentOf(covered, notCovered),
			isBelow: percentOf(covered, notCovered) < floor,
			covered,
			notCovered,
			rows,
		})),
	};
}
