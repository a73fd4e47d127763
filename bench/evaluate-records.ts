import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../test/e2e/processes.ts';
import { interleave, measure, nodeCommand, type Run } from './measure.ts';
import { canPin, pin } from './pin.ts';
import { makeRecords } from './records.ts';
import { printLimit, printRuns, wallRatio } from './table.ts';

const RECORDS = 100_000;
/** One evaluation over everything falls off a cliff in OPA. */
const CHUNK = 1000;
const ROUNDS = 3;

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const EVALUATE = pathOf('./evaluate-file.mjs');

/** Each record is its own input, as here; only the number of findings is printed. */
const QUERY = `sum([n |
	some chunk in input.chunks
	n := count([answer |
		some record in chunk
		some answer in data.main[record.kind] with input as record
		answer[2] == "fail"
	])
])`;

/** All policies over many records, against OPA itself and on two threads against one. */
export async function benchEvaluation(): Promise<boolean> {
	const records = makeRecords(RECORDS);
	const folder = temporaryFolder();
	const input = join(folder, 'input.json');
	const bytes = writeChunks(input, records);
	console.log(
		`(b) all policies over ${RECORDS} records of ${Math.round(bytes / RECORDS)} bytes, from a file`,
	);
	const opa = findOpa();
	const evaluate = (threads: number) => nodeCommand(EVALUATE, input, String(threads));
	const runs = await interleave(ROUNDS, {
		oneCore: () => measure(pin(1, evaluate(1))),
		twoCores: () => measure(pin(2, evaluate(2))),
		// One thread judges while the main thread writes its records: one and a fifth cores.
		unpinned: () => measure(evaluate(1)),
		opa: () => (opa === null ? NOTHING : measure(pin(1, [opa, ...opaWords(input, folder)]))),
	});
	const ours = [...runs.oneCore, ...runs.twoCores, ...runs.unpinned].map(told);
	assertSameFindings([
		...ours.map(({ fails }) => fails),
		...(opa === null ? [] : runs.opa.map(({ stdout }) => Number(stdout))),
	]);
	if (!canPin) console.log('  not confined to cores here: one thread has the main thread beside it');
	const one = runs.oneCore.map(evaluationAlone);
	const two = runs.twoCores.map(evaluationAlone);
	printRuns('evaluation, one thread on one core', one);
	printRuns('evaluation, two threads on two cores', two);
	printRuns('evaluation, one thread on any core', runs.unpinned.map(evaluationAlone));
	const gain = printLimit({
		name: 'one thread / two threads',
		value: wallRatio(one, two),
		limit: 1.6,
		bound: 'least',
		unit: '×',
	});
	return printAgainstOpa(opa, runs.opa, runs.oneCore) && gain;
}

/** Whole processes: start, reading the file, judging. */
function printAgainstOpa(opa: string | null, runs: Run[], ours: Run[]): boolean {
	if (opa === null) {
		console.log('  opa eval: not on this machine (neither in PATH nor named by OPA)');
		return true;
	}
	printRuns('whole process, one core', ours);
	printRuns('whole process, one core, opa eval', runs);
	return printLimit({
		name: 'opa eval / one thread',
		value: wallRatio(runs, ours),
		limit: 4,
		bound: 'least',
		unit: '×',
	});
}

function evaluationAlone(run: Run): Run {
	const { evaluationSeconds, evaluationCpuSeconds } = told(run);
	return { ...run, wallSeconds: evaluationSeconds, cpuSeconds: evaluationCpuSeconds };
}

const NOTHING: Promise<Run> = Promise.resolve({ wallSeconds: 0, cpuSeconds: 0, maxRssMiB: 0, stdout: '' });

function writeChunks(path: string, records: object[]): number {
	const chunks = Array.from({ length: Math.ceil(records.length / CHUNK) }, (_, at) =>
		JSON.stringify(records.slice(at * CHUNK, (at + 1) * CHUNK)),
	);
	const text = `{"chunks":[${chunks.join(',')}]}`;
	writeFileSync(path, text);
	return Buffer.byteLength(text);
}

/** The policies as they lie there, and the data that they are compiled with. */
function opaWords(input: string, folder: string): string[] {
	const { params, kinds } = JSON.parse(readFileSync(pathOf('../dist/policies/data.json'), 'utf8')) as Record<
		string,
		unknown
	>;
	const data = join(folder, 'data.json');
	writeFileSync(data, JSON.stringify({ params, kinds }));
	const policies = ['--data', pathOf('../policies'), '--ignore', '*_test.rego,*.json'];
	return ['eval', ...policies, '--data', data, '--input', input, '--format', 'raw', QUERY];
}

function findOpa(): string | null {
	const named = process.env.OPA;
	const inPath = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, 'opa'));
	return (named === undefined ? inPath : [named]).find(path => existsSync(path)) ?? null;
}

/** What evaluate-file.mjs printed. */
function told({ stdout }: Run) {
	return JSON.parse(stdout) as { fails: number; evaluationSeconds: number; evaluationCpuSeconds: number };
}

/** A faster wrong answer would be no gain. */
function assertSameFindings(counts: number[]): void {
	const [count, ...others] = new Set(counts);
	if (others.length > 0) throw new Error(`the numbers of findings differ: ${[count, ...others].join(', ')}`);
	console.log(`  ${count} findings in every run`);
}
