/** C0, C1, DEL, line separators, and every character that reorders or hides text (UAX #9, UTS #55). */
const UNSAFE =
	/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Text from a cluster made fit for one line of a terminal, log or report: characters that move the
 * cursor, break the line, reorder or hide text become a visible `\u{…}`, and what is longer than
 * `maxLength` is cut in the middle, so that start and end stay.
 */
export function oneLine(text: string, maxLength = 200): string {
	// Cut before escaping too: a hostile name of megabytes costs no more than its kept part.
	const bounded = cutMiddle(text, maxLength * 2);
	return cutMiddle(bounded.replace(UNSAFE, escapeCodePoint), maxLength);
}

/** `1 finding`, `2 findings`. */
export function plural(count: number, one: string, many = `${one}s`): string {
	return `${count} ${count === 1 ? one : many}`;
}

/** Order by code unit: the same in every locale. */
export function byCodeUnit(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

function escapeCodePoint(character: string): string {
	return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

function cutMiddle(text: string, maxLength: number): string {
	if (text.length <= maxLength) return text;
	const half = Math.floor((maxLength - 1) / 2);
	return `${text.slice(0, half)}…${text.slice(text.length - half)}`;
}
