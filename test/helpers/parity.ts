import { availableParallelism } from 'node:os';
import { compileBundle } from '../../src/evaluate/bundle.ts';
import { inputOf, packJob } from '../../src/evaluate/job.ts';
import { ask, type PolicyFiles } from '../../src/evaluate/opa.ts';
import { compilePolicies, instantiate } from '../../src/evaluate/policy-instance.ts';
import { unroll } from '../../src/evaluate/unroll.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { PolicyRecord } from '../../src/model/record.ts';
import { assert } from './describe.ts';
import { shippedPolicies } from './shipped-policies.ts';

const LIMITS = { timeoutSeconds: 600, memoryMiB: 1024 };

const QUERY = '[answers | some record in input; answers := data.main[record.kind] with input as record]';

const files = shippedPolicies();
const bundle = compileBundle(files);
const sources = Object.fromEntries(Object.entries(files).filter(([path]) => path.endsWith('.rego')));

/** What the compiled policies answer to each record. */
async function byWasm(records: PolicyRecord[]): Promise<unknown[]> {
	const { wasm, params, kinds } = await bundle;
	const instance = await instantiate(await compilePolicies(wasm), { params, kinds }, 1024);
	const job = packJob(records, { only: null, skipped: new Map() });
	const answers: unknown[] = [];
	for (const [at, { kind }] of records.entries())
		answers.push(await instance.ask(`main/${kind}`, inputOf(job, at)));
	return answers;
}

/** What OPA's interpreter answers. */
async function byInterpreter(records: PolicyRecord[], from: PolicyFiles): Promise<unknown[]> {
	const { params, kinds } = await bundle;
	const request = { command: 'eval', files: from, data: { params, kinds }, query: QUERY } as const;
	const { result, errors } = await ask({ ...request, input: records }, LIMITS);
	assert.is(errors, undefined);
	return (result as unknown[]).map(value => ({ kind: 'value', value })); // the query makes a list
}

/** Splits the work of the interpreter, which is the slow one. */
async function inShares(records: PolicyRecord[], from: PolicyFiles): Promise<unknown[]> {
	const size = Math.ceil(records.length / availableParallelism());
	const shares = Array.from({ length: availableParallelism() }, (_, at) =>
		records.slice(at * size, (at + 1) * size),
	);
	return (await Promise.all(shares.map(share => byInterpreter(share, from)))).flat();
}

/** Sets have no order, and WASM gives them in another. */
function canonical(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(canonical).sort((a, b) => byCodeUnit(text(a), text(b)));
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).map(([key, member]) => [key, canonical(member)] as const);
	return Object.fromEntries(entries.sort(([a], [b]) => byCodeUnit(a, b)));
}

const text = (value: unknown) => JSON.stringify(value);

/**
 * The first few records to which the compiled policies answer otherwise than OPA's interpreter in the shipped compiler.
 * @param from `written`: the interpreter takes the sources as they are; `unrolled`: as they are compiled, which is faster.
 */
export async function disagreements(
	records: PolicyRecord[],
	from: 'written' | 'unrolled',
): Promise<unknown[]> {
	const [ours, theirs] = await Promise.all([
		byWasm(records),
		inShares(records, from === 'written' ? sources : await unroll(sources)),
	]);
	assert.is(theirs.length, records.length);
	const found = records.flatMap((record, at) => {
		const [a, b] = [text(canonical(ours[at])), text(canonical(theirs[at]))];
		return a === b ? [] : [{ record, wasm: a, interpreter: b }];
	});
	return found.slice(0, 3);
}
