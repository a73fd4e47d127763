import { byCodeUnit } from './text.ts';

/**
 * JSON of which equal values give equal bytes: keys by code unit, no white space, absent for `undefined` (RFC 8785,
 * which differs for numbers that no document of ours has).
 */
export function canonicalJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
	if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
	const members = Object.entries(value)
		.filter(([, member]) => member !== undefined)
		.sort(([a], [b]) => byCodeUnit(a, b))
		.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
	return `{${members.join(',')}}`;
}
