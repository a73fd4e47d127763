import { oneLine } from '../../lib/text.ts';
import { type Cells, type Column, type Fail, toColumn } from './table.ts';

/**
 * The rows of a JSON array of flat objects, or of `{"identities": […]}`. Read token by token, since JSON.parse
 * forgets lines, keeps the last of two equal keys, and rounds ids that are numbers. @throws {ScanError}
 */
export function readJsonRows(text: string, fail: Fail): Cells[] {
	const tokens = tokenize(text, fail);
	let rows: Cells[];
	if (tokens.take('{', '[') === '{') {
		const key = tokens.text();
		if (key !== 'identities') throw fail(tokens.line(), `"${oneLine(key, 60)}" is not "identities"`);
		tokens.take(':');
		tokens.take('[');
		rows = readRows(tokens, fail);
		tokens.take('}');
	} else rows = readRows(tokens, fail);
	tokens.take('');
	return rows;
}

function readRows(tokens: Tokens, fail: Fail): Cells[] {
	const rows: Cells[] = [];
	if (tokens.peek() === ']') {
		tokens.take(']');
		return rows;
	}
	do rows.push(readRow(tokens, fail));
	while (tokens.take(',', ']') === ',');
	return rows;
}

function readRow(tokens: Tokens, fail: Fail): Cells {
	tokens.take('{');
	const line = tokens.line();
	const cells = new Map<Column, string>();
	if (tokens.peek() === '}') tokens.take('}');
	else {
		do {
			const key = tokens.text();
			const column = toColumn(key, tokens.line(), new Set(cells.keys()), fail);
			tokens.take(':');
			cells.set(column, readValue(tokens, column, fail));
		} while (tokens.take(',', '}') === ',');
	}
	return { line, cell: column => cells.get(column) ?? '' };
}

function readValue(tokens: Tokens, column: Column, fail: Fail): string {
	if (tokens.peek().startsWith('"')) return tokens.text().trim();
	if (tokens.next() === 'null') return '';
	const hint = `write ${column} in quotes: numbers lose digits`;
	throw fail(tokens.line(), `${column} is no text`, hint);
}

interface Tokens {
	/** The next token, empty at the end. */
	peek: () => string;
	next: () => string;
	/** The next token, which must be one of these. */
	take: (...wanted: string[]) => string;
	/** The value of the next token, which must be a string. */
	text: () => string;
	/** Line of the token taken last. */
	line: () => number;
}

function tokenize(text: string, fail: Fail): Tokens {
	let at = 0;
	let line = 1;
	let ahead: { token: string; line: number } | null = null;
	let takenOn = 1;
	const scan = () => {
		for (; ' \t\r\n'.includes(text[at] ?? 'x'); at++) if (text[at] === '\n') line++;
		const end = tokenEnd(text, at);
		if (end === -1) throw fail(line, 'a string is not closed on its line');
		const token = text.slice(at, end);
		at = end;
		return { token, line };
	};
	const peek = () => {
		ahead ??= scan();
		return ahead.token;
	};
	const next = () => {
		const token = peek();
		takenOn = ahead?.line ?? line;
		ahead = null;
		return token;
	};
	const unexpected = (wanted: string) =>
		fail(takenOn, `the file is no JSON list of objects: ${wanted} is missing here`);
	return {
		peek,
		next,
		line: () => takenOn,
		take: (...wanted) => {
			const token = next();
			if (!wanted.includes(token)) throw unexpected(wanted.map(word => word || 'the end').join(' or '));
			return token;
		},
		text: () => {
			const token = next();
			if (!token.startsWith('"')) throw unexpected('a text in quotes');
			try {
				return String(JSON.parse(token));
			} catch {
				throw fail(takenOn, 'a text holds a character or escape that JSON does not allow');
			}
		},
	};
}

/** Where the token that begins there ends; -1 for a string that does not. */
function tokenEnd(text: string, start: number): number {
	const first = text[start];
	if (first === undefined || '[]{},:'.includes(first)) return Math.min(start + 1, text.length);
	const stop = first === '"' ? /["\\\n]/g : /[\s[\]{},:"]/g;
	for (stop.lastIndex = start + 1; ; ) {
		const found = stop.exec(text);
		if (first !== '"') return found?.index ?? text.length;
		if (found === null || found[0] === '\n') return -1;
		if (found[0] === '"') return found.index + 1;
		stop.lastIndex = found.index + 2;
	}
}
