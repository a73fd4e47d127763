const encoder = new TextEncoder();

/** A record as JSON that OPA can read: it refuses half surrogate pairs, which become U+FFFD. */
export function encodeInput(record: object): Uint8Array {
	const text = JSON.stringify(record);
	return encoder.encode(text.includes('\\ud') ? text.replace(LONE_SURROGATE, '$1\ufffd') : text);
}

/** JSON.stringify escapes exactly the unpaired ones; an even run of backslashes before it is text. */
const LONE_SURROGATE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;
