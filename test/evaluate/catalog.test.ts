import { kindsOf, readMetadata } from '../../src/evaluate/catalog.ts';
import { mistakeLine } from '../../src/evaluate/mistake.ts';
import type { Module } from '../../src/evaluate/opa.ts';
import { assert, describe } from '../helpers/describe.ts';

const CUSTOM = { severity: 'high', kind: 'grant', needs: ['bindings'], remediation: 'Remove it.' };

function policy(custom: Record<string, unknown> = {}, changes: Partial<Module> = {}): Module {
	const annotation = {
		scope: 'package',
		title: 'T',
		description: 'D',
		custom: { ...CUSTOM, ...custom },
		schemas: { input: 'schema.record' },
		row: 2,
	};
	return {
		file: 'policies/a/b.rego',
		package: ['policies', 'a', 'b'],
		row: 9,
		rules: ['deny'],
		annotations: [annotation],
		...changes,
	};
}

function problems(module: Module): string[] {
	const { catalog, problems } = readMetadata([module]);
	assert.is(catalog.length, problems.length === 0 ? 1 : 0);
	return problems.map(({ row, message, hint }) => `${row}: ${message}: ${hint}`);
}

describe('readMetadata', it => {
	it('everything that METADATA can say', () => {
		const controls = [{ framework: 'cis-kubernetes', version: '1.11', id: '5.1.1', strength: 'exact' }];
		const params = { z: { default: true, description: 'Z' }, a: { default: ['x'], description: 'A' } };
		const traps = [{ case: 'It is new.', test: 'test_leaves_new' }];
		const custom = {
			question: 'Q?',
			why: 'W.',
			traps,
			privileged_severity: 'critical',
			min_grade: 'B',
			ends: 'grant',
			controls,
			params,
		};
		assert.equal(readMetadata([policy(custom)]), {
			catalog: [
				{
					id: 'a/b',
					title: 'T',
					description: 'D',
					question: 'Q?',
					why: 'W.',
					traps,
					severity: 'high',
					privilegedSeverity: 'critical',
					kind: 'grant',
					needs: ['bindings'],
					minGrade: 'B',
					ends: 'grant',
					remediation: 'Remove it.',
					controls,
					params: { a: params.a, z: params.z },
					origin: null,
				},
			],
			params: { a: { b: { a: ['x'], z: true } } },
			libraryParams: {},
			problems: [],
		});
	});

	it('no METADATA :: one complaint', () =>
		assert.equal(problems(policy({}, { annotations: [] })), [
			'9: no METADATA with scope: package above the package clause: copy what `kubelapse policy new` writes',
		]));

	it('what is missing :: is asked for by name', () =>
		assert.equal(problems(policy({ severity: undefined, needs: undefined, remediation: ' ' })), [
			'2: custom.severity is missing: write one of critical, high, medium, low, info',
			'2: custom.needs is missing: write needs: […]',
			'2: custom.remediation is missing: write a sentence',
		]));

	it('what is ended :: has to be what is judged', () =>
		assert.equal(problems(policy({ ends: 'credential' })), [
			'2: custom.ends is credential, and the policy judges a grant: write kind: credential',
		]));

	it('what is unknown :: is answered with what is near', () =>
		assert.equal(
			problems(policy({ severity: 'hihg', kind: 'grants', needs: ['binding'], min_grade: 'E', sevrity: 1 })),
			[
				'2: custom.sevrity is unknown: did you mean severity?',
				'2: custom.severity has the unknown word "hihg": did you mean high?',
				'2: custom.kind has the unknown word "grants": did you mean grant?',
				'2: custom.needs has the unknown word "binding": did you mean bindings?',
				'2: custom.min_grade has the unknown word "E": write one of A, B, C, D, none',
			],
		));

	it('a control that lacks a part', () =>
		assert.equal(
			problems(policy({ controls: [{ framework: 'x', version: 1.1, id: 'y', strength: 'exact' }] })),
			['2: custom.controls[].version is not a text: put it in quotes'],
		));

	it('params that are not as they should be', () => {
		const form =
			'write window_seconds: {default: 2592000, description: "…"}, where the default is a number, a string, true, false or a list of strings';
		assert.equal(
			problems(
				policy({
					params: {
						Days: { default: 1, description: 'D' },
						days: { default: 1 },
						list: { default: [1], description: 'L' },
					},
				}),
			),
			[
				`2: custom.params.Days is incomplete: ${form}`,
				`2: custom.params.days is incomplete: ${form}`,
				`2: custom.params.list is incomplete: ${form}`,
			],
		);
		assert.equal(problems(policy({ params: {} })), [`2: custom.params is empty: ${form}`]);
	});

	it('a package that is not what the path says, and no rule', () =>
		assert.equal(problems(policy({}, { package: ['policies', 'a', 'c'], rules: ['_deny'] })), [
			'9: package policies.a.c is not what the path says: write package policies.a.b',
			'9: the policy can find nothing: write a rule deny contains finding if …',
		]));

	it('tests and main :: are no policies', () => {
		const others = ['policies/main.rego', 'policies/a/b_test.rego'].map(file =>
			policy({}, { file, annotations: [] }),
		);
		assert.equal(readMetadata(others), { catalog: [], params: {}, libraryParams: {}, problems: [] });
	});

	it('a hostile name :: is one line', () => {
		const { problems } = readMetadata([policy({}, { file: 'policies/a/\u001b[2J\n.rego' })]);
		assert.equal(
			problems.map(problem => /[\u0000-\u001f]/.test(mistakeLine(problem))),
			[false],
		);
	});
});

describe('kindsOf', it => {
	it('is the catalogue as category, name and kind', () => {
		const { catalog } = readMetadata([
			policy(),
			policy({ kind: 'key' }, { file: 'policies/a/c.rego', package: ['policies', 'a', 'c'] }),
		]);
		assert.equal(kindsOf(catalog), { a: { b: 'grant', c: 'key' } });
	});
});
