import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { mutatePolicies, type Survivor } from '../../evaluate/mutations.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { oneLine } from '../../lib/text.ts';
import type { TestFlags } from '../policy.ts';
import { readPolicyFolder, SHIPPED_POLICIES } from '../policy-files.ts';
import { shownPath } from '../policy-paths.ts';
import { readJson } from '../read-text.ts';
import { print } from '../stdout.ts';

/** Mutants that no test can notice, beside the policies; each says why. */
const ALLOWED = 'mutations.json';

const allowance = z.strictObject({
	/** As `category/name.rego`. */
	file: z.string(),
	expression: z.string(),
	mutation: z.enum(['drop', 'invert', 'boundary', 'never']),
	reason: z.string().trim().min(1),
});
type Allowance = z.infer<typeof allowance>;

/** Prints the conditions that no test holds, and the exceptions that nothing needs; exit 1 when there is one. */
export async function runMutations({ dir }: Pick<TestFlags, 'dir'>): Promise<void> {
	const folder = dir ?? SHIPPED_POLICIES;
	const { own, all } = await readPolicyFolder(folder);
	const allowed = await readAllowed(folder);
	const result = await mutatePolicies(all, Object.keys(own), availableParallelism());
	const { survivors, stale } = weigh(result.survivors, allowed);
	await print(survivors.map(survivor => `${describeSurvivor(survivor, folder)}\n`));
	await print(
		stale.map(
			({ file, mutation, expression }) =>
				`${ALLOWED}: a test notices ${oneLine(`${mutation} of ${expression} in ${file}`)} now: remove the entry\n`,
		),
	);
	const excepted = allowed.length - stale.length;
	await print(
		`${result.killed} mutants killed by tests, ${result.refused} by the compiler, ${result.cut} by their length; ` +
			`${excepted} excepted, ${survivors.length} survived\n`,
	);
	if (result.killed === 0) await print('no test noticed anything: write rules test_… in <name>_test.rego\n');
	if (survivors.length > 0 || stale.length > 0 || result.killed === 0) process.exitCode = 1;
}

/** An exception covers one survivor; one without a survivor is stale. */
export function weigh(
	found: readonly Survivor[],
	allowed: readonly Allowance[],
): { survivors: Survivor[]; stale: Allowance[] } {
	const stale = [...allowed];
	const survivors = found.filter(({ file, expression, mutation }) => {
		const at = stale.findIndex(
			entry =>
				`policies/${entry.file}` === file && entry.expression === expression && entry.mutation === mutation,
		);
		if (at >= 0) stale.splice(at, 1);
		return at < 0;
	});
	return { survivors, stale };
}

async function readAllowed(folder: string): Promise<Allowance[]> {
	const path = join(folder, ALLOWED);
	const value = await readJson(path, 'list of exceptions', 'POLICY_INVALID').catch(error => {
		if (isMissing(error)) return [];
		throw error;
	});
	const read = z.array(allowance).safeParse(value);
	if (read.success) return read.data;
	const hint = 'write [{"file": "category/name.rego", "expression": "…", "mutation": "drop", "reason": "…"}]';
	throw new ScanError('POLICY_INVALID', `${path}: ${oneLine(z.prettifyError(read.error), 300)}`, { hint });
}

function isMissing(error: unknown): boolean {
	const cause = error instanceof ScanError ? error.cause : null;
	return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

const WORDS: Record<string, string> = {
	drop: 'not noticed when it is dropped',
	invert: 'not noticed when it is inverted',
	boundary: 'not noticed when its boundary moves',
	never: 'not noticed when the rule never holds',
};

function describeSurvivor({ file, row, col, expression, mutation }: Survivor, folder: string): string {
	const place = `${shownPath(file, folder)}:${row}:${col}`;
	return oneLine(`${place}: ${expression}: ${WORDS[mutation] ?? mutation}`, 500);
}
