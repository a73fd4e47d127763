/**
 * A test for texts that `pattern` matches, `*` standing for any text, the empty one too. It looks for the parts
 * between the stars from left to right and never goes back, and no character of a pattern has another meaning.
 */
export function glob(pattern: string): (text: string) => boolean {
	if (!pattern.includes('*')) return text => text === pattern;
	const [first = '', ...rest] = pattern.split('*');
	const last = rest.pop() ?? '';
	const middle = rest.filter(part => part !== '');
	return text => {
		const end = text.length - last.length;
		if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
		let at = first.length;
		for (const part of middle) {
			const found = text.indexOf(part, at);
			if (found === -1) return false;
			at = found + part.length;
		}
		return at <= end;
	};
}

/** Whether a pattern is stars alone. */
export function isAnything(pattern: string): boolean {
	return /^\*+$/.test(pattern);
}
