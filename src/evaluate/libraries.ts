import { byCodeUnit } from '../lib/text.ts';
import type { ParamSpec } from '../model/policy.ts';
import { placeOf } from './catalog.ts';
import type { PolicyFiles } from './opa.ts';
import { tokensOf } from './rego-tokens.ts';

/** A library with thresholds of its own. */
export interface Library {
	params: Record<string, ParamSpec>;
	/** Ids of the policies that name it, or name another that does. */
	readBy: string[];
}

/** By name: `usage` is policies/lib/usage.rego. */
export type Libraries = Record<string, Library>;

/** @param specs the thresholds of libraries, by their name. */
export function librariesOf(
	specs: Readonly<Record<string, Record<string, ParamSpec>>>,
	sources: PolicyFiles,
): Libraries {
	const named = new Map(Object.entries(sources).map(([file, text]) => [file, librariesIn(text)]));
	const read = [...named.keys()].flatMap(file => {
		const place = placeOf(file);
		if (place.kind !== 'policy') return [];
		return [{ id: `${place.category}/${place.name}`, libraries: below(file, named) }];
	});
	const libraries = Object.entries(specs).map(([name, params]) => {
		const readBy = read.filter(({ libraries }) => libraries.has(name)).map(({ id }) => id);
		return [name, { params, readBy: readBy.sort(byCodeUnit) }] as const;
	});
	return Object.fromEntries(libraries);
}

/** `lib.usage`, with or without `data` before it. */
function librariesIn(source: string): string[] {
	const tokens = tokensOf(source).map(({ text }) => text);
	return tokens.flatMap((text, at) => {
		const name = tokens[at + 2];
		return text === 'lib' && tokens[at + 1] === '.' && name !== undefined ? [name] : [];
	});
}

function below(file: string, named: ReadonlyMap<string, string[]>): Set<string> {
	const found = new Set(named.get(file));
	// A set gives what is added while it is gone through.
	for (const name of found)
		for (const further of named.get(`policies/lib/${name}.rego`) ?? []) found.add(further);
	return found;
}
