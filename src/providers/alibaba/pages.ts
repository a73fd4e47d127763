/** Rows of a paged list, and whether that is all of them. */
export interface Listing<T> {
	rows: T[];
	/** Why the list proves no absence; empty when it was read to its end. */
	fault: string;
}

/** More pages than any account fills: a list that goes on beyond is broken. */
const MAX_PAGES = 10_000;

/** Reads pages by number until as many rows are there as the service counts. */
export async function readNumbered<T>(
	page: (number: number) => Promise<{ rows: T[]; total: number | undefined }>,
	idOf: (row: T) => string,
): Promise<Listing<T>> {
	const rows = new Map<string, T>();
	const end = (fault: string) => ({ rows: [...rows.values()], fault });
	let counted: number | null = null;
	for (let number = 1; number <= MAX_PAGES; number++) {
		const { rows: found, total } = await page(number);
		const before = rows.size;
		if (!addAll(rows, found, idOf)) return end('a row of it has no id');
		if (total === undefined) return end('the service does not say how many there are');
		// Whoever comes or goes meanwhile shifts the pages, and a row falls between them.
		if (counted !== null && counted !== total) return end('it changed while it was read');
		counted = total;
		if (rows.size > total) return end(`the service counts ${total} and gave ${rows.size}`);
		if (rows.size === total) return end('');
		if (rows.size === before) return end(`the service counts ${total} and gave ${rows.size}`);
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
