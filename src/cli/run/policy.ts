import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
	checkPolicies,
	compileBundle,
	formatPolicies,
	SHIPPED,
	testPolicies,
	writeBundle,
} from '../../evaluate/bundle.ts';
import { type Coverage, line, type TestCase } from '../../evaluate/opa.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { plural } from '../../lib/text.ts';
import type { BuildFlags, CheckFlags, TestFlags } from '../policy.ts';
import { readPolicyFolder, SHIPPED_POLICIES } from '../policy-files.ts';
import { print } from '../stdout.ts';

/** Prints every mistake; exit 1 when there is one. */
export async function runCheck({ dir, fix }: Pick<CheckFlags, 'dir' | 'fix'>): Promise<void> {
	const folder = dir ?? SHIPPED_POLICIES;
	const { own, all } = await readPolicyFolder(folder);
	const problems = await checkPolicies(all);
	// A source that does not parse cannot be formatted; its mistake is named already.
	const formatted = problems.length === 0 ? await formatPolicies(own) : {};
	for (const [path, text] of Object.entries(formatted)) {
		if (fix) await writeFile(onDisk(path, folder), text);
		else problems.push(line({ file: path, row: 1, message: 'is not formatted: run this again with --fix' }));
	}
	await print(problems.map(problem => `${shown(problem, folder)}\n`));
	await print(problems.length === 0 ? `${plural(Object.keys(own).length, 'file')} checked\n` : '');
	if (problems.length > 0) process.exitCode = 1;
}

/** Prints the tests that did not pass and how many did; exit 1 unless all of at least one did. */
export async function runTest({ dir, coverage }: Pick<TestFlags, 'dir' | 'coverage'>): Promise<void> {
	const folder = dir ?? SHIPPED_POLICIES;
	const { own, all } = await readPolicyFolder(folder);
	const result = await testPolicies(all, { coverage });
	const failures = result.tests.filter(({ outcome }) => outcome !== 'pass');
	const passed = result.tests.length - failures.length;
	await print(failures.map(failure => `${shown(describeFailure(failure), folder)}\n`));
	await print(
		result.coverage
			.filter(({ file }) => file in own)
			.map(file => `${shown(describeCoverage(file), folder)}\n`),
	);
	if (result.tests.length === 0) await print('there is no test: write rules test_… in <name>_test.rego\n');
	await print(`${passed} passed, ${failures.length} failed\n`);
	if (failures.length > 0 || passed === 0) process.exitCode = 1;
}

/** Compiles a folder; the shipped one to where `scan` looks for it. */
export async function runBuild({ dir, out }: Pick<BuildFlags, 'dir' | 'out'>): Promise<void> {
	if (dir !== undefined && out === undefined)
		throw new ScanError('USAGE', 'a folder of your own is compiled to a folder of your own', {
			hint: 'add --out DIR',
		});
	const bundle = await compileBundle((await readPolicyFolder(dir ?? SHIPPED_POLICIES)).all);
	await writeBundle(bundle, out === undefined ? SHIPPED : pathToFileURL(`${resolve(out)}/`));
	await print(
		`${plural(bundle.catalog.length, 'policy', 'policies')} compiled, ${bundle.wasm.length} bytes\n`,
	);
}

/** A skipped test proves nothing: it counts as failed. */
function describeFailure({ file, row, name, outcome, error, output }: TestCase): string {
	const why = { fail: 'failed', skip: 'is skipped', error: `stopped: ${error?.message}`, pass: 'passed' }[
		outcome
	];
	const printed = output === undefined ? '' : ` (printed: ${output.trim()})`;
	return line({ file, row, message: `${name} ${why}${printed}` });
}

function describeCoverage({ file, covered, notCovered, rows }: Coverage): string {
	const percent = Math.floor((100 * covered) / Math.max(covered + notCovered, 1));
	const missing = [...new Set(rows.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)))];
	return `${file}: ${percent} %${missing.length === 0 ? '' : `, not rows ${missing.join(', ')}`}`;
}

/** A line that begins with a source's path, with the path as the user would write it. */
function shown(text: string, folder: string): string {
	const path = /^policies\/[^:]*/.exec(text)?.[0];
	return path === undefined ? text : relative(process.cwd(), onDisk(path, folder)) + text.slice(path.length);
}

function onDisk(path: string, folder: string): string {
	return join(folder, path.slice('policies/'.length));
}
