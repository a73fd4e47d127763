/** What a reader looks for first in any object; the other keys follow in the order of their code units. */
const LEADING = [
	'apiVersion',
	'id',
	'uid',
	'policyId',
	'outcome',
	'severity',
	'kind',
	'name',
	'status',
	'source',
	'code',
	'cluster',
	'subject',
	'title',
	'message',
];
const RANK = new Map(LEADING.map((key, index) => [key, index]));

/** C1 controls, DEL, line separators and what reorders or hides text: legal in JSON, not fit for a terminal. */
const UNSAFE = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** JSON whose key order does not depend on how the value was built, and that is safe to print. */
export function stableJson(value: unknown, indent = 0): string {
	const text = JSON.stringify(
		value,
		(_key, inner: unknown) => (isObject(inner) ? ordered(inner) : inner),
		indent,
	);
	return text.replace(UNSAFE, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ordered(value: Record<string, unknown>): Record<string, unknown> {
	const keys = Object.keys(value).sort(byRank);
	// fromEntries defines own properties, so a hostile `__proto__` key stays a plain key.
	return Object.fromEntries(keys.map(key => [key, value[key]]));
}

function byRank(a: string, b: string): number {
	const ranks = (RANK.get(a) ?? LEADING.length) - (RANK.get(b) ?? LEADING.length);
	return ranks !== 0 ? ranks : a < b ? -1 : 1;
}
