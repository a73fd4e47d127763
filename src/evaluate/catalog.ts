import { byCodeUnit } from '../lib/text.ts';
import type { Catalog, ParamSpec } from '../model/policy.ts';
import { type Complain, readParams, readPolicy } from './metadata.ts';
import { type Mistake, placeOfWords } from './mistake.ts';
import type { Annotation, Module, PolicyFiles } from './opa.ts';

/** The document `data.params`: category, name, key. */
export type Params = Record<string, Record<string, Record<string, ParamSpec['default']>>>;

/** The document `data.kinds`: category, name, and the record kind that the policy judges. */
export type Kinds = Record<string, Record<string, string>>;

/** What the METADATA of all sources says; what is wrong with it is left out and named. */
export interface Metadata {
	catalog: Catalog;
	params: Params;
	/** What libraries declare of those, by their name. */
	libraryParams: Record<string, Record<string, ParamSpec>>;
	problems: Mistake[];
}

/**
 * Reads the catalogue, and the defaults of all thresholds.
 * @param files the sources themselves: with them a mistake has its column.
 */
export function readMetadata(modules: Module[], files: PolicyFiles = {}): Metadata {
	const metadata: Metadata = { catalog: [], params: {}, libraryParams: {}, problems: [] };
	for (const module of modules) {
		const { file } = module;
		const place = placeOf(file);
		if (place.kind === 'misplaced')
			metadata.problems.push({ file, row: 1, col: 1, message: 'no place for a policy', hint: MISPLACED });
		if (place.kind === 'policy' || place.kind === 'lib')
			readModule(module, place, files[file] ?? '', metadata);
	}
	metadata.catalog.sort((a, b) => byCodeUnit(a.id, b.id));
	return metadata;
}

/** `data.kinds` of a catalogue. */
export function kindsOf(catalog: Catalog): Kinds {
	const kinds: Kinds = {};
	for (const { id, kind } of catalog) {
		const [category = '', name = ''] = id.split('/');
		kinds[category] = { ...kinds[category], [name]: kind };
	}
	return kinds;
}

/** What the path of a source makes it. */
export type Place =
	| { kind: 'policy' | 'lib'; category: string; name: string }
	| { kind: 'main' | 'test' | 'misplaced' };

const NAMED = /^policies\/([a-z][a-z0-9_]*)\/([a-z][a-z0-9_]*)\.rego$/;
const MISPLACED =
	'write policies/<category>/<name>.rego (lower case, digits and _) or policies/lib/<name>.rego';

/** Sorts a source by its path alone. */
export function placeOf(file: string): Place {
	if (file.endsWith('_test.rego')) return { kind: 'test' };
	if (file === 'policies/main.rego') return { kind: 'main' };
	const [, category, name] = NAMED.exec(file) ?? [];
	if (category === undefined || name === undefined) return { kind: 'misplaced' };
	return { kind: category === 'lib' ? 'lib' : 'policy', category, name };
}

/** Without it OPA checks no fact that is read through a variable. */
export function asksForSchema(annotations: readonly Annotation[]): boolean {
	return annotations.some(({ scope, schemas }) => scope === 'package' && schemas.input === 'schema.record');
}

function readModule(
	module: Module,
	{ kind, category, name }: { kind: 'policy' | 'lib'; category: string; name: string },
	text: string,
	into: Metadata,
): void {
	const { file, row } = module;
	const annotation = module.annotations.find(found => found.scope === 'package');
	const mistakes: Mistake[] = [];
	const note = (message: string, hint: string, range: { from: number; to: number }, at: readonly string[]) =>
		mistakes.push({ file, ...placeOfWords(text, range, at), message, hint });
	const atPackage = (message: string, hint: string) =>
		note(message, hint, { from: row, to: row }, ['package', module.package.join('.')]);
	const complain: Complain = (message, hint, at = []) =>
		annotation === undefined
			? atPackage(message, hint)
			: note(message, hint, { from: annotation.row, to: row }, at);

	const expected = (kind === 'lib' ? ['lib', name] : ['policies', category, name]).join('.');
	const actual = module.package.join('.');
	if (actual !== expected)
		atPackage(`package ${actual} is not what the path says`, `write package ${expected}`);

	const specs = readParams(annotation?.custom?.params, complain);
	if (kind === 'policy') {
		// A public rule of another name is likely one of the two, misspelled: it is named where it stands.
		if (module.rules.every(rule => rule.startsWith('_') || rule === 'not_applicable'))
			atPackage('the policy can find nothing', 'write a rule deny contains finding if …');
		if (annotation !== undefined && !asksForSchema([annotation]))
			complain('METADATA does not ask for the schema of records', 'write schemas: [{input: schema.record}]');
		const policy = readPolicy(`${category}/${name}`, annotation, specs, complain);
		if (mistakes.length === 0) into.catalog.push(policy);
	}
	const defaults = Object.entries(specs).map(([key, spec]) => [key, spec.default] as const);
	if (kind === 'lib' && defaults.length > 0) into.libraryParams[name] = specs;
	if (defaults.length > 0)
		into.params[category] = { ...into.params[category], [name]: Object.fromEntries(defaults) };
	into.problems.push(...mistakes);
}
