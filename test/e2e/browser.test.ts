import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { assert, describe } from '../helpers/describe.ts';
import { openReport } from './browser.ts';
import { temporaryFolder } from './processes.ts';

/** Width and height stand at fixed places of a PNG, RFC 2083 §4.1.1. */
function pngWidth(path: string): number {
	return readFileSync(path).readUInt32BE(16);
}

const STRICT = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`;

function page(head: string, body: string): string {
	const path = join(temporaryFolder(), 'report.html');
	writeFileSync(path, `<!doctype html>${head}<title>before</title>${body}`);
	return path;
}

const NOISY = '<script>document.title = "after"</script><img src="other.png" alt="">';

describe('openReport', it => {
	it('hears nothing from a page that is at peace', async () => {
		const report = await openReport(page(STRICT, '<p>text'));
		const picture = join(temporaryFolder(), 'narrow.png');
		await report.screenshot(picture, { dark: true, print: true, width: 400 });
		await report.close();
		assert.equal([pngWidth(picture), report.consoleErrors, report.requests], [400, [], []]);
	});

	it('hears what a page asks for', async () => {
		const report = await openReport(page('', NOISY));
		const title = await report.page.title();
		await report.close();
		assert.equal([title, report.requests.map(address => basename(address))], ['after', ['other.png']]);
	});

	it('hears what a policy refuses', async () => {
		const report = await openReport(page(STRICT, NOISY));
		const title = await report.page.title();
		await report.close();
		// The picture was asked for, and refused; a report may not even ask.
		assert.equal([title, report.requests.length, report.consoleErrors.length], ['before', 1, 2]);
	});
});
