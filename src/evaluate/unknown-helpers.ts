import { suggestMember } from './compile-hints.ts';
import type { Mistake } from './mistake.ts';
import { codeOf } from './unknown-facts.ts';

/** An import of a package of the folder, with the name that it goes by. */
const IMPORT = /^import\s+data\.((?:lib|policies)(?:\.[A-Za-z_]\w*)+)(?:\s+as\s+([A-Za-z_]\w*))?\s*$/gm;

/**
 * Reads of what an imported package does not define: to OPA they are undefined, and the policy passes for ever.
 * @param rulesOf names of the rules of a package, as `lib.credentials`; undefined where there is no such package.
 */
export function unknownHelpers(
	file: string,
	text: string,
	rulesOf: (path: string) => readonly string[] | undefined,
): Mistake[] {
	const code = codeOf(text);
	return [...code.matchAll(IMPORT)].flatMap(found => {
		const [, path = '', alias] = found;
		const name = alias ?? path.replace(/^.*\./, '');
		const rules = rulesOf(path);
		// A package further up, as data.policies, has packages for members.
		return rules === undefined ? [] : readsOf(code, name).flatMap(read => misread(file, name, read, rules));
	});
}

interface Read {
	member: string;
	row: number;
	col: number;
}

function readsOf(code: string, name: string): Read[] {
	const reads = new RegExp(`(?<![\\w.])${name}\\.([A-Za-z_]\\w*)`, 'g');
	return code.split('\n').flatMap((line, index) =>
		line.startsWith('import')
			? []
			: [...line.matchAll(reads)].map(found => ({
					member: found[1] ?? '',
					row: index + 1,
					col: found.index + 1,
				})),
	);
}

function misread(
	file: string,
	name: string,
	{ member, row, col }: Read,
	rules: readonly string[],
): Mistake[] {
	// A rule may be written as a path: is_old.enough.
	if (rules.some(rule => rule === member || rule.startsWith(`${member}.`))) return [];
	return [
		{ file, row, col, message: `${name}.${member} is not defined`, hint: suggestMember(member, rules) },
	];
}
