import type { CloudAnswer } from './answer.ts';
import type { Rewrite } from './faults.ts';

/** An answer as it should not be, but might. */
export function rewritten(answer: CloudAnswer, how: Rewrite): CloudAnswer {
	return answer.status === 200 ? { ...answer, body: REWRITES[how](answer.body) } : answer;
}

const REWRITES: Record<Rewrite, (body: unknown) => unknown> = {
	// As text: a number of 18 digits has lost its last ones once JavaScript has seen it.
	number_uids: body => ({ raw: JSON.stringify(body).replace(/"(\d{16,18})"/g, '$1') }),
	unknown_words: body =>
		deep(body, (key, value) =>
			/^(cert_state|account_state|account_type|state|Status|IdentityType)$/.test(key) ? 'Sideways' : value,
		),
	// Says that there is more than it gives, for ever; the server gives the first page for every other.
	repeating_page: body =>
		deep(body, (key, value) => (key === 'total_count' ? 1_000_000 : key === 'IsTruncated' ? true : value)),
	truncated_without_marker: body =>
		deep(body, (key, value) => (key === 'IsTruncated' ? true : key === 'Marker' ? undefined : value)),
	half_list: body =>
		deep(body, (key, value) =>
			Array.isArray(value)
				? value.slice(0, Math.ceil(value.length / 2))
				: key === 'IsTruncated'
					? false
					: key === 'Marker'
						? undefined
						: value,
		),
	empty_list: body => deep(body, (_, value) => (Array.isArray(value) ? [] : value)),
	duplicated_rows: body =>
		deep(body, (_, value) => (Array.isArray(value) ? value.flatMap(row => [row, row]) : value)),
};

function deep(value: unknown, change: (key: string, value: unknown) => unknown, name = ''): unknown {
	const changed = change(name, value);
	if (Array.isArray(changed)) return changed.map(item => deep(item, change));
	if (typeof changed !== 'object' || changed === null) return changed;
	return Object.fromEntries(Object.entries(changed).map(([key, field]) => [key, deep(field, change, key)]));
}
