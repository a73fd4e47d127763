import type { Severity } from '../model/policy.ts';

type Paint = (text: string) => string;

/** What text of each meaning looks like in a terminal. */
export type Ink = Record<Severity | 'bold' | 'quiet' | 'good' | 'bad' | 'open', Paint>;

/** Paints with SGR codes of ECMA-48, or not at all; the text around and inside must be `oneLine` already. */
export function ink(isColored: boolean): Ink {
	const paint = (on: number, off: number): Paint =>
		isColored ? text => `\u001b[${on}m${text}\u001b[${off}m` : text => text;
	return {
		bold: paint(1, 22),
		quiet: paint(2, 22),
		good: paint(32, 39),
		bad: paint(31, 39),
		open: paint(35, 39),
		critical: paint(31, 39),
		high: paint(33, 39),
		medium: paint(36, 39),
		low: paint(34, 39),
		info: paint(39, 39),
	};
}

/**
 * Lines with aligned columns, at most `columns` wide: the first column gives way down to `least`, then the last.
 * Columns from `firstNumber` on are aligned to the right.
 */
export function table(rows: string[][], columns: number, firstNumber: number, leastFirst = 16): string[] {
	const widths = widthsOf(rows);
	const shrink = (index: number, least: number) => {
		const total = widths.reduce((sum, width) => sum + width + GAP, -GAP);
		const current = widths[index] ?? 0;
		if (total > columns) widths[index] = Math.max(Math.min(least, current), current - (total - columns));
	};
	shrink(0, leastFirst);
	shrink(widths.length - 1, 8);
	return rows.map(row =>
		row
			.map((cell, index) => pad(cut(cell, widths[index] ?? 0), widths[index] ?? 0, index >= firstNumber))
			.join(' '.repeat(GAP))
			.trimEnd(),
	);
}

const GAP = 2;

function widthsOf(rows: string[][]): number[] {
	const widths: number[] = [];
	for (const row of rows) {
		for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cells(cell));
	}
	return widths;
}

function pad(text: string, width: number, isNumber: boolean): string {
	const space = ' '.repeat(Math.max(0, width - cells(text)));
	return isNumber ? space + text : text + space;
}

function cut(text: string, width: number): string {
	if (cells(text) <= width) return text;
	let kept = '';
	for (const character of text) {
		if (cells(kept + character) > width - 1) break;
		kept += character;
	}
	return `${kept}…`;
}

/** Text in lines of at most `width` cells; a word that is longer is broken. */
export function wrap(text: string, width: number): string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ').flatMap(long => broken(long, width))) {
		if (line !== '' && cells(`${line} ${word}`) > width) {
			lines.push(line);
			line = word;
		} else line = line === '' ? word : `${line} ${word}`;
	}
	return [...lines, line.trimEnd()];
}

function broken(word: string, width: number): string[] {
	const parts = [''];
	for (const character of word) {
		const last = parts.length - 1;
		if (cells(`${parts[last]}${character}`) > width) parts.push(character);
		else parts[last] += character;
	}
	return parts;
}

/** Two cells for East Asian wide characters and emoji, none for combining marks (Unicode UAX #11). */
const WIDE =
	/[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

function cells(text: string): number {
	let sum = 0;
	for (const character of text) sum += /\p{Mark}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
	return sum;
}
