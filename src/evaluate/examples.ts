import { nearest } from '../lib/nearest.ts';
import { oneLine } from '../lib/text.ts';
import type { Catalog, Policy } from '../model/policy.ts';
import type { PolicyRecord } from '../model/record.ts';
import { recordKinds } from './metadata.ts';
import type { Mistake } from './mistake.ts';
import { ask, type Limits, type PolicyFiles, refuse } from './opa.ts';
import { judge } from './verdict.ts';

/** One record that a policy must find something in (`ng`), or must not (`ok`). */
export interface Example {
	/** As `ok.fresh`, with the place in its file where that is a list: `ok.fresh[1]`. */
	name: string;
	file: string;
	policyId: string;
	isOk: boolean;
	/** One record, or with `$base` what differs from the record that the tests build. */
	record: unknown;
}

/** How one example ended; `message` is empty where it passed. */
export interface ExampleResult {
	name: string;
	outcome: 'pass' | 'fail';
	file: string;
	row: number;
	message: string;
}

/** Policies as far as their examples need them. */
export interface Examined {
	catalog: Catalog;
	params: object;
	schemas: Record<string, unknown>;
}

/** Judges each example by its policy alone, over the defaults of all thresholds. */
export function judgeExamples(
	examples: readonly Example[],
	sources: PolicyFiles,
	examined: Examined,
	limits?: Limits,
): Promise<ExampleResult[]> {
	return resultsOf(verdictOf, examples, { ...examined, sources }, limits);
}

/** The examples that are no record of their policy's kind. */
export async function unfitExamples(
	examples: readonly Example[],
	sources: PolicyFiles,
	examined: Examined,
	limits?: Limits,
): Promise<Mistake[]> {
	const misfit: Verdict = (_policy, _isOk, answer) => misfitOf(answer);
	const results = await resultsOf(misfit, examples, { ...examined, sources }, limits);
	return results.flatMap(({ name, file, row, message }) => {
		// In a list each record has its number.
		const [place] = /\[\d+\]$/.exec(name) ?? [];
		const said = place === undefined ? message : `${place}: ${message}`;
		return message === '' ? [] : [{ file, row, col: 1, message: said, hint: '' }];
	});
}

/** Why an example failed; empty when it did not. */
type Verdict = (policy: Policy, isOk: boolean, answer: Answer | undefined) => string;

async function resultsOf(
	verdict: Verdict,
	examples: readonly Example[],
	{ catalog, params, schemas, sources }: Examined & { sources: PolicyFiles },
	limits: Limits | undefined,
): Promise<ExampleResult[]> {
	const policies = new Map(catalog.map(policy => [policy.id, policy]));
	const ready = examples.map(example => ({ example, ...prepare(example, policies) }));
	const asked = ready.flatMap(({ example, policy }) => (policy === undefined ? [] : [question(example)]));
	const answers = asked.length === 0 ? [] : await askAll(asked, { sources, params, schemas }, limits);
	let next = 0;
	return ready.map(({ example: { name, file, isOk }, policy, problem }) => {
		const message = policy === undefined ? problem : verdict(policy, isOk, answers[next++]);
		return { name, file, row: 1, outcome: message === '' ? 'pass' : 'fail', message };
	});
}

/** What the program below answers about one example. */
interface Answer {
	record: PolicyRecord;
	mistakes: { field: string; desc: string; type: string }[];
	fails: Record<string, unknown>[];
	unknowns: Record<string, unknown>[];
	isNotApplicable: boolean;
}

/** Asked of OPA's interpreter, which validates and has the builders of the tests. */
const PROGRAM = `package kubelapse_examples

answers := [_answer(example) | some example in input]

_answer(example) := {
	"record": record,
	"mistakes": json.match_schema(record, data.schemas[example.kind])[1],
	"fails": [details | some details in policy.deny with input as record],
	"unknowns": [details | some details in policy.unknown with input as record],
	"isNotApplicable": count([1 | policy.not_applicable with input as record]) > 0,
} if {
	record := _whole(example.record)
}

_whole(record) := record if not "$base" in object.keys(record)

_whole(record) := object.union(_bases[record["$base"]], object.remove(record, {"$base"}))

_bases := {
	"credential": data.lib.testing.credential({}),
	"token_secret": data.lib.testing.token_secret({}),
	"grant": data.lib.testing.grant({}),
	"identity": data.lib.testing.identity({}),
	"connection": data.lib.testing.connection({}),
	"cluster": data.lib.testing.cluster_with({}),
	"key": data.lib.testing.key({}),
	"waiver": data.lib.testing.waiver({}),
	"finding": data.lib.testing.finding({}),
}
`.replaceAll('policy.', 'data.policies[example.category][example.name].');

/** What `$base` may say: the builders of policies/lib/testing.rego. */
const bases: readonly string[] = [...recordKinds, 'token_secret'];

function prepare(
	{ policyId, record }: Example,
	policies: Map<string, Policy>,
): { policy?: Policy; problem: string } {
	const policy = policies.get(policyId);
	if (policy === undefined)
		return { problem: `there is no policy ${policyId}${like(policyId, policies.keys())}` };
	if (!isObject(record)) return { problem: 'an example is one record, or a list of records' };
	const base = record.$base;
	if (base !== undefined && !bases.includes(String(base)))
		return { problem: `$base is ${oneLine(JSON.stringify(base), 80)}: write one of ${bases.join(', ')}` };
	const kind = base === undefined ? record.kind : base === 'token_secret' ? 'credential' : base;
	if (kind === policy.kind) return { policy, problem: '' };
	const what = oneLine(JSON.stringify(kind ?? null), 80);
	return {
		problem: `its kind is ${what}, and the policy judges records of kind ${JSON.stringify(policy.kind)}`,
	};
}

function question({ policyId, record }: Example) {
	const [category, name] = policyId.split('/');
	// Only records and changes of them are asked about.
	const { kind, $base } = record as { kind?: unknown; $base?: unknown };
	return { category, name, record, kind: $base === 'token_secret' ? 'credential' : ($base ?? kind) };
}

async function askAll(
	input: object[],
	{ sources, params, schemas }: { sources: PolicyFiles } & Pick<Examined, 'params' | 'schemas'>,
	limits: Limits | undefined,
): Promise<(Answer | undefined)[]> {
	const answer = await ask(
		{
			command: 'eval',
			files: { ...sources, 'kubelapse_examples.rego': PROGRAM },
			query: 'data.kubelapse_examples.answers',
			data: { params, schemas: schemasByKind(schemas.record) },
			input,
			hasEveryBuiltin: true,
		},
		limits,
	);
	refuse((answer.errors ?? []).map(({ message }) => `the examples cannot be judged: ${message}`));
	return (answer.result ?? []) as Answer[]; // the program above says so
}

/** A schema for each record kind: the one for all would only say that none of them fits. */
function schemasByKind(record: unknown): Record<string, unknown> {
	const { definitions = {} } = (record ?? {}) as { definitions?: Record<string, unknown> };
	return Object.fromEntries(
		recordKinds.map(kind => {
			const name = `${kind}Record`;
			return [kind, name in definitions ? { definitions, allOf: [{ $ref: `#/definitions/${name}` }] } : {}];
		}),
	);
}

/** Why the example is no record; empty when it is one. */
function misfitOf(answer: Answer | undefined): string {
	if (answer === undefined) return 'could not be judged';
	const mistake = answer.mistakes.find(({ type }) => !/^number_(all|any|one)_of$/.test(type));
	if (mistake === undefined) return '';
	const member = mistake.field === '(Root)' ? '' : `${mistake.field}: `;
	return oneLine(`is no record: ${member}${mistake.desc}`, 300);
}

function verdictOf(policy: Policy, isOk: boolean, answer: Answer | undefined): string {
	const misfit = misfitOf(answer);
	if (answer === undefined || misfit !== '') return misfit;
	const { kind, gaps, cluster } = answer.record;
	const { outcome, verdicts } = judge(policy, { kind, gaps, cluster: cluster.uid }, answer);
	if (isOk ? outcome === 'pass' || outcome === 'not_applicable' : outcome === 'fail') return '';
	const details = oneLine(JSON.stringify(verdicts.map(verdict => verdict.details)), 300);
	if (isOk) return outcome === 'fail' ? `policy tripped: ${details}` : 'policy answered unknown';
	return `policy did not trip: it answered ${outcome}`;
}

function like(wrong: string, words: Iterable<string>): string {
	const near = nearest(wrong, words);
	return near === null ? '' : `: did you mean ${near}?`;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
