/** More than anything of the API has, and not so much that a function which calls itself for each would end on it. */
const MAX_DEPTH = 500;

/** What JSON says; undefined where it is none, or nested too deep. */
export function parseJson(text: string): unknown {
	try {
		const value: unknown = JSON.parse(text);
		return isTooDeep(value) ? undefined : value;
	} catch {
		// What it was is the client's business.
		return undefined;
	}
}

/** Whether something is a JSON object, which a list is not. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTooDeep(value: unknown): boolean {
	let level = [value];
	for (let depth = 0; depth <= MAX_DEPTH; depth++) {
		level = level.flatMap(each => (typeof each === 'object' && each !== null ? Object.values(each) : []));
		if (level.length === 0) return false;
	}
	return true;
}
