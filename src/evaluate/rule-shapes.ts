import { nearest } from '../lib/nearest.ts';
import { placeOf } from './catalog.ts';
import type { Mistake } from './mistake.ts';
import type { Module, PolicyFiles } from './opa.ts';
import { closing, kindOfValue, type Token, tokensOf } from './rego-tokens.ts';

/** The rules of a policy that anybody reads; all others are its own, and begin with `_`. */
const PUBLIC = ['deny', 'unknown', 'not_applicable'];

/**
 * Rules of policies that nobody reads, or that have another shape than what reads them expects: to OPA both are
 * good, and the policy finds nothing for ever.
 */
export function misshapen(sources: PolicyFiles, modules: readonly Module[]): Mistake[] {
	return modules.flatMap(({ file, rules }) => {
		const text = sources[file];
		if (placeOf(file).kind !== 'policy' || text === undefined) return [];
		const tokens = tokensOf(text);
		const found = rules.flatMap(rule => misshapenRule(rule, tokens));
		return found.map(mistake => ({ file, ...mistake }));
	});
}

type Placed = Omit<Mistake, 'file'>;

function misshapenRule(rule: string, tokens: readonly Token[]): Placed[] {
	if (rule.startsWith('_')) return [];
	const [name = rule] = /^\w+/.exec(rule) ?? [];
	const heads = headsOf(name, tokens).filter(head => isPath(head, tokens) === (name !== rule));
	if (!PUBLIC.includes(rule)) {
		// deny.now is no misspelling of deny, but as little read.
		const near = nearest(name, PUBLIC);
		const meant = near === null ? '' : `did you mean ${near}? `;
		const hint = `${meant}A policy has deny, unknown and not_applicable, and rules of its own begin with _`;
		return [{ ...at(heads[0], tokens), message: `nobody reads the rule ${rule}`, hint }];
	}
	const check = rule === 'not_applicable' ? condition : partialSet;
	const mistakes = heads.flatMap(head => check(rule, head, tokens));
	return heads.length > 0 ? mistakes : [unplaced(rule)];
}

/** `deny.now` or `deny["now"]`: to OPA a rule of that name. */
function isPath(head: number, tokens: readonly Token[]): boolean {
	const [next, key] = [tokens[head + 1]?.text, tokens[head + 2]?.text ?? ''];
	return next === '.' || (next === '[' && /^["`]/.test(key));
}

/** A head that only the compiler sees is one that nobody has looked at. */
function unplaced(rule: string): Placed {
	return { row: 1, col: 1, message: `the rule ${rule} is not written out`, hint: `write ${rule} …` };
}

/** Places in the tokens where a rule of this name begins. */
function headsOf(name: string, tokens: readonly Token[]): number[] {
	return tokens.flatMap(({ text, depth }, index) =>
		text === name && depth === 0 && !CONTINUED.test(tokens[index - 1]?.text ?? '') ? [index] : [],
	);
}

/** What stands before a value, never before a rule. */
const CONTINUED = /^(?:if|contains|else|not|in|with|as|some|every|import|package|[.:=,+*/%&|<>-]|[:=!<>]=)$/;

function partialSet(rule: string, head: number, tokens: readonly Token[]): Placed[] {
	const write = `write ${rule} contains {"…": …} if …`;
	const element = head + 2;
	if (tokens[head + 1]?.text !== 'contains')
		return [{ ...at(head, tokens), message: `${rule} is not a set of findings`, hint: write }];
	const kind = kindOfElement(element, tokens);
	if (kind === null || kind === 'object') return [];
	const message = `${rule} contains a ${kind}, and a finding is an object of details`;
	return [{ ...at(element, tokens), message, hint: write }];
}

/** What the set contains, where that is written out: in the head, or as `:=` in the body. */
function kindOfElement(element: number, tokens: readonly Token[]): string | null {
	const [name, open] = [tokens[element], tokens[element + 2]];
	const written = kindOfValue(element, tokens);
	if (written !== null || tokens[element + 1]?.text !== 'if' || open?.text !== '{') return written;
	const end = closing(element + 2, tokens);
	for (let index = element + 3; index < end; index++)
		if (tokens[index]?.text === name?.text && tokens[index]?.depth === 1 && tokens[index + 1]?.text === ':=')
			return kindOfValue(index + 2, tokens);
	return null;
}

function condition(rule: string, head: number, tokens: readonly Token[]): Placed[] {
	const next = tokens[head + 1]?.text ?? '';
	const value = ['=', ':='].includes(next) ? kindOfValue(head + 2, tokens) : null;
	// A value that is not false makes a record not applicable, whatever it is.
	if (next === 'if' || (['=', ':='].includes(next) && (value === null || value === 'boolean'))) return [];
	// Alone it is true.
	const after = tokens[head + 1];
	if (
		after === undefined ||
		(/^\w/.test(next) && next !== 'contains' && after.row > (tokens[head]?.row ?? 0))
	)
		return [];
	return [{ ...at(head, tokens), message: `${rule} is not a condition`, hint: `write ${rule} if …` }];
}

function at(index: number | undefined, tokens: readonly Token[]): { row: number; col: number } {
	const token = index === undefined ? undefined : tokens[index];
	return { row: token?.row ?? 1, col: token?.col ?? 1 };
}
