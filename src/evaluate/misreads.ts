import { nearest } from '../lib/nearest.ts';
import { byCodeUnit } from '../lib/text.ts';
import { type Kinds, type Params, placeOf } from './catalog.ts';
import type { Mistake } from './mistake.ts';
import type { Module, Read } from './opa.ts';

/** A name below `data`: a package or a table of thresholds with what it has, or null for a value. */
interface Names {
	under: Map<string, Names | null>;
	/** Its members are read one by one; the rules of a package may be written as members of one rule. */
	isPackage: boolean;
}

/** All that sources can read of `data`: rules by package, thresholds, record kinds. */
export function namesOf(modules: readonly Module[], params: Params, kinds: Kinds): Names {
	const root = branch();
	for (const name of ['lib', 'policies', 'params', 'kinds']) root.under.set(name, branch());
	for (const module of modules) {
		addPath(root, module.package, true);
		// What is below a rule with a name in brackets is not looked at.
		for (const rule of module.rules) addRule(root, module.package, rule.replace(/\[.*$/s, '').split('.'));
	}
	for (const [category, names] of Object.entries(kinds))
		for (const name of Object.keys(names)) addRule(root, ['kinds', category], [name]);
	for (const [category, names] of Object.entries(params))
		for (const [name, keys] of Object.entries(names))
			for (const key of Object.keys(keys)) addRule(root, ['params', category, name], [key]);
	return root;
}

/**
 * Reads of `data` that are always undefined: of a helper, a policy or a threshold that nobody defines. What hides its
 * name is refused too, but for main.rego, which goes through all policies, and for tests.
 */
export function misreads(reads: readonly Read[], names: Names): Mistake[] {
	return reads.flatMap(({ paths, open = false, by, file, row, col }) => {
		const all = paths.map(path => follow(path, names));
		const [first] = all;
		if (first === undefined || all.some(found => found.kind === 'value')) return [];
		const wrong = all.every(found => found.kind === 'unknown');
		if (wrong) return by === 'again' ? [] : [{ file, row, col, ...undefinedName(first) }];
		const whole = all.find(found => found.kind === 'whole');
		const isHidden = whole !== undefined && (open || by !== 'alias');
		if (!isHidden || ['main', 'test'].includes(placeOf(file).kind)) return [];
		return [{ file, row, col, ...hiddenName(whole) }];
	});
}

interface Found {
	/** Of the path, as far as it was followed, with the member that is unknown. */
	path: string[];
	kind: 'value' | 'whole' | 'unknown';
	known: string[];
}

function follow([root, ...path]: readonly string[], names: Names): Found {
	if (root !== 'data') return { path: [], kind: 'value', known: [] };
	let at = names;
	for (const [index, name] of path.entries()) {
		const next = at.under.get(name);
		if (next === undefined)
			return { path: ['data', ...path.slice(0, index + 1)], kind: 'unknown', known: publicNames(at) };
		if (next === null) return { path: [], kind: 'value', known: [] };
		at = next;
	}
	return {
		path: ['data', ...path],
		kind: at.isPackage ? 'whole' : 'value',
		known: publicNames(at),
	};
}

/** What `_` starts is a source's own affair, and no name to propose. */
function publicNames({ under }: Names): string[] {
	return [...under.keys()].filter(name => !name.startsWith('_')).sort(byCodeUnit);
}

type Said = Pick<Mistake, 'message' | 'hint'>;

function undefinedName({ path, known }: Found): Said {
	const name = path.join('.');
	const above = path.slice(0, -1).join('.');
	const [, root, category = '', policy = ''] = path;
	const near = nearest(path.at(-1) ?? '', known);
	const isParam = root === 'params';
	const message = `${name} is not ${isParam ? 'declared' : 'defined'}`;
	if (near !== null) return { message, hint: `did you mean ${above}.${near}?` };
	if (isParam && policy !== '') {
		const source = `policies/${category}/${policy}.rego`;
		return { message, hint: `declare it under custom.params in the METADATA of ${source}` };
	}
	if (path.length === 2) return { message, hint: 'there are data.lib, data.params and data.policies' };
	return { message, hint: known.length === 0 ? `nothing is in ${above}` : `there are ${known.join(', ')}` };
}

function hiddenName({ path, known }: Found): Said {
	const name = path.join('.');
	const hint = `write ${name}.${known[0] ?? 'name'}, so that a misspelled name is noticed`;
	return { message: `what is read of ${name} is not written out`, hint };
}

function branch(isPackage = true): Names {
	return { under: new Map(), isPackage };
}

function addPath(root: Names, path: readonly string[], isPackage: boolean): Names | null {
	let at = root;
	for (const name of path) {
		const next = at.under.get(name);
		if (next === null) return null;
		const below = next ?? branch(isPackage);
		at.under.set(name, below);
		at = below;
	}
	return at;
}

function addRule(root: Names, of: readonly string[], rule: readonly string[]): void {
	const owner = addPath(root, of, true);
	const parent = owner === null ? null : addPath(owner, rule.slice(0, -1), false);
	const name = rule.at(-1);
	if (name !== undefined) parent?.under.set(name, null);
}
