/** A word, a literal or a sign of a source; comments are none. */
export interface Token {
	text: string;
	/** Brackets around it; an opening one and its closing one have that of what is around both. */
	depth: number;
	row: number;
	col: number;
}

const TOKEN = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*|[A-Za-z_]\w*|\d[\w.]*|[:=!<>]=|[^\s]/g;

/** The tokens of a source that OPA could parse. */
export function tokensOf(text: string): Token[] {
	const tokens: Token[] = [];
	let [depth, row, start, seen] = [0, 1, 0, 0];
	for (const found of text.matchAll(TOKEN)) {
		for (; seen < found.index; seen++)
			if (text[seen] === '\n') {
				row++;
				start = seen + 1;
			}
		const [word] = found;
		if (word.startsWith('#')) continue;
		if (/^[)\]}]$/.test(word)) depth--;
		tokens.push({ text: word, depth, row, col: found.index - start + 1 });
		if (/^[([{]$/.test(word)) depth++;
	}
	return tokens;
}

/** Where the bracket at `open` ends; the end of the source where it does not. */
export function closing(open: number, tokens: readonly Token[]): number {
	const depth = tokens[open]?.depth;
	const end = tokens.findIndex((token, index) => index > open && token.depth === depth);
	return end < 0 ? tokens.length : end;
}

/** What a value that begins here is, as far as it is a literal and nothing follows that makes it another. */
export function kindOfValue(start: number, tokens: readonly Token[]): string | null {
	const first = tokens[start];
	if (first === undefined) return null;
	const isOpen = first.text === '{' || first.text === '[';
	const end = isOpen ? closing(start, tokens) : start;
	const after = tokens[end + 1];
	if (after !== undefined && !endsValue(after, tokens[end])) return null;
	if (first.text === '{') return kindOfBraces(tokens.slice(start + 1, end), first.depth + 1);
	if (first.text === '[') return 'list';
	if (/^["`]/.test(first.text)) return 'string';
	if (/^\d/.test(first.text)) return 'number';
	if (/^(true|false)$/.test(first.text)) return 'boolean';
	return first.text === 'null' ? 'null' : null;
}

/** A value goes on with an operator, a member or a call; what begins a row with a word is something new. */
function endsValue(after: Token, last: Token | undefined): boolean {
	if (/^(if|else|[;})\]])$/.test(after.text)) return true;
	return /^[A-Za-z_]/.test(after.text) && !/^(in|with)$/.test(after.text) && after.row > (last?.row ?? 0);
}

function kindOfBraces(inner: readonly Token[], depth: number): string {
	const sign = inner.find(token => token.depth === depth && /^[:|,]$/.test(token.text));
	return inner.length === 0 || sign?.text === ':' ? 'object' : 'set';
}
