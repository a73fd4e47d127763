import { nearest } from '../lib/nearest.ts';
import type { Mistake } from './mistake.ts';
import type { Problem } from './opa.ts';

/** What to use in place of built-ins that the runtime of the policies lacks. */
const INSTEAD: [RegExp, string][] = [
	[/^time\./, 'times are epoch seconds and input.now is the clock: compare and subtract them'],
	[/^sprintf$|^strings\.render_template$/, 'put the values into the details, or use concat and format_int'],
	[/^http\.|^net\.lookup|^opa\.|^rand\.|^trace$|^uuid\./, 'a policy sees its record and its params alone'],
	[/^json\.patch$/, 'use object.union, json.remove or json.filter'],
	[/^regex\.|^re_match$/, 'use regex.match, regex.find_all_string_submatch_n, split or replace'],
	[/^strings\.any_(prefix|suffix)_match$/, 'use some … in with startswith or endswith'],
	[/^strings\.|^indexof_n$/, 'use split, count, indexof or substring'],
	[/^object\.subset$/, 'use object.filter, or every … in'],
	[/^(all|any)$/, 'use every … in, or some … in'],
	[/^set_diff$/, 'use the operator -'],
	[/^cast_/, 'use is_string, is_number and the like, or to_number'],
	[/^crypto\.|^io\.jwt\.|^hex\./, 'what a policy may know of certificates and tokens is in its record'],
	[/^net\.cidr_/, 'use net.cidr_contains or net.cidr_intersects'],
	[/^(units|semver|uri|urlquery|yaml|graphql)\./, 'use split, regex.match and to_number'],
];

/**
 * An error of OPA's compiler as a mistake with what to write instead.
 * @param builtins names of what the runtime has.
 */
export function toMistake(problem: Problem, builtins: readonly string[]): Mistake {
	const { file, row, col, message } = problem;
	const [, called] = /^undefined function (\S+)$/.exec(message) ?? [];
	if (called !== undefined) return { file, row, col, ...unknownFunction(called, builtins) };
	const [, ref] = /^undefined ref: (.+)$/s.exec(message) ?? [];
	if (ref !== undefined) return { file, row, col, ...unknownMember(ref, problem.details ?? []) };
	return { file, row, col, message, hint: (problem.details ?? []).map(detail => detail.trim()).join(' ') };
}

function unknownFunction(name: string, builtins: readonly string[]): Pick<Mistake, 'message' | 'hint'> {
	const instead = INSTEAD.find(([pattern]) => pattern.test(name))?.[1];
	if (instead !== undefined) return { message: `${name} is no built-in where policies run`, hint: instead };
	const near = nearest(name, builtins);
	if (near !== null) return { message: `undefined function ${name}`, hint: `did you mean ${near}?` };
	const [space = ''] = /^\w+\./.exec(name) ?? [];
	const beside = space === '' ? [] : builtins.filter(other => other.startsWith(space));
	const hint = beside.length > 0 ? `there are ${beside.join(', ')}` : 'define it, or import what does';
	return { message: `undefined function ${name}`, hint };
}

function unknownMember(ref: string, details: string[]): Pick<Mistake, 'message' | 'hint'> {
	const message = ref.startsWith('input') ? `${ref} is no fact of a record` : `${ref} does not exist`;
	const said = (pattern: RegExp) =>
		details.map(detail => pattern.exec(detail)?.[1]).find(found => found !== undefined);
	const have = said(/have: "(.*)"$/);
	const want = [...(said(/want \(one of\): \[(.*)\]$/) ?? '').matchAll(/"([^"]*)"/g)].map(
		found => found[1] ?? '',
	);
	return { message, hint: suggestMember(have ?? '', want) };
}

/** The member that was likely meant, or all there are. */
export function suggestMember(wrong: string, members: readonly string[]): string {
	if (members.length === 0) return 'policies/schemas/record.json names every fact';
	const near = nearest(wrong, members);
	return near === null ? `there are ${members.join(', ')}` : `did you mean ${near}?`;
}
