import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadBundle } from '../../src/evaluate/bundle.ts';
import { assert, describe } from '../helpers/describe.ts';
import { policiesPage, type RuleList } from '../helpers/policies-page.ts';

const FOLDER = new URL('../../policies/', import.meta.url);
const PAGE = new URL('README.md', FOLDER);

const list: RuleList = JSON.parse(readFileSync(new URL('rule-list.json', FOLDER), 'utf8'));
const bundle = await loadBundle();
const ids = bundle.catalog.map(({ id }) => id);

/** The rules of the test file beside a policy. */
function testsOf(id: string): string[] {
	const file = new URL(`${id}_test.rego`, FOLDER);
	if (!existsSync(file)) return [];
	return [...readFileSync(file, 'utf8').matchAll(/^(test_\w+)/gm)].map(([name]) => name);
}

/** The policies for which a case finds something wrong. */
function wrong(find: (policy: (typeof bundle.catalog)[number]) => string[]): string[] {
	return bundle.catalog.flatMap(policy => find(policy).map(what => `${policy.id}: ${what}`));
}

describe('policies/README.md', it => {
	it('is what the policies say', () => {
		const right = policiesPage(bundle.catalog, bundle.params, list);
		if (process.env.UPDATE === '1') return writeFileSync(PAGE, right);
		const found = existsSync(PAGE) ? readFileSync(PAGE, 'utf8').split('\n') : [];
		const lines = right.split('\n');
		// One line says enough: the whole page would be printed otherwise.
		const at = lines.findIndex((line, index) => line !== found[index]);
		assert.is(found[at], lines[at], `line ${at + 1} is stale: UPDATE=1 writes the page`);
		assert.is(found.length, lines.length);
	});
	it('is made of every policy that is there: the build is not older than the sources', () => {
		const sources = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
			.map(path => path.replaceAll('\\', '/'))
			.filter(path => /^[^/]+\/[^/]+\.rego$/.test(path) && !/_test\.rego$|^lib\//.test(path))
			.map(path => path.replace('.rego', ''));
		assert.equal(sources.sort(), ids);
	});
});

describe('METADATA of the shipped policies', it => {
	it('asks a question, says why it matters, and names what is left alone', () =>
		assert.equal(
			wrong(({ question, why, traps }) => [
				...(question.endsWith('?') ? [] : ['no question']),
				...(why === '' ? ['no why'] : []),
				...(traps.length === 0 ? ['no traps'] : []),
			]),
			[],
		));
	it('names for each trap a test that is there', () =>
		assert.equal(
			wrong(({ id, traps }) => traps.map(({ test }) => test).filter(test => !testsOf(id).includes(test))),
			[],
		));
});

describe('policies/rule-list.json', it => {
	const named = list.rows.flatMap(({ policies }) => policies);
	it('has each of the 57 rows once, in order', () => {
		const families = { EXP: 7, ORP: 10, USE: 9, PRV: 8, KND: 10, ISS: 3, GOV: 6, COV: 4 };
		const rows = Object.entries(families).flatMap(([family, count]) =>
			Array.from({ length: count }, (_, at) => `${family}-${String(at + 1).padStart(3, '0')}`),
		);
		assert.equal(
			list.rows.map(({ row }) => row),
			rows,
		);
	});
	it('names for each row policies that are there, or why there is none', () =>
		assert.equal(
			list.rows.flatMap(({ row, policies, note }) => [
				...policies.filter(id => !ids.includes(id)).map(id => `${row}: ${id} does not exist`),
				...(policies.length === 0 && note === '' ? [`${row}: neither policy nor reason`] : []),
			]),
			[],
		));
	it('accounts for every shipped policy', () => {
		const beyond = list.beyond.filter(({ note }) => note !== '').map(({ policy }) => policy);
		assert.equal([...new Set([...named, ...beyond])].sort(), ids);
	});
});
