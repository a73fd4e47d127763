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
	for (let number = 1; number <= MAX_PAGES; number++) {
		const { rows: found, total } = await page(number);
		if (total === undefined)
			return { rows: [...rows.values()], fault: 'the service does not say how many there are' };
		const before = rows.size;
		for (const row of found) rows.set(idOf(row), row);
		if (rows.size >= total) return { rows: [...rows.values()], fault: '' };
		if (rows.size === before) {
			const fault = `the service counts ${total} and gave ${rows.size}`;
			return { rows: [...rows.values()], fault };
		}
	}
	return { rows: [...rows.values()], fault: 'the list does not end' };
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
	const seen = new Set<string>();
	for (let marker: string | undefined; ; ) {
		const answer = await page(marker);
		for (const row of answer.rows) rows.set(idOf(row), row);
		const all = [...rows.values()];
		if (answer.isTruncated !== true)
			return {
				rows: all,
				fault: answer.isTruncated === false ? '' : 'the service does not say whether that is all',
			};
		marker = answer.marker;
		if (marker === undefined || marker === '' || seen.has(marker))
			return { rows: all, fault: 'the list was cut off without a way on' };
		seen.add(marker);
	}
}
