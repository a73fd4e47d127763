import { inOrder, mistakeLine, placeOfWords } from '../../src/evaluate/mistake.ts';
import { assert, describe } from '../helpers/describe.ts';

const mistake = { file: 'a.rego', row: 3, col: 7, message: 'bad\u001b[2J', hint: 'do\nthis' };

describe('mistakeLine', it => {
	it('is place, message and hint on one line', () =>
		assert.is(mistakeLine(mistake), 'a.rego:3:7: bad\\u{1b}[2J: do\\u{a}this'));

	it('without a place or a hint', () =>
		assert.is(mistakeLine({ ...mistake, row: 0, col: 0, hint: '' }), 'a.rego: bad\\u{1b}[2J'));
});

describe('placeOfWords', it => {
	const text = '# needs: no\n# custom:\n#   needs: [a, ab]\n#   kind: ab\npackage a\n';

	it('looks for each word after the one before, as a whole word', () =>
		assert.equal(placeOfWords(text, { from: 1, to: 5 }, ['custom:', 'needs:', 'ab']), { row: 3, col: 16 }));

	it('passes over what is not there', () =>
		assert.equal(placeOfWords(text, { from: 2, to: 5 }, ['custom:', 'severity:']), { row: 2, col: 3 }));

	it('a hostile word :: is no pattern', () =>
		assert.equal(placeOfWords(text, { from: 1, to: 5 }, ['(.*)+$']), { row: 1, col: 1 }));
});

describe('inOrder', it => {
	it('sorts by place and keeps one of two alike', () => {
		const other = { ...mistake, row: 2 };
		assert.equal(inOrder([mistake, other, { ...mistake }]), [other, mistake]);
	});
});
