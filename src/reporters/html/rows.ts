import { plural } from '../../lib/text.ts';
import { count } from '../words.ts';

/** Rows that a page can hold, and a sentence about the rest; empty when there is none. */
export interface Capped<T> {
	rows: T[];
	remainder: string;
}

/** Keeps the first `limit`, words only those, and says where the others are. */
export function capped<T, R>(all: T[], limit: number, list: string, toRow: (element: T) => R): Capped<R> {
	const left = all.length - limit;
	const sentence = `${plural(left, 'more row')} not shown here: ${list} in result.json has all ${count(all.length)}.`;
	return {
		rows: all.slice(0, limit).map(toRow),
		remainder: left > 0 ? sentence.replace(/^\d+/, count(left)) : '',
	};
}
