import { readFileSync, writeFileSync } from 'node:fs';
import { loadBundle } from '../src/evaluate/bundle.ts';
import type { Catalog } from '../src/model/policy.ts';
import { assert, describe } from './helpers/describe.ts';

const README = new URL('../README.md', import.meta.url);
const TABLE = /(<!-- policies: [^>]*-->\n)[\s\S]*?(<!-- end -->)/;

function policyTable(catalog: Catalog): string {
	const rows = catalog.map(({ id, title, severity, privilegedSeverity }) => {
		const raised = severity === privilegedSeverity ? '' : ` (privileged: ${privilegedSeverity})`;
		return `| \`${id}\` | ${severity}${raised} | ${title} |`;
	});
	return ['| policy | severity | what it finds |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

describe('README', it => {
	it('lists the policies that are shipped', async () => {
		const text = readFileSync(README, 'utf8');
		const table = policyTable((await loadBundle()).catalog);
		const right = text.replace(TABLE, (_, begin: string, end: string) => begin + table + end);
		if (process.env.UPDATE === '1') writeFileSync(README, right);
		else assert.fixture(text, right);
	});
});
