import { ApiError } from '../../lib/api-error.ts';
import { readArray, readMember } from './scim-member.ts';

/** Rows of a paged list, and whether that is all of them. */
export interface Listing<T> {
	rows: T[];
	/** Why the list proves no absence; empty when it was read to its end. */
	fault: string;
}

/** As many as most services give at most; they may give fewer (RFC 7644 §3.4.2.4). */
const PAGE_SIZE = 100;
/** More than any directory has: a list that goes on beyond is broken. */
const MAX_ROWS = 1_000_000;
/** A service that gives one user a page would take the rest of the day. */
const MAX_PAGES = 20_000;

interface Page {
	resources: unknown[];
	total: number | null;
}

/**
 * Reads pages until one brings nobody new, also past the total: a wrong total is only seen that way.
 * @param rows where to put them, so that a failure leaves what came before it.
 */
export async function readPages<T extends { id: string }>(
	get: (query: Record<string, number>) => Promise<unknown>,
	parse: (resource: unknown) => T | null,
	rows: T[],
): Promise<Listing<T>> {
	const seen = new Set<string>();
	const totals = new Set<number | null>();
	let unreadable = 0;
	let given = 0;
	for (let page = 1; ; page++) {
		const answer = await readPage(get, given + 1, seen.size, totals);
		if (answer === null) break;
		const before = seen.size;
		for (const resource of answer.resources) {
			const row = parse(resource);
			if (row === null) unreadable++;
			else if (!seen.has(row.id)) {
				seen.add(row.id);
				rows.push(row);
			}
		}
		given += answer.resources.length;
		// Past the end a service may count anything.
		if (page === 1 || seen.size > before) totals.add(answer.total);
		if (seen.size === before) break;
		if (seen.size > MAX_ROWS || page === MAX_PAGES) return { rows, fault: 'the list does not end' };
	}
	return { rows, fault: faultOf(seen.size, totals, unreadable) };
}

/** One page; null where the service refuses to look past the last one. */
async function readPage(
	get: (query: Record<string, number>) => Promise<unknown>,
	startIndex: number,
	found: number,
	totals: Set<number | null>,
): Promise<Page | null> {
	try {
		return toPage(await get({ startIndex, count: PAGE_SIZE }));
	} catch (error) {
		const isRefusal = error instanceof ApiError && [400, 404].includes(error.status);
		if (found > 0 && totals.has(found) && isRefusal) return null;
		throw error;
	}
}

function toPage(body: unknown): Page {
	const count = readMember(body, 'totalResults');
	const total = typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
	const resources = readArray(body, 'Resources');
	if (resources !== null) return { resources, total };
	// Past the end, and of an empty list, it may be left out.
	if (total !== null && readMember(body, 'Resources') === undefined) return { resources: [], total };
	throw new ApiError('partial', 200, 'the answer is no SCIM list');
}

function faultOf(count: number, totals: Set<number | null>, unreadable: number): string {
	if (unreadable > 0) return `${unreadable} of its entries have no id`;
	const [total = null] = totals;
	if (total === null || totals.has(null)) return 'the service does not say how many there are';
	if (totals.size > 1) return 'it changed while it was read';
	return total === count ? '' : `the service counts ${total} and gave ${count}`;
}
