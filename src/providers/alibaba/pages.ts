/** Rows of a paged list, and whether that is all of them. */
export interface Listing<T> {
	rows: T[];
	/** Why the list proves no absence; empty when it was read to its end. */
	fault: string;
}

/** More pages than any account fills: a list that goes on beyond is broken. */
const MAX_PAGES = 10_000;

/** Pages that are asked for at once: a count that is made up costs no more than so many calls. */
const AHEAD = 16;

interface Page<T> {
	rows: T[];
	total: number | undefined;
}

/**
 * Reads pages by number until as many rows are there as the service counts.
 * @param size rows of a full page: once the first one tells how many there are, the others are asked for together.
 */
export async function readNumbered<T>(
	page: (number: number) => Promise<Page<T>>,
	idOf: (row: T) => string,
	size = 0,
): Promise<Listing<T>> {
	const rows = new Map<string, T>();
	const end = (fault: string) => ({ rows: [...rows.values()], fault });
	let counted: number | null = null;
	let ahead: Page<T>[] = [];
	for (let number = 1; number <= MAX_PAGES; number++) {
		const { rows: found, total } = ahead.shift() ?? (await page(number));
		const before = rows.size;
		if (!addAll(rows, found, idOf)) return end('a row of it has no id');
		if (total === undefined) return end('the service does not say how many there are');
		// Whoever comes or goes meanwhile shifts the pages, and a row falls between them.
		if (counted !== null && counted !== total) return end('it changed while it was read');
		counted = total;
		if (rows.size > total) return end(`the service counts ${total} and gave ${rows.size}`);
		if (rows.size === total) return end('');
		if (rows.size === before) return end(`the service counts ${total} and gave ${rows.size}`);
		// A page that is not full is none of its kind's last: who knows what the next one is.
		if (ahead.length === 0 && found.length === size && rows.size === number * size) {
			const left = Math.min(Math.ceil((total - rows.size) / size), AHEAD);
			ahead = await Promise.all(Array.from({ length: left }, (_, index) => page(number + 1 + index)));
		}
	}
	return end('it does not end');
}

/** Reads pages by marker until the service says that nothing was cut off. */
export async function readMarked<T>(
	page: (marker: string | undefined) => Promise<{
		rows: T[];
		isTruncated: boolean | undefined;
		marker: string | undefined;
	}>,
	idOf: (row: T) => string,
): Promise<Listing<T>> {
	const rows = new Map<string, T>();
	const end = (fault: string) => ({ rows: [...rows.values()], fault });
	let marker: string | undefined;
	for (let number = 1; number <= MAX_PAGES; number++) {
		const answer = await page(marker);
		const before = rows.size;
		if (!addAll(rows, answer.rows, idOf)) return end('a row of it has no id');
		if (answer.isTruncated === undefined) return end('the service does not say whether that is all');
		if (!answer.isTruncated) return end('');
		marker = answer.marker;
		if (marker === undefined || marker === '') return end('it was cut off without a way on');
		if (rows.size === before) return end('it repeats itself');
	}
	return end('it does not end');
}

function addAll<T>(rows: Map<string, T>, found: T[], idOf: (row: T) => string): boolean {
	for (const row of found) if (idOf(row) !== '') rows.set(idOf(row), row);
	return found.every(row => idOf(row) !== '');
}
