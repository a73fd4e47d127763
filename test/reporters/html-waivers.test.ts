import { DAY } from '../../src/lib/epoch.ts';
import { suppressedRows, waiverRows } from '../../src/reporters/html/waivers.ts';
import { html } from '../../src/reporters/html.ts';
import { assert, describe } from '../helpers/describe.ts';
import { render } from './fixtures/render.ts';
import { NOW, report, suppressed, waiver } from './fixtures/report.ts';

describe('waiverRows', it => {
	it('what needs an answer comes first, else the order of the file', () =>
		assert.equal(
			waiverRows(
				report({
					waivers: [
						waiver({ id: 'a' }),
						waiver({ id: 'b', state: 'unused' }),
						waiver({ id: 'c', state: 'invalid', note: 'it lasts too long' }),
						waiver({ id: 'd' }),
						waiver({ id: 'e', state: 'expired' }),
					],
				}),
			).rows.map(({ id, state, meaning }) => [id, state, meaning]),
			[
				['c', 'Invalid', 'It excuses nothing. It lasts too long.'],
				['e', 'Expired', 'It excuses nothing any more: what it matched counts again.'],
				['b', 'Unused', 'Nothing matches it, and all that it may be about was read.'],
				['a', 'Active', 'It excuses findings of this run.'],
				['d', 'Active', 'It excuses findings of this run.'],
			],
		));
	it('shows what is empty as a word', () => {
		const [row] = waiverRows(report({ waivers: [waiver({ id: '', owner: '' })] })).rows;
		assert.equal([row?.id, row?.owner], ['(no name)', '(no name)']);
	});
	it('says its end to the second', () =>
		assert.is(
			waiverRows(report({ waivers: [waiver({ expires: NOW + DAY - 1 })] })).rows[0]?.until,
			'2026-03-01 23:59:59 UTC',
		));
});

describe('suppressedRows', it => {
	it('says what was found, and why it does not count until when', () => {
		const [row] = suppressedRows(report({ suppressed: [suppressed()] })).rows;
		assert.equal(
			[row?.subject, row?.message, row?.waiver, row?.reason, row?.owner, row?.until],
			[
				'certificate of alice',
				'Certificate still opens the door: left 20 d',
				'new-door',
				'Accepted until the new door is in',
				'doors@example.com',
				'2026-04-30 00:00:00 UTC',
			],
		);
	});
});

describe('html :: waivers', it => {
	const page = (of: Parameters<typeof report>[0]) => render(html, report(of))['report.html'] ?? '';
	it('no section and no link without any', () => assert.not.match(page({}), /#waivers|#suppressed/));
	it('both sections, linked', () => {
		const text = page({ waivers: [waiver()], suppressed: [suppressed()] });
		for (const id of ['waivers', 'suppressed']) {
			assert.match(text, `href="#${id}"`);
			assert.match(text, `<section id="${id}"`);
		}
	});
	it('a reason of several lines is one', () =>
		assert.match(page({ waivers: [waiver({ reason: 'one\n  two' })] }), 'one two'));
});
