const encoder = new TextEncoder();

/** Most bytes that one UTF-16 code unit takes in UTF-8. */
const BYTES_PER_UNIT = 3;

/**
 * Writes records as JSON, one after the other, into `spare` or into something larger.
 * @param ends takes where each record ends.
 */
export function writeInputs(records: object[], spare: ArrayBuffer, ends: number[]): ArrayBuffer {
	let bytes = new Uint8Array(spare);
	let end = 0;
	for (const record of records) {
		const text = wellFormed(JSON.stringify(record));
		const needed = end + text.length * BYTES_PER_UNIT;
		if (needed > bytes.byteLength) bytes = enlarge(bytes, Math.max(needed, 2 * bytes.byteLength));
		end += encoder.encodeInto(text, bytes.subarray(end)).written;
		ends.push(end);
	}
	return bytes.buffer;
}

function enlarge(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
	const larger = new Uint8Array(size);
	larger.set(bytes);
	return larger;
}

/** OPA refuses half surrogate pairs, which become U+FFFD. */
function wellFormed(text: string): string {
	return text.includes('\\ud') ? text.replace(LONE_SURROGATE, '$1\ufffd') : text;
}

/** JSON.stringify escapes exactly the unpaired ones; an even run of backslashes before it is text. */
const LONE_SURROGATE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;
