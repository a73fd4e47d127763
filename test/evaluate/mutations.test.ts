import { mutatePolicies } from '../../src/evaluate/mutations.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { assert, describe } from '../helpers/describe.ts';

async function mutate(policy: string, tests: string, lib = '') {
	const files = {
		'policies/test/a.rego': `package policies.test.a\n\n${policy}\n`,
		'policies/test/a_test.rego': `package policies.test.a_test\n\nimport data.policies.test.a\n\n${tests}\n`,
		...(lib === '' ? {} : { 'policies/lib/l.rego': `package lib.l\n\n${lib}\n` }),
	};
	const { survivors, ...counts } = await mutatePolicies(files, Object.keys(files), 2);
	return {
		...counts,
		survivors: survivors.map(
			({ file, row, col, mutation, expression }) => `${file}:${row}:${col} ${mutation} ${expression}`,
		),
	};
}

const AT = 'policies/test/a.rego';

describe('mutatePolicies', it => {
	it('finds nothing where each condition is held from both sides', async () => {
		const policy = 'deny contains {"n": n} if {\n\tn := input.grant.otherSubjects\n\tn > 2\n}';
		const of = (n: number, found: string) =>
			`test_${n} if a.deny == ${found} with input as {"grant": {"otherSubjects": ${n}}}`;
		assert.equal(await mutate(policy, `${of(2, 'set()')}\n\n${of(3, '{{"n": 3}}')}`), {
			killed: 4, // > dropped, inverted and moved, and the rule itself
			refused: 1, // n without its value
			cut: 0,
			survivors: [],
		});
	});

	it('names what no test notices, with its place', async () => {
		const policy = [
			'deny contains {} if {',
			'\tinput.grant.otherSubjects >= 2',
			'\tnot not_applicable',
			'\t"bind" in input.grant.powers',
			'}',
			'',
			'not_applicable if input.grant.isBootstrapDefault',
		].join('\n');
		const test =
			'test_denies if a.deny == {{}} with input as {"grant": {"otherSubjects": 3, "powers": ["bind"]}}';
		assert.equal((await mutate(policy, test)).survivors, [
			`${AT}:4:2 drop input.grant.otherSubjects >= 2`,
			`${AT}:4:2 boundary input.grant.otherSubjects >= 2`,
			`${AT}:5:2 drop not not_applicable`,
			`${AT}:6:2 drop "bind" in input.grant.powers`,
			`${AT}:9:1 never not_applicable`,
		]);
	});

	it('goes into else, every, comprehensions, and comparisons that are values', async () => {
		const policy = [
			'deny contains {"n": _size} if every power in input.grant.powers { power != "bind" }',
			'',
			'_size := "many" if {',
			'\tcount([p | some p in input.grant.powers; p != "x"]) > 1',
			'} else := "one" if count(input.grant.powers) == 1',
			'',
			'unknown contains {} if _is_old',
			'',
			'_is_old := input.grant.createdAt < 5',
		].join('\n');
		const test = 'test_nothing if a.deny == set() with input as {}';
		const { survivors } = await mutate(policy, `${test}\n\ntest_more if not a._is_old with input as {}`);
		assert.equal(
			survivors.filter(survivor => / (drop|boundary) /.test(survivor)),
			[
				`${AT}:3:31 drop`,
				`${AT}:3:67 drop`,
				`${AT}:6:2 drop`,
				`${AT}:6:2 boundary`,
				`${AT}:6:43 drop`,
				`${AT}:7:3 drop`,
				`${AT}:9:24 drop`,
				`${AT}:11:1 boundary`,
			].map(start => survivors.find(survivor => survivor.startsWith(start))),
		);
	});

	it('holds a library by the tests of the policies that read it', async () => {
		const lib =
			'is_many if {\n\tinput.grant.otherSubjects > 1\n\tinput.now > 0\n}\n\nis_unused if input.now > 1';
		const policy = 'import data.lib.l\n\ndeny contains {} if l.is_many';
		const tests = [
			'test_denies if a.deny == {{}} with input as {"now": 1, "grant": {"otherSubjects": 2}}',
			'test_leaves if a.deny == set() with input as {"now": 1, "grant": {"otherSubjects": 1}}',
		];
		assert.equal((await mutate(policy, tests.join('\n\n'), lib)).survivors, [
			'policies/lib/l.rego:5:2 drop input.now > 0',
			'policies/lib/l.rego:5:2 boundary input.now > 0',
			'policies/lib/l.rego:8:1 never is_unused',
			'policies/lib/l.rego:8:14 drop input.now > 1',
			'policies/lib/l.rego:8:14 invert input.now > 1',
			'policies/lib/l.rego:8:14 boundary input.now > 1',
		]);
	});

	it('cuts off what would not end', async () => {
		const policy = [
			'deny contains {} if {',
			'\txs := [x | some x in input.grant.powers]',
			'\tcount(xs) < 3',
			'\tcount([1 | some a in xs; some b in xs; some c in xs; a != b; b != c]) > 0',
			'}',
		].join('\n');
		const large = 'input as {"grant": {"powers": numbers.range(1, 1000)}}';
		const { cut } = await mutate(policy, `test_leaves if a.deny == set() with ${large}`);
		assert.is(cut, 2, 'count(xs) < 3 dropped and inverted');
	});

	it('refuses policies whose tests fail as they are', async () => {
		const error = await mutate('deny contains {} if input.now > 1', 'test_a if 1 == 2').catch(e => e);
		assert.ok(error instanceof ScanError);
		assert.is(
			error.message,
			'policies/test/a.rego: without any change a test of policies/test/a_test.rego is killed',
		);
	});
});
