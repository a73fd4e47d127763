import { oneLine } from '../../lib/text.ts';
import { type Cells, type Column, type Fail, toColumn } from './table.ts';

interface Row {
	line: number;
	cells: string[];
}

/** The rows of a CSV with a header row (RFC 4180); empty lines are skipped. @throws {ScanError} */
export function readCsv(text: string, fail: Fail): Cells[] {
	const [header, ...rows] = splitRecords(text, fail);
	if (header === undefined) throw fail(1, 'the file is empty; the first row names the columns');
	const index = readHeader(header, fail);
	return rows.map(({ line, cells }) => {
		if (cells.length !== header.cells.length) {
			const counts = `${cells.length} cells where the header has ${header.cells.length}`;
			throw fail(line, `the row has ${counts}`, 'quote cells that hold a comma or a quote: "Doe, Jane"');
		}
		return { line, cell: column => (cells[index.get(column) ?? -1] ?? '').trim() };
	});
}

function readHeader({ line, cells }: Row, fail: Fail): Map<Column, number> {
	const [only = ''] = cells;
	if (cells.length === 1 && /[;\t|]/.test(only)) {
		throw fail(line, `the header is one column, "${oneLine(only, 60)}"`, 'separate columns by commas');
	}
	const index = new Map<Column, number>();
	for (const [position, word] of cells.entries()) {
		index.set(toColumn(word.trim(), line, new Set(index.keys()), fail), position);
	}
	return index;
}

function splitRecords(text: string, fail: Fail): Row[] {
	const records: Row[] = [];
	let line = 1;
	let at = 0;
	let current: Row = { line, cells: [] };
	while (at < text.length) {
		const cell = text[at] === '"' ? quotedCell(text, at, line, fail) : bareCell(text, at, line, fail);
		current.cells.push(cell.value);
		line += cell.value.split('\n').length - 1;
		at = cell.end;
		if (text[at] === ',') {
			at++;
			// A comma at the very end of the file has an empty cell after it.
			if (at === text.length) current.cells.push('');
			else continue;
		}
		at += text.startsWith('\r\n', at) ? 2 : 1;
		line++;
		if (current.cells.some(value => value !== '') || current.cells.length > 1) records.push(current);
		current = { line, cells: [] };
	}
	return records;
}

interface Cell {
	value: string;
	/** Position of the comma or line end after it. */
	end: number;
}

function bareCell(text: string, start: number, line: number, fail: Fail): Cell {
	const stop = /[,\r\n"]/g;
	stop.lastIndex = start;
	const end = stop.exec(text)?.index ?? text.length;
	if (text[end] === '"') throw fail(line, 'a quote inside a cell that does not begin with one');
	return { value: text.slice(start, end), end };
}

function quotedCell(text: string, start: number, line: number, fail: Fail): Cell {
	for (let from = start + 1; ; ) {
		const quote = text.indexOf('"', from);
		if (quote === -1) throw fail(line, 'a quote is opened here and never closed');
		if (text[quote + 1] === '"') {
			from = quote + 2;
			continue;
		}
		const next = text[quote + 1];
		if (next !== undefined && !',\r\n'.includes(next)) {
			throw fail(line, 'there is text after a closing quote', 'write a quote inside a cell twice: ""');
		}
		return { value: text.slice(start + 1, quote).replaceAll('""', '"'), end: quote + 1 };
	}
}
