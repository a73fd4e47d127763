import { escapeXml } from '../../src/lib/xml.ts';
import { assert, describe } from '../helpers/describe.ts';

describe('escapeXml', it => {
	it('escapes markup, quotes and line breaks', () =>
		assert.is(escapeXml(`<a b="c">&'\n`), '&lt;a b=&quot;c&quot;&gt;&amp;&apos;&#10;'));

	it('what XML has no place for :: becomes U+FFFD', () =>
		assert.is(escapeXml('\u0000\u001b\ud800\ufffe😀'), '\ufffd\ufffd\ufffd\ufffd😀'));
});
