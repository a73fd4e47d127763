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
	// A copy in order, since a replacer function makes JSON.stringify several times slower.
	const text = JSON.stringify(ordered(value), null, indent);
	return text.replace(UNSAFE, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function ordered(value: unknown): unknown {
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map(ordered);
	const copy: Record<string, unknown> = {};
	const entries = Object.entries(value).sort(byRank);
	for (const [key, inner] of entries) {
		// Assigning to `__proto__` would set the prototype instead: a hostile key stays a plain one.
		if (key === '__proto__') Object.defineProperty(copy, key, { value: ordered(inner), enumerable: true });
		else copy[key] = ordered(inner);
	}
	return copy;
}

function byRank([a]: [string, unknown], [b]: [string, unknown]): number {
	const ranks = (RANK.get(a) ?? LEADING.length) - (RANK.get(b) ?? LEADING.length);
	return ranks !== 0 ? ranks : a < b ? -1 : 1;
}
