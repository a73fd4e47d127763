import { byCodeUnit } from '../lib/text.ts';
import { kindsOf, placeOf, readMetadata } from './catalog.ts';
import { ask, line, type MutatedFile, type MutationTarget, type PolicyFiles, refuse } from './opa.ts';

/** A changed condition that no test noticed. */
export interface Survivor {
	file: string;
	row: number;
	col: number;
	/** Text of the condition, on one line; of the rule's head for `never`. */
	expression: string;
	/** `drop`: it always holds; `invert`: its opposite; `boundary`: `<` for `<=`; `never`: the rule never holds. */
	mutation: string;
}

/** What became of all mutants. */
export interface Mutations {
	/** Noticed by a test. */
	killed: number;
	/** Not compiled, as without the only place that binds a variable. */
	refused: number;
	/** Ended because they took far more steps than any test does. */
	cut: number;
	/** By file and place. */
	survivors: Survivor[];
}

/** Long enough for thousands of mutants on a slow machine. */
const LIMITS = { timeoutSeconds: 900, memoryMiB: 1024 };

/**
 * Changes each condition of the policies and libraries among `targets`, one at a time, and runs the tests that should
 * notice: of a policy, those beside it; of a library, those of every policy that reads it.
 * @throws {ScanError} POLICY_INVALID for sources that cannot be parsed or whose tests fail as they are.
 */
export async function mutatePolicies(
	files: PolicyFiles,
	targets: readonly string[],
	processes: number,
): Promise<Mutations> {
	const sources = Object.fromEntries(Object.entries(files).filter(([path]) => path.endsWith('.rego')));
	const inspected = await ask({ command: 'inspect', files: sources });
	refuse((inspected.errors ?? []).map(line));
	const { catalog, params } = readMetadata(inspected.modules ?? []);
	const data = { params, kinds: kindsOf(catalog) };
	const answers = await Promise.all(
		shares(targetsOf(sources, targets), processes).map(share =>
			ask({ command: 'mutate', files: sources, data, targets: share }, LIMITS),
		),
	);
	refuse(answers.flatMap(({ errors = [] }) => errors.map(line)));
	return total(answers.flatMap(({ mutations = [] }) => mutations));
}

function targetsOf(sources: PolicyFiles, targets: readonly string[]): MutationTarget[] {
	const tests = Object.keys(sources).filter(path => placeOf(path).kind === 'test');
	return targets.flatMap(file => {
		const { kind } = placeOf(file);
		if (kind === 'policy') return [{ file, tests: [testBeside(file)] }];
		return kind === 'lib' && file !== BUILDERS ? [{ file, tests }] : [];
	});
}

/** It makes the records of tests: a change of it is no change of a judgement. */
const BUILDERS = 'policies/lib/testing.rego';

function testBeside(file: string): string {
	return file.replace(/\.rego$/, '_test.rego');
}

/** Dealt out in turn: neighbours are about as long, and libraries, which take longest, are few. */
function shares(targets: MutationTarget[], count: number): MutationTarget[][] {
	const dealt = Array.from({ length: count }, (_, share) => targets.filter((_, at) => at % count === share));
	return dealt.filter(share => share.length > 0);
}

function total(files: MutatedFile[]): Mutations {
	const sum = (key: 'killed' | 'refused' | 'cut') => files.reduce((n, file) => n + file[key], 0);
	const survivors = files
		.flatMap(({ file, survivors: found }) => found.map(survivor => ({ file, ...survivor })))
		.sort((a, b) => byCodeUnit(a.file, b.file) || a.row - b.row || a.col - b.col);
	return { killed: sum('killed'), refused: sum('refused'), cut: sum('cut'), survivors };
}
