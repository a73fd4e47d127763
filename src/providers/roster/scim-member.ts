/**
 * A member of a JSON object by its SCIM name, which is the same in upper and lower case (RFC 7643 §2.1);
 * undefined where there is none, or two that may contradict each other.
 */
export function readMember(object: unknown, name: string): unknown {
	if (typeof object !== 'object' || object === null || Array.isArray(object)) return undefined;
	const wanted = name.toLowerCase();
	const found = Object.entries(object).filter(([key]) => key.toLowerCase() === wanted);
	return found.length === 1 ? found[0]?.[1] : undefined;
}

/** The same, of a text; empty for anything else. */
export function readText(object: unknown, name: string): string {
	const value = readMember(object, name);
	return typeof value === 'string' ? value : '';
}

/** The same, of a list; null where it is none. */
export function readArray(object: unknown, name: string): unknown[] | null {
	const value = readMember(object, name);
	return Array.isArray(value) ? value : null;
}
