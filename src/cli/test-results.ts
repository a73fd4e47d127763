import { dirname } from 'node:path';
import { oneLine } from '../lib/text.ts';
import { escapeXml } from '../lib/xml.ts';

/** How one test or example ended. */
export interface TestResult {
	name: string;
	outcome: 'pass' | 'fail' | 'error' | 'skip';
	file: string;
	row: number;
	/** Why it did not pass; empty when it did. */
	message: string;
}

/** What the tests reached of one source. */
export interface FileCoverage {
	file: string;
	/** Never 100 while a line is left. */
	percent: number;
	/** Less than `--min-coverage` asks for. */
	isBelow: boolean;
	covered: number;
	notCovered: number;
	/** Rows that no test reached, from and to. */
	rows: [number, number][];
}

/** Everything that `policy test` says. */
export interface TestRun {
	/** Of one file after the other. */
	tests: TestResult[];
	/** Null when nobody asked. */
	coverage: { percent: number; files: FileCoverage[] } | null;
}

/** Forms of `policy test --format`. */
export const testFormats = { text: toText, json: toJson, junit: toJunit };

/** How many tests passed; what was skipped proves nothing and counts as failed. */
export function countTests({ tests }: TestRun): { passed: number; failed: number } {
	const passed = tests.filter(({ outcome }) => outcome === 'pass').length;
	return { passed, failed: tests.length - passed };
}

/** Percent, cut off: 100 means every line. */
export function percentOf(covered: number, notCovered: number): number {
	return Math.floor((100 * covered) / Math.max(covered + notCovered, 1));
}

interface TextOptions {
	/** What passed is left out. */
	isQuiet: boolean;
	/** Else only files below the floor are named. */
	isCoverageAsked: boolean;
}

function toText(run: TestRun, { isQuiet, isCoverageAsked }: TextOptions): string {
	const { passed, failed } = countTests(run);
	const lines = grouped(run.tests, shelfOf).flatMap(([shelf, tests]) => {
		const told = isQuiet ? tests.filter(({ outcome }) => outcome !== 'pass') : tests;
		return told.length === 0 ? [] : [oneLine(shelf, 500), ...told.map(textOf)];
	});
	if (run.tests.length === 0)
		lines.push('there is no test: write rules test_… in <name>_test.rego, or examples/<name>/ok.<case>.json');
	return [
		...lines,
		...coverageText(run.coverage, isCoverageAsked),
		`${passed} passed, ${failed} failed`,
		'',
	].join('\n');
}

function textOf({ name, outcome, file, row, message }: TestResult): string {
	if (outcome === 'pass') return `  pass  ${oneLine(name)}`;
	return `  FAIL  ${oneLine(name)}\n        ${oneLine(`${file}:${row}: ${message}`, 600)}`;
}

function coverageText(coverage: TestRun['coverage'], isWhole: boolean): string[] {
	if (coverage === null) return [];
	const told = coverage.files.filter(({ isBelow }) => isWhole || isBelow);
	const lines = told.map(({ file, percent, isBelow, rows }) => {
		const missing = [...new Set(rows.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)))];
		const rest = missing.length === 0 ? '' : `, not reached: ${missing.join(', ')}`;
		return `${right(percent)}  ${oneLine(file, 500)}${rest}${isBelow ? ' (too little)' : ''}`;
	});
	return ['Lines that tests reached', ...lines, `${right(coverage.percent)}  in all`];
}

function right(percent: number): string {
	return `${percent} %`.padStart(7);
}

function toJson(run: TestRun): string {
	return `${JSON.stringify({ ...countTests(run), ...run }, null, 2)}\n`;
}

/** As the common XSD of Jenkins has it: a suite for each file. */
function toJunit(run: TestRun): string {
	const suites = grouped(run.tests, ({ file }) => file).map(([file, tests]) => {
		const cases = tests.map(test => caseOf(test));
		return [`\t<testsuite${attributes({ name: file, ...counts(tests) })}>`, ...cases, '\t</testsuite>'].join(
			'\n',
		);
	});
	const all = attributes({ name: 'kubelapse policy test', ...counts(run.tests), skipped: undefined });
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		`<testsuites${all}>`,
		...suites,
		'</testsuites>',
		'',
	].join('\n');
}

function caseOf({ name, outcome, file, row, message }: TestResult): string {
	const classname = file.replace(/\.[a-z]+$/, '').replaceAll('/', '.');
	const open = `\t\t<testcase${attributes({ name, classname })}`;
	if (outcome === 'pass') return `${open}/>`;
	const element = { fail: 'failure', error: 'error', skip: 'skipped' }[outcome];
	const type = outcome === 'skip' ? undefined : outcome;
	const where = escapeXml(oneLine(`${file}:${row}`, 500));
	const inner = `<${element}${attributes({ message, type })}>${where}</${element}>`;
	return `${open}>${inner}</testcase>`;
}

function counts(tests: TestResult[]): Record<string, string> {
	const of = (outcome: TestResult['outcome']) => tests.filter(test => test.outcome === outcome).length;
	return {
		tests: String(tests.length),
		failures: String(of('fail')),
		errors: String(of('error')),
		skipped: String(of('skip')),
	};
}

function attributes(values: Record<string, string | undefined>): string {
	return Object.entries(values)
		.filter((entry): entry is [string, string] => entry[1] !== undefined)
		.map(([name, value]) => ` ${name}="${escapeXml(oneLine(value, 600))}"`)
		.join('');
}

/** Examples have a file each: their folder says what they are of. */
function shelfOf({ file }: TestResult): string {
	return file.endsWith('.json') ? dirname(file) : file;
}

function grouped(tests: TestResult[], by: (test: TestResult) => string): [string, TestResult[]][] {
	const groups = new Map<string, TestResult[]>();
	for (const test of tests) groups.set(by(test), [...(groups.get(by(test)) ?? []), test]);
	return [...groups];
}
