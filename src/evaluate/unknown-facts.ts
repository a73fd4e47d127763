import { asksForSchema, placeOf } from './catalog.ts';
import { suggestMember } from './compile-hints.ts';
import type { Mistake } from './mistake.ts';
import type { Module, Read } from './opa.ts';

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
 * takes the members of all kinds together. Tests put together records of their own.
 * @param schema `policies/schemas/record.json`.
 * @param kindOf the records that a source judges; undefined for any.
 */
export function unknownFacts(
	reads: readonly Read[],
	schema: unknown,
	kindOf: (file: string) => string | undefined,
): Mistake[] {
	// What is no object has no members, and refuses nothing.
	const root = (schema ?? {}) as JsonSchema;
	return reads.flatMap(({ paths, by, file, row, col }) => {
		const kind = kindOf(file);
		if (by === 'again' || placeOf(file).kind === 'test') return [];
		const all = paths.map(([of, ...members]) => ({
			members,
			wrong: of === 'input' ? firstUnknown(members, recordsOf(root, kind), root) : null,
		}));
		const [first] = all;
		if (first === undefined || first.wrong === null || all.some(({ wrong }) => wrong === null)) return [];
		const { at, known } = first.wrong;
		const of = kind === undefined ? 'a record' : `a ${kind} record`;
		const message = `input.${first.members.slice(0, at + 1).join('.')} is no fact of ${of}`;
		return [{ file, row, col, message, hint: suggestMember(first.members[at] ?? '', known) }];
	});
}

/** Libraries that read records without their schema: nothing looks at what they read through a variable. */
export function schemaless(reads: readonly Read[], modules: readonly Module[]): Mistake[] {
	return modules.flatMap(({ file, annotations }) => {
		const first = reads.find(read => read.file === file && read.paths.some(([root]) => root === 'input'));
		if (placeOf(file).kind !== 'lib' || first === undefined || asksForSchema(annotations)) return [];
		const message = 'records are read without their schema';
		const hint =
			'write METADATA with scope: package and schemas: [{input: schema.record}] above the package clause';
		return [{ file, row: first.row, col: first.col, message, hint }];
	});
}

function recordsOf(root: JsonSchema, kind: string | undefined): JsonSchema[] {
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
