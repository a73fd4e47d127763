import { suggestMember } from './compile-hints.ts';
import type { Mistake } from './mistake.ts';

/** As much of JSON Schema as the record schema uses. */
interface JsonSchema {
	$ref?: string;
	anyOf?: JsonSchema[];
	type?: string | string[];
	properties?: Record<string, JsonSchema>;
	additionalProperties?: unknown;
	definitions?: Record<string, JsonSchema>;
	const?: unknown;
}

/**
 * Reads of `input` that are always undefined: a misspelled member, or one that only records of another kind have. OPA
 * looks only where METADATA asks for the schema, and takes the members of all kinds together.
 * @param schema `policies/schemas/record.json`.
 * @param kind of the records that the source judges; null for any.
 */
export function unknownFacts(file: string, text: string, schema: unknown, kind: string | null): Mistake[] {
	// What is no object has no members, and refuses nothing.
	const root = (schema ?? {}) as JsonSchema;
	const records = recordsOf(root, kind);
	const found: Mistake[] = [];
	for (const [index, code] of codeOf(text).split('\n').entries()) {
		for (const read of code.matchAll(READ)) {
			const members = (read[1] ?? '').split('.').slice(1);
			const wrong = firstUnknown(members, records, root);
			if (wrong === null) continue;
			const of = kind === null ? 'a record' : `a ${kind} record`;
			const message = `input.${members.slice(0, wrong.at + 1).join('.')} is no fact of ${of}`;
			const hint = suggestMember(members[wrong.at] ?? '', wrong.known);
			found.push({ file, row: index + 1, col: read.index + 1, message, hint });
		}
	}
	return found;
}

/** A reference to input with its constant members. */
const READ = /(?<![\w.])input((?:\.[A-Za-z_]\w*)+)/g;

/** Strings, raw strings, which may span rows, and comments. */
const NO_CODE = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*/g;

/** The text with everything blank that is no code: places stay. */
export function codeOf(text: string): string {
	return text.replace(NO_CODE, part => part.replace(/[^\n]/g, ' '));
}

function recordsOf(root: JsonSchema, kind: string | null): JsonSchema[] {
	const all = variants(root, root);
	const mine = all.filter(({ properties }) => properties?.kind?.const === kind);
	return mine.length > 0 ? mine : all;
}

/** What a value may be, references resolved. */
function variants(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
	const { $ref, anyOf } = schema;
	if (anyOf !== undefined) return anyOf.flatMap(one => variants(one, root));
	if ($ref === undefined) return [schema];
	const target = root.definitions?.[$ref.replace('#/definitions/', '')];
	return target === undefined ? [{}] : variants(target, root);
}

function firstUnknown(
	members: string[],
	records: JsonSchema[],
	root: JsonSchema,
): { at: number; known: string[] } | null {
	let values = records;
	for (const [at, member] of members.entries()) {
		if (values.some(isOpen)) return null;
		const known = values.flatMap(({ properties }) => Object.keys(properties ?? {}));
		if (!known.includes(member)) return { at, known: [...new Set(known)].sort() };
		values = values.flatMap(({ properties }) => {
			const value = properties?.[member];
			return value === undefined ? [] : variants(value, root);
		});
	}
	return null;
}

/** It may have members that the schema does not name. */
function isOpen({ type, properties, additionalProperties }: JsonSchema): boolean {
	const mayBeObject = type === undefined || [type].flat().includes('object');
	return mayBeObject && (properties === undefined || additionalProperties !== false);
}
