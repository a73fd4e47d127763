import { oneLine } from '../../lib/text.ts';
import type { Reading } from './events.ts';

/** How source addresses are shown. */
export interface SourceDisplay {
	/** As they are; else as salted hashes. */
	showSources: boolean;
	salt: string;
}

/** SQL that makes the sorted list of distinct sources out of all `src` of a group, and its parameter. */
export function shownSources({ showSources, salt }: SourceDisplay): {
	expression: string;
	values: Reading['values'];
} {
	const shown = showSources ? 's' : 'substr(sha256($salt || s), 1, 16)';
	const distinct = `coalesce(list(DISTINCT src) FILTER (src <> ''), [])`;
	return {
		expression: `list_sort(list_transform(${distinct}, lambda s: ${shown}))`,
		values: showSources ? {} : { salt },
	};
}

/** Agents and sources are what a client says: each made fit for one line. */
export function neutralized<Row extends { agents: string[]; sources: string[] }>(row: Row): Row {
	const shown = (texts: string[]) => [...new Set(texts.map(text => oneLine(text)))];
	return { ...row, agents: shown(row.agents), sources: shown(row.sources) };
}
