import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
	checkPolicies,
	compileBundle,
	loadBundle,
	stamp,
	testPolicies,
	writeBundle,
} from '../../src/evaluate/bundle.ts';
import { recordKinds } from '../../src/evaluate/metadata.ts';
import { mistakeLine } from '../../src/evaluate/mistake.ts';
import { compilePolicies, instantiate } from '../../src/evaluate/policy-instance.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import { assert, describe } from '../helpers/describe.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

const MAIN = `package main

${recordKinds.map(kind => `${kind} contains answer if some answer in _answers("${kind}")`).join('\n\n')}

_answers(kind) := {[category, name, "fail", details] |
	some category, name
	data.kinds[category][name] == kind
	some details in data.policies[category][name].deny
}
`;
const LIB = `# METADATA
# title: Lib
# custom:
#   params:
#     robots:
#       default: [ci]
#       description: Names.
package lib.people

is_robot(name) if name in data.params.lib.people.robots
`;
const METADATA = `# METADATA
# title: Old
# description: It is old.
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   severity: medium
#   needs: [kubeconfig]
#   remediation: End it.
#   params:
#     max_seconds:
#       default: 100
#       description: Age that is too old.
package policies.credential.old
`;
const BODY = `
import data.lib.people

deny contains {"seconds": input.age} if {
	input.age > data.params.credential.old.max_seconds
	not people.is_robot(input.name)
}

not_applicable if people.is_robot(input.name)
`;
const TEST = `package policies.credential.old_test

import data.policies.credential.old as policy

test_denies_past_the_limit if policy.deny == {{"seconds": 101}} with input as {"age": 101, "name": "a"}

test_leaves_the_limit_itself if policy.deny == set() with input as {"age": 100, "name": "a"}
`;
const GOOD = {
	'policies/main.rego': MAIN,
	'policies/lib/people.rego': LIB,
	'policies/credential/old.rego': METADATA + BODY,
	'policies/credential/old_test.rego': TEST,
	'policies/schemas/record.json': JSON.stringify({
		type: 'object',
		additionalProperties: false,
		properties: { age: { type: 'number' }, name: { type: 'string' } },
	}),
	'policies/notes.md': 'not a policy',
};

/** The first mistake when one policy has this text below its METADATA. */
async function mistakes(body: string): Promise<string[]> {
	return lines({ ...GOOD, 'policies/credential/old.rego': METADATA + body });
}

async function lines(files: Record<string, string>): Promise<string[]> {
	return (await checkPolicies(files)).map(mistakeLine);
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
	try {
		await promise;
		return 'no error';
	} catch (error) {
		if (!(error instanceof ScanError)) throw error;
		return `${error.code}: ${error.message}`;
	}
}

describe('compileBundle', it => {
	it('good policies :: give catalogue, documents and a policy for each entrypoint', async () => {
		const { wasm, digest, ...rest } = await compileBundle(GOOD);
		assert.equal(rest, {
			catalog: [
				{
					id: 'credential/old',
					title: 'Old',
					description: 'It is old.',
					question: '',
					why: '',
					traps: [],
					severity: 'medium',
					privilegedSeverity: 'medium',
					kind: 'credential',
					needs: ['kubeconfig'],
					minGrade: 'none',
					ends: 'nothing',
					remediation: 'End it.',
					controls: [],
					params: { max_seconds: { default: 100, description: 'Age that is too old.' } },
					origin: null,
				},
			],
			params: { credential: { old: { max_seconds: 100 } }, lib: { people: { robots: ['ci'] } } },
			libraries: {
				people: {
					params: { robots: { default: ['ci'], description: 'Names.' } },
					readBy: ['credential/old'],
				},
			},
			kinds: { credential: { old: 'credential' } },
		});
		assert.match(digest, /^[0-9a-f]{64}$/);

		const instance = await instantiate(await compilePolicies(wasm), rest, 1024);
		const input = new TextEncoder().encode('{"age":101,"name":"a"}').slice().buffer;
		assert.equal(instance.entrypoints.sort(byCodeUnit), [
			...recordKinds.map(kind => `main/${kind}`).sort(byCodeUnit),
			'policies/credential/old',
		]);
		assert.equal(await instance.ask('main/credential', input), {
			kind: 'value',
			value: [['credential', 'old', 'fail', { seconds: 101 }]],
		});
		assert.equal(await instance.ask('policies/credential/old', input), {
			kind: 'value',
			value: { deny: [{ seconds: 101 }] },
		});
	});

	it('the same sources in another order :: give the same bytes, other tests the same digest', async () => {
		const reversed = Object.fromEntries(Object.entries(GOOD).reverse());
		const [one, two] = await Promise.all([
			compileBundle(GOOD),
			compileBundle({
				...reversed,
				'policies/credential/old_test.rego': 'package policies.credential.old_test\n',
			}),
		]);
		assert.equal(two, one);
	});

	it('several mistakes :: are POLICY_INVALID with the first', async () => {
		const broken = { ...GOOD, 'policies/x.rego': 'package x\n', 'policies/a/B.rego': 'package a.b\n' };
		assert.match(
			await codeOf(compileBundle(broken)),
			/^POLICY_INVALID: policies\/a\/B\.rego:1:1: no place for a policy: write .*\(and 1 more mistake\)$/,
		);
	});
});

describe('checkPolicies', it => {
	it('good policies :: no mistake', async () => assert.equal(await lines(GOOD), []));

	it('no policy :: is a mistake', async () => {
		const files = { 'policies/main.rego': MAIN };
		assert.equal(await lines(files), [
			'policies/: there is no policy: write <category>/<name>.rego, or run kubelapse policy new <category>/<name>',
		]);
	});

	it('a syntax error :: is named with its place', async () => {
		const [first = ''] = await mistakes('\ndeny contains {"a": 1} if {\n');
		assert.match(first, /^policies\/credential\/old\.rego:\d+:\d+: unexpected/);
	});

	it('a schema that is no JSON :: is named', async () => {
		const found = await lines({ ...GOOD, 'policies/schemas/record.json': '{' });
		assert.match(
			found.find(mistake => mistake.includes('.json')) ?? '',
			/^policies\/schemas\/record\.json:1:1: /,
		);
	});

	it('a built-in that the runtime lacks, an unknown fact, a param that nobody declared', async () => {
		assert.equal(await mistakes('\ndeny contains {} if input.age > time.now_ns()\n'), [
			'policies/credential/old.rego:17:33: time.now_ns is no built-in where policies run: times are epoch seconds and input.now is the clock: compare and subtract them',
		]);
		assert.equal(await mistakes('\ndeny contains {} if input.aeg > 1\n'), [
			'policies/credential/old.rego:17:21: input.aeg is no fact of a credential record: did you mean age?',
		]);
		assert.equal(
			await mistakes(
				'\nimport data.params.credential.old as limits\n\ndeny contains {"seconds": 1} if input.age > limits.max_days\n',
			),
			[
				'policies/credential/old.rego:19:45: data.params.credential.old.max_days is not declared: declare it under custom.params in the METADATA of policies/credential/old.rego',
			],
		);
	});
});

describe('testPolicies', it => {
	it('runs over the defaults of the params', async () => {
		const { tests, coverage } = await testPolicies(GOOD, { coverage: true });
		assert.equal(
			tests.map(({ name, outcome }) => [name, outcome]),
			[
				['policies.credential.old_test.test_denies_past_the_limit', 'pass'],
				['policies.credential.old_test.test_leaves_the_limit_itself', 'pass'],
			],
		);
		assert.equal(
			coverage.filter(({ notCovered }) => notCovered === 0).map(({ file }) => file),
			[],
		);
	});
});

/** A bundle that was kept, with what a case changes in its data.json. */
async function keptWith(changes: object): Promise<string> {
	return withTempDir(async folder => {
		const directory = pathToFileURL(`${folder}/`);
		await writeBundle(
			{ wasm: new Uint8Array(), catalog: [], params: {}, libraries: {}, kinds: {}, digest: '' },
			directory,
		);
		const file = new URL('data.json', directory);
		const data: unknown = JSON.parse(await readFile(file, 'utf8'));
		await writeFile(file, JSON.stringify(Object.assign({}, data, changes)));
		return (await codeOf(loadBundle(directory))).replace(folder, 'DIR');
	});
}

describe('loadBundle', it => {
	it('what another version or another compiler made :: is refused, by its file', async () => {
		const ours = (await stamp()).tool;
		const expected = (by: string) =>
			`POLICY_LOAD_FAILED: DIR/data.json was compiled by ${by}, and this is kubelapse ${ours}`;
		assert.equal(
			await Promise.all([{}, { tool: '0.0.9' }, { tool: undefined }, { compiler: 'x' }].map(keptWith)),
			[
				'no error',
				expected('kubelapse 0.0.9'),
				expected('kubelapse of another version'),
				expected('another compiler'),
			],
		);
	});
	it('gives what writeBundle wrote, or POLICY_LOAD_FAILED', async () => {
		const folder = await mkdtemp(join(tmpdir(), 'kubelapse-bundle-'));
		try {
			const directory = pathToFileURL(`${folder}/deep/er/`);
			const message = `POLICY_LOAD_FAILED: cannot read the compiled policies in ${folder}/deep/er/`;
			assert.is(await codeOf(loadBundle(directory)), message);
			const bundle = {
				wasm: new Uint8Array([1, 2]),
				catalog: [],
				params: { a: { b: { c: 1 } } },
				libraries: { b: { params: { c: { default: 1, description: 'C.' } }, readBy: ['a/b'] } },
				kinds: { a: { b: 'key' } },
				digest: '0'.repeat(64),
			};
			await mkdir(directory, { recursive: true });
			await writeBundle(bundle, directory);
			const { wasm, ...rest } = await loadBundle(directory);
			assert.equal({ ...rest, wasm: new Uint8Array(wasm) }, bundle);
			assert.is(await readFile(new URL('catalog.json', directory), 'utf8'), '[]\n');
			await writeFile(new URL('catalog.json', directory), '[');
			assert.is(await codeOf(loadBundle(directory)), message);
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});
