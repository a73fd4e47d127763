/** What XML 1.0 has no place for, escaped or not (section 2.2). */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

const ENTITIES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&apos;',
};

/** Text for an element or a quoted attribute; what XML cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
	return (
		text
			.replace(FORBIDDEN, '\ufffd')
			.replace(/[&<>"']/g, character => ENTITIES[character] ?? character)
			// A parser makes a space of a line break in an attribute.
			.replace(/[\t\n\r]/g, character => `&#${character.codePointAt(0)};`)
	);
}
