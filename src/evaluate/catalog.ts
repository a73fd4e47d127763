import { byCodeUnit, oneLine } from '../lib/text.ts';
import type { Catalog, ParamSpec } from '../model/policy.ts';
import { readParams, readPolicy } from './metadata.ts';
import type { Module, ParamRead } from './opa.ts';

/** The document `data.params`: category, name, key. */
export type Params = Record<string, Record<string, Record<string, ParamSpec['default']>>>;

/** The document `data.kinds`: category, name, and the record kind that the policy judges. */
export type Kinds = Record<string, Record<string, string>>;

/** What the METADATA of all sources says; what is wrong with it is left out and named, a line each. */
export interface Metadata {
	catalog: Catalog;
	params: Params;
	problems: string[];
}

/** Reads the catalogue, and the defaults of all thresholds. */
export function readMetadata(modules: Module[]): Metadata {
	const metadata: Metadata = { catalog: [], params: {}, problems: [] };
	for (const module of modules) {
		const place = placeOf(module.file);
		if (place.kind === 'misplaced') metadata.problems.push(`${oneLine(module.file)}:1: ${MISPLACED}`);
		if (place.kind === 'policy' || place.kind === 'lib') readModule(module, place, metadata);
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

/** A read of a threshold that nobody declared is undefined, and its policy would pass for ever. */
export function undeclaredParams(reads: ParamRead[], params: Params): string[] {
	return reads.flatMap(({ path, file, row, col }) => {
		const [category = '', name = '', key] = path;
		if (key === undefined || params[category]?.[name]?.[key] !== undefined) return [];
		const owner = category === 'lib' ? `lib/${name}` : `${category}/${name}`;
		const advice = `declare it under custom.params in the METADATA of policies/${owner}.rego`;
		return [oneLine(`${file}:${row}:${col}: data.params.${path.join('.')} is not declared: ${advice}`, 500)];
	});
}

/** What the path of a source makes it. */
export type Place =
	| { kind: 'policy' | 'lib'; category: string; name: string }
	| { kind: 'main' | 'test' | 'misplaced' };

const NAMED = /^policies\/([a-z][a-z0-9_]*)\/([a-z][a-z0-9_]*)\.rego$/;
const MISPLACED =
	'no place for a policy: write policies/<category>/<name>.rego (lower case, digits and _) or policies/lib/<name>.rego';

/** Sorts a source by its path alone. */
export function placeOf(file: string): Place {
	if (file.endsWith('_test.rego')) return { kind: 'test' };
	if (file === 'policies/main.rego') return { kind: 'main' };
	const [, category, name] = NAMED.exec(file) ?? [];
	if (category === undefined || name === undefined) return { kind: 'misplaced' };
	return { kind: category === 'lib' ? 'lib' : 'policy', category, name };
}

function readModule(
	module: Module,
	{ kind, category, name }: { kind: 'policy' | 'lib'; category: string; name: string },
	into: Metadata,
): void {
	const annotation = module.annotations.find(found => found.scope === 'package');
	const complaints: string[] = [];
	const complain = (what: string, row = annotation?.row ?? module.row) =>
		complaints.push(oneLine(`${module.file}:${row}: ${what}`, 500));

	const expected = (kind === 'lib' ? ['lib', name] : ['policies', category, name]).join('.');
	const actual = module.package.join('.');
	if (actual !== expected)
		complain(`package ${actual} is not what the path says: write package ${expected}`, module.row);

	const specs = readParams(annotation?.custom?.params, complain);
	if (kind === 'policy') {
		if (!module.rules.some(rule => rule === 'deny' || rule === 'unknown'))
			complain('the policy can find nothing: write a rule deny contains finding if …', module.row);
		const policy = readPolicy(`${category}/${name}`, annotation, specs, complain);
		if (complaints.length === 0) into.catalog.push(policy);
	}
	const defaults = Object.entries(specs).map(([key, spec]) => [key, spec.default] as const);
	if (defaults.length > 0)
		into.params[category] = { ...into.params[category], [name]: Object.fromEntries(defaults) };
	into.problems.push(...complaints);
}
