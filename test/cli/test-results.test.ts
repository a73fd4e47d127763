import { countTests, percentOf, type TestRun, testFormats } from '../../src/cli/test-results.ts';
import { assert, describe } from '../helpers/describe.ts';

const HOSTILE = '<script>"&\u001b[2J';
const run: TestRun = {
	tests: [
		{ name: 'test_a', outcome: 'pass', file: 'org/a_test.rego', row: 3, message: '' },
		{ name: 'test_b', outcome: 'fail', file: 'org/a_test.rego', row: 5, message: 'failed' },
		{ name: 'todo_test_c', outcome: 'skip', file: 'org/a_test.rego', row: 7, message: 'is skipped' },
		{ name: `ng.${HOSTILE}`, outcome: 'fail', file: 'org/examples/a/ng.x.json', row: 1, message: HOSTILE },
		{ name: 'ok.y', outcome: 'error', file: 'org/examples/a/ok.y.json', row: 1, message: 'stopped' },
	],
	coverage: {
		percent: 66,
		files: [{ file: 'org/a.rego', percent: 66, isBelow: true, covered: 2, notCovered: 1, rows: [[4, 5]] }],
	},
};
const NOTHING = { isQuiet: false, isCoverageAsked: false };

describe('testFormats', it => {
	it('text :: has each result, where it failed, and the rows that no test reached', () =>
		assert.is(
			testFormats.text(run, { isQuiet: false, isCoverageAsked: true }),
			`org/a_test.rego
  pass  test_a
  FAIL  test_b
        org/a_test.rego:5: failed
  FAIL  todo_test_c
        org/a_test.rego:7: is skipped
org/examples/a
  FAIL  ng.<script>"&\\u{1b}[2J
        org/examples/a/ng.x.json:1: <script>"&\\u{1b}[2J
  FAIL  ok.y
        org/examples/a/ok.y.json:1: stopped
Lines that tests reached
   66 %  org/a.rego, not reached: 4-5 (too little)
   66 %  in all
1 passed, 4 failed
`,
		));

	it('text, quiet :: leaves out what passed, and files that are covered enough', () => {
		const [pass, fail] = run.tests;
		const tests = [pass, fail].flatMap(test => test ?? []);
		assert.is(
			testFormats.text({ tests, coverage: null }, { isQuiet: true, isCoverageAsked: false }),
			'org/a_test.rego\n  FAIL  test_b\n        org/a_test.rego:5: failed\n1 passed, 1 failed\n',
		);
	});

	it('text, no test :: says so', () =>
		assert.match(
			testFormats.text({ tests: [], coverage: null }, NOTHING),
			/^there is no test: .*\n0 passed, 0 failed\n$/,
		));

	it('json :: is everything', () =>
		assert.equal(JSON.parse(testFormats.json(run)), { passed: 1, failed: 4, ...run }));

	it('junit :: has the elements and attributes of the common XSD, in their order', () =>
		assert.is(
			testFormats.junit(run),
			`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="kubelapse policy test" tests="5" failures="2" errors="1">
	<testsuite name="org/a_test.rego" tests="3" failures="1" errors="0" skipped="1">
		<testcase name="test_a" classname="org.a_test"/>
		<testcase name="test_b" classname="org.a_test"><failure message="failed" type="fail">org/a_test.rego:5</failure></testcase>
		<testcase name="todo_test_c" classname="org.a_test"><skipped message="is skipped">org/a_test.rego:7</skipped></testcase>
	</testsuite>
	<testsuite name="org/examples/a/ng.x.json" tests="1" failures="1" errors="0" skipped="0">
		<testcase name="ng.&lt;script&gt;&quot;&amp;\\u{1b}[2J" classname="org.examples.a.ng.x"><failure message="&lt;script&gt;&quot;&amp;\\u{1b}[2J" type="fail">org/examples/a/ng.x.json:1</failure></testcase>
	</testsuite>
	<testsuite name="org/examples/a/ok.y.json" tests="1" failures="0" errors="1" skipped="0">
		<testcase name="ok.y" classname="org.examples.a.ok.y"><error message="stopped" type="error">org/examples/a/ok.y.json:1</error></testcase>
	</testsuite>
</testsuites>
`,
		));
});

describe('countTests', it => {
	it('what was skipped counts as failed', () => assert.equal(countTests(run), { passed: 1, failed: 4 }));
});

describe('percentOf', it => {
	it('is 100 only for every line', () =>
		assert.equal([percentOf(999, 1), percentOf(1, 0), percentOf(0, 0)], [99, 100, 0]));
});
