import { byCodeUnit, oneLine } from '../lib/text.ts';

/** Something wrong with a policy, where it is, and what to write instead. */
export interface Mistake {
	/** Path of the source, as `policies/<category>/<name>.rego`. */
	file: string;
	/** Both count from 1; 0 where there is no place. */
	row: number;
	col: number;
	message: string;
	/** Empty when the message says it. */
	hint: string;
}

/** `file:row:col: message: hint`, fit for one line of a terminal. */
export function mistakeLine({ file, row, col, message, hint }: Mistake): string {
	const place = row === 0 ? '' : `:${row}:${col}`;
	const where = file === '' ? '' : `${file}${place}: `;
	return oneLine(`${where}${message}${hint === '' ? '' : `: ${hint}`}`, 600);
}

/**
 * Where the last of `words` stands when each is looked for after the one before it, in the rows from `from` to `to`;
 * words that are not there are passed over. What an author wrote in METADATA comes back from YAML without its place.
 */
export function placeOfWords(
	text: string,
	{ from, to }: { from: number; to: number },
	words: readonly string[],
): { row: number; col: number } {
	const rows = text.split('\n').slice(0, to);
	let place = { row: from, col: 1 };
	let start = { row: from, col: 1 };
	for (const word of words) {
		const found = findWord(rows, word, start);
		if (found === null) continue;
		place = found;
		start = { row: found.row, col: found.col + word.length };
	}
	return place;
}

function findWord(
	rows: string[],
	word: string,
	{ row, col }: { row: number; col: number },
): { row: number; col: number } | null {
	const whole = new RegExp(`(?<![\\w.])${escaped(word)}(?!\\w)`, 'g');
	for (let at = row; at <= rows.length; at++) {
		whole.lastIndex = at === row ? col - 1 : 0;
		const found = whole.exec(rows[at - 1] ?? '');
		if (found !== null) return { row: at, col: found.index + 1 };
	}
	return null;
}

function escaped(word: string): string {
	return word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** By place, each once: OPA says some things twice. */
export function inOrder(mistakes: readonly Mistake[]): Mistake[] {
	const unique = new Map(mistakes.map(mistake => [mistakeLine(mistake), mistake]));
	return [...unique.values()].sort((a, b) => byCodeUnit(a.file, b.file) || a.row - b.row || a.col - b.col);
}
