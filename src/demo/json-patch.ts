import { isDeepStrictEqual } from 'node:util';
import { isObject, parseJson } from './parse-json.ts';

/** One step of a patch. */
export interface Operation {
	op: string;
	/** Undefined where none is given. */
	path: string | undefined;
	/** Null where none is given, as the real server takes it. */
	value: unknown;
	/** The value as it is written, for `test`. */
	written: unknown;
}

/**
 * Characters that the real server writes as `\u0026` into the document which it patches. Its `test` compares text as
 * it is written, so a client that writes them plainly, as JSON.stringify does, never meets what is stored.
 */
const ESCAPED = /[<>&\u2028\u2029]/g;

/** A noncharacter, which no name has. */
const UNLIKE_ANY = '\ufdd0';

/** Reads the body of a patch; null where it is none. */
export function readPatch(body: string): Operation[] | null {
	const operations = parseJson(body);
	// So does the real server.
	if (operations === null) return [];
	if (!Array.isArray(operations)) return null;
	const written = parseJson(body.replace(ESCAPED, UNLIKE_ANY));
	const read = operations.map((operation: unknown, index) =>
		readOperation(operation ?? {}, (written as unknown[])[index]),
	);
	return read.includes(null) ? null : read.filter(operation => operation !== null);
}

function readOperation(operation: unknown, written: unknown): Operation | null {
	if (!isObject(operation)) return null;
	const op = operation.op ?? '';
	const path = operation.path ?? undefined;
	if (typeof op !== 'string' || (path !== undefined && typeof path !== 'string')) return null;
	return { op, path, value: operation.value ?? null, written: isObject(written) ? written.value : undefined };
}

/**
 * The document with all steps done; undefined where one cannot be, and then none counts.
 * Like the real server's library it counts from the end at negative indexes, and `replace` adds what an object lacks.
 * @see RFC 6902
 */
export function applyPatch(document: object, operations: Operation[]): unknown {
	let patched: unknown = structuredClone(document);
	for (const operation of operations) {
		const { op, path } = operation;
		if (path === '' && op === 'replace') {
			if (typeof operation.value !== 'object' || operation.value === null) return undefined;
			patched = structuredClone(operation.value);
		} else if (path === '' && op === 'test') {
			if (!isDeepStrictEqual(patched, operation.written)) return undefined;
		} else if (!step(patched, operation)) return undefined;
	}
	return patched;
}

function step(document: unknown, operation: Operation): boolean {
	const [root, ...keys] = operation.path?.split('/').map(unescapeKey) ?? [];
	const key = keys.pop();
	if (root !== '' || key === undefined) return false;
	const parent = keys.reduce(child, document);
	if (Array.isArray(parent)) return stepInList(parent, key, operation);
	return isObject(parent) && stepInObject(parent, key, operation);
}

function unescapeKey(key: string): string {
	return key.replaceAll('~1', '/').replaceAll('~0', '~');
}

function child(parent: unknown, key: string): unknown {
	if (Array.isArray(parent)) return parent[indexIn(parent.length, key) ?? -1];
	return isObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
}

function stepInList(list: unknown[], key: string, { op, value, written }: Operation): boolean {
	const index =
		op === 'add' && key === '-' ? list.length : indexIn(list.length + (op === 'add' ? 1 : 0), key);
	if (index === undefined) return false;
	switch (op) {
		case 'test':
			return isDeepStrictEqual(list[index], written);
		case 'add':
			list.splice(index, 0, structuredClone(value));
			return true;
		case 'replace':
			list[index] = structuredClone(value);
			return true;
		case 'remove':
			list.splice(index, 1);
			return true;
		default:
			return false;
	}
}

function stepInObject(
	object: Record<string, unknown>,
	key: string,
	{ op, value, written }: Operation,
): boolean {
	const isThere = Object.hasOwn(object, key);
	switch (op) {
		case 'test':
			return isThere ? isDeepStrictEqual(object[key], written) : written === null;
		case 'add':
		case 'replace':
			// Assigned, `__proto__` would be no member.
			Object.defineProperty(object, key, {
				value: structuredClone(value),
				configurable: true,
				enumerable: true,
				writable: true,
			});
			return true;
		case 'remove':
			return isThere && delete object[key];
		default:
			return false;
	}
}

/** Where in so many items a key points; undefined beyond them. */
function indexIn(length: number, key: string): number | undefined {
	if (!/^[+-]?\d+$/.test(key)) return undefined;
	const index = Number(key) < 0 ? Number(key) + length : Number(key);
	return index >= 0 && index < length ? index : undefined;
}
