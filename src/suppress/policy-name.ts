import { glob } from '../lib/glob.ts';
import { nearest } from '../lib/nearest.ts';
import type { Policy } from '../model/policy.ts';

/** Why a selector's policy can excuse nothing, where it is a slip or about waivers; empty where it is not. */
export function whyNoPolicy(pattern: string | null, policies: Policy[]): string {
	if (pattern === null) return '';
	const selected = policies.filter(({ id }) => glob(pattern)(id));
	if (selected.length > 0)
		return selected.every(({ kind }) => kind === 'waiver')
			? 'its policy is about waivers, and no waiver excuses what is wrong with one'
			: '';
	const near = nearPolicy(
		pattern,
		policies.map(({ id }) => id),
	);
	// With nothing near it may be a policy of one's own that this run did not load.
	return near === null ? '' : `it selects no policy of this run: did you mean ${near}?`;
}

/** Category and name are compared each by itself: a long category would make any name look near. */
function nearPolicy(pattern: string, ids: string[]): string | null {
	const [first = '', name] = pattern.split('/', 2);
	if (name === undefined) return ids.find(id => id.endsWith(`/${first}`)) ?? null;
	const categories = new Set(ids.map(id => id.split('/')[0] ?? ''));
	const category = categories.has(first) ? first : nearest(first, categories);
	if (category === null) return null;
	const wanted = `${category}/${name}`;
	if (ids.some(glob(wanted))) return wanted;
	const names = ids.filter(id => id.startsWith(`${category}/`)).map(id => id.slice(category.length + 1));
	const near = nearest(name, names);
	return near === null ? null : `${category}/${near}`;
}
