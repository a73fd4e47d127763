import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { Report } from '../../src/model/report.ts';
import { html } from '../../src/reporters/html.ts';
import { sarif } from '../../src/reporters/sarif.ts';
import { assert, describe } from '../helpers/describe.ts';
import { render } from '../reporters/fixtures/render.ts';
import { report } from '../reporters/fixtures/report.ts';
import { fleet, hostile, many } from '../reporters/fixtures/samples.ts';
import { openReport } from './browser.ts';
import { temporaryFolder } from './processes.ts';

const require = createRequire(import.meta.url);
// The package's bin goes through a shell, where `Sarif;Ghas` ends the command; its main is the executable's path.
const MULTITOOL: string = require('@microsoft/sarif-multitool');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** No home page is published that `informationUri` could name. */
const EXPECTED = 'SARIF2005';

/** What the validator says of every file of a report, its rules for GitHub included. */
function complaints(of: Report): string[] {
	const folder = mkdtempSync(join(temporaryFolder(), 'sarif-'));
	const files = Object.entries(render(sarif, of)).map(([path, text]) => {
		writeFileSync(join(folder, basename(path)), text);
		return join(folder, basename(path));
	});
	const flags = ['--rule-kind', 'Sarif;Ghas', '--level', 'Error;Warning'];
	// One of its rules asks the network for the schema's address; a closed door answers at once.
	const env = { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:1' };
	const { stdout, status } = spawnSync(MULTITOOL, ['validate', ...files, ...flags], {
		encoding: 'utf8',
		env,
	});
	const scanned = `${files.length} files scanned`;
	if (status !== 0 || !stdout.includes(scanned)) return [`exit ${status}: ${stdout}`];
	return stdout
		.split('\n')
		.filter(line => /: (error|warning) /.test(line) && !line.includes(` ${EXPECTED}:`));
}

describe('sarif :: the validator with its rules for GitHub', it => {
	for (const [name, made] of Object.entries({
		fleet,
		hostile,
		'six thousand': () => many(6000),
		empty: report,
	})) {
		it(`has nothing to say :: ${name}`, () => assert.equal(complaints(made()), []));
	}
	it('would say something', () => {
		const broken = fleet();
		const [file] = Object.values(render(sarif, broken));
		const folder = mkdtempSync(join(temporaryFolder(), 'sarif-'));
		const path = join(folder, 'broken.sarif');
		writeFileSync(
			path,
			file?.replace('"startColumn":1,', '').replaceAll('"fullDescription"', '"other"') ?? '',
		);
		const { stdout } = spawnSync(MULTITOOL, ['validate', path, '--rule-kind', 'Sarif;Ghas'], {
			encoding: 'utf8',
		});
		assert.match(stdout, /: error GH2012/);
	});
});

/** Rules of axe that a page breaks, and what the browser itself minded. */
async function faults(
	of: Report,
	view: { dark?: boolean; print?: boolean; width?: number },
): Promise<unknown[]> {
	const folder = mkdtempSync(join(temporaryFolder(), 'html-'));
	const path = join(folder, 'report.html');
	writeFileSync(path, render(html, of)['report.html'] ?? '');
	const { page, consoleErrors, requests, screenshot, close } = await openReport(path);
	await screenshot(join(folder, 'page.png'), view);
	// The debugger's evaluation is outside the page's Content-Security-Policy.
	await page.evaluate(AXE);
	const violations = await page.evaluate<string[]>(
		'axe.run(document).then(r => r.violations.map(v => v.id + " " + v.nodes[0].html))',
	);
	const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
	await close();
	return [
		...violations,
		...consoleErrors,
		...requests,
		...(overflow > 0 ? [`${overflow} pixels too wide`] : []),
	];
}

describe('html :: axe, console, network and width', it => {
	const views = { light: {}, dark: { dark: true }, print: { print: true }, narrow: { width: 360 } };
	for (const [name, view] of Object.entries(views)) {
		it(`has no fault :: ${name}`, async () => assert.equal(await faults(fleet(), view), []));
		it(`has no fault :: ${name}, hostile names`, async () => assert.equal(await faults(hostile(), view), []));
	}
});
