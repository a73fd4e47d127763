import { readFile } from 'node:fs/promises';
import { ask, format, line, refuse, test } from '../../src/evaluate/opa.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { assert, describe } from '../helpers/describe.ts';

/** Some 10^10 steps. */
const ENDLESS =
	'count([1 | some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a == b + 200000])';

async function failure(promise: Promise<unknown>): Promise<string> {
	const error = await promise.then(
		() => null,
		reason => reason,
	);
	return error instanceof ScanError ? `${error.code} ${error.message}` : `no ScanError: ${error}`;
}

describe('ask', it => {
	it('capabilities :: are the committed ones', async () => {
		const committed = await readFile(new URL('../../tools/opa/capabilities.json', import.meta.url), 'utf8');
		const answer = await ask({ command: 'capabilities' });
		assert.equal(answer.capabilities, JSON.parse(committed));
	});

	it('eval :: input, data and rules give a value, an undefined query none', async () => {
		const files = { 'a.rego': 'package a\n\nsum := input.x + data.y\n\nnone if input.x > 9\n' };
		const base = { command: 'eval', files, data: { y: 2 }, input: { x: 1 } } as const;
		assert.equal(await ask({ ...base, query: 'data.a.sum' }), { result: 3, defined: true });
		assert.equal(await ask({ ...base, query: 'data.a.none' }), {});
	});

	it('stops an evaluation that does not end', async () => {
		const endless = ask({ command: 'eval', query: ENDLESS }, { timeoutSeconds: 1 });
		assert.is(await failure(endless), 'COMPILER_FAILED the policy compiler was stopped after 1 s');
	});

	it('stops an evaluation that fills the memory', async () => {
		const greedy = ask({ command: 'eval', query: 'count(numbers.range(1, 100000000))' }, { memoryMiB: 64 });
		assert.is(await failure(greedy), 'COMPILER_FAILED the policy compiler needs more than 64 MiB');
	});

	it('input of several pipe buffers and output as large come through whole', async () => {
		const large = 'é'.repeat(1_000_000);
		const answer = await ask({ command: 'eval', query: 'input', input: large });
		assert.is(answer.result, large);
	});
});

describe('ask inspect', it => {
	it('gives package, rules and METADATA of each source', async () => {
		const text =
			'# METADATA\n# title: T\n# custom: {a: [1]}\npackage a.b\n\nx contains 1\n\nx contains 2\n\ny.z := 3\n';
		assert.equal(await ask({ command: 'inspect', files: { 'a/b.rego': text } }), {
			modules: [
				{
					file: 'a/b.rego',
					package: ['a', 'b'],
					row: 4,
					rules: ['x', 'y.z'],
					annotations: [
						{ scope: 'package', title: 'T', description: '', custom: { a: [1] }, schemas: {}, row: 1 },
					],
				},
			],
		});
	});

	it('sources that do not parse :: all come back with their place', async () => {
		const files = { 'a.rego': 'package a\n\nx := )\n', 'b.rego': 'package b\n\ny := 1\nz := ]\n' };
		const { errors = [] } = await ask({ command: 'inspect', files });
		// OPA says twice what is wrong with a line.
		assert.equal(
			[...new Set(errors.map(({ file, row, col }) => `${file}:${row}:${col}`))],
			['a.rego:3:6', 'b.rego:4:6'],
		);
	});
});

describe('line', it => {
	it('has place, message and details, fit for a terminal', () => {
		const problem = {
			code: 'x',
			message: 'bad\u001b[2J',
			details: ['\thave: 1'],
			file: 'a.rego',
			row: 3,
			col: 7,
		};
		assert.is(line(problem), 'a.rego:3:7: bad\\u{1b}[2J have: 1');
	});

	it('without a place :: is the message', () =>
		assert.is(line({ code: 'x', message: 'bad', file: '', row: 0, col: 0 }), 'bad'));
});

describe('refuse', it => {
	it('no mistake :: returns', () => assert.is(refuse([]), undefined));

	it('mistakes :: says the first and how many more', () =>
		assert.throws(
			() => refuse(['a', 'b', 'c']),
			(error: unknown) => error instanceof ScanError && error.message === 'a (and 2 more mistakes)',
		));
});

describe('format', it => {
	it('gives the changed files alone', async () => {
		const formatted = await format({ 'a.rego': 'package a\nx:=1', 'b.rego': 'package b\n\nx := 1\n' });
		assert.equal(formatted, { 'a.rego': 'package a\n\nx := 1\n' });
	});
});

describe('test', it => {
	it('gives every test in the order of the files, and the rows that none reached', async () => {
		const files = {
			'b_test.rego': 'package b_test\n\ntodo_test_later if false\n',
			'a.rego': 'package a\n\nx if input.n == data.n\n\ny if input.m\n',
			'a_test.rego':
				'package a_test\n\ntest_yes if data.a.x with input as {"n": 1}\n\ntest_no if data.a.x with input as {"n": 2}\n',
		};
		assert.equal(await test({ files, data: { n: 1 }, coverage: true }), {
			tests: [
				{ name: 'a_test.test_yes', outcome: 'pass', file: 'a_test.rego', row: 3 },
				{ name: 'a_test.test_no', outcome: 'fail', file: 'a_test.rego', row: 5 },
				{ name: 'b_test.todo_test_later', outcome: 'skip', file: 'b_test.rego', row: 3 },
			],
			coverage: [
				{
					file: 'a.rego',
					covered: 1,
					notCovered: 1,
					rows: [
						[5, 5],
						[5, 5],
					],
				},
			],
		});
	});
});
