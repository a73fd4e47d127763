import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reporters } from '../../src/reporters/index.ts';
import { summary } from '../../src/reporters/summary.ts';
import { assert, describe } from '../helpers/describe.ts';
import { render } from './fixtures/render.ts';
import { fleet } from './fixtures/samples.ts';

const files: Record<string, string> = {
	...render(reporters.json, fleet()),
	...render(reporters.html, fleet()),
	...render(reporters.sarif, fleet()),
	'summary.txt': summary(fleet(), {
		color: false,
		width: 80,
		outDir: 'kubelapse-report',
		page: 'kubelapse-report/report.html',
		doctor: 'kubelapse doctor --all-contexts',
	}),
};

describe('reports/samples', it => {
	for (const [path, text] of Object.entries(files)) {
		it(`${path} is what the reporters write; UPDATE=1 writes it`, () => {
			const file = fileURLToPath(new URL(`../../reports/samples/${path}`, import.meta.url));
			if (process.env.UPDATE === '1') {
				mkdirSync(dirname(file), { recursive: true });
				writeFileSync(file, text);
			}
			assert.fixture(text, readFileSync(file, 'utf8'));
		});
	}
});
