import { createContext, runInContext } from 'node:vm';
import { ScanError } from '../../lib/scan-error.ts';
import type { MatchField } from './row.ts';

/** How a name of RBAC becomes what a roster calls the same person; without prefix and pattern it stays as it is. */
export interface MatchOptions {
	/** What of a roster's user it is compared with; `userName` where it is left out. */
	field?: MatchField;
	/** What the API server puts before the OIDC claim, as `oidc:`; names without it match nobody. */
	prefix?: string;
	/** The same of groups, where it is another one; empty for none. In place of prefix and pattern. */
	groupPrefix?: string;
	/** A regular expression over the whole name; its one group is what is compared. */
	pattern?: string;
	/** Whether `Alice` is `alice`. */
	ignoreCase?: boolean;
}

/** The rule, ready to be used. */
export interface MatchRule {
	field: MatchField;
	/** The same for both sides of a comparison. */
	fold: (text: string) => string;
	/** What to look up for each name, null for nothing; null in all where the pattern never ends. */
	claims: (names: string[], kind: 'User' | 'Group') => (string | null)[] | null;
}

const MAX_PATTERN_LENGTH = 500;
/** Names are chosen by others: a longer one is no mail address and no claim (RFC 5321 §4.5.3.1.3). */
const MAX_NAME_LENGTH = 320;
/** A pattern takes microseconds a name, or for ever. */
const PATTERN_TIMEOUT_MS = 2_000;

/** Checks the rule. @throws {ScanError} CONFIG_INVALID */
export function createRule(options: MatchOptions): MatchRule {
	const { field = 'userName', prefix = '', groupPrefix, pattern = '', ignoreCase = false } = options;
	if (prefix !== '' && pattern !== '') {
		throw invalid(
			'identity-prefix and identity-pattern exclude each other',
			'put the prefix into the pattern',
		);
	}
	if (pattern !== '') checkPattern(pattern);
	const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
	const strip = (before: string) => (name: string) =>
		name.startsWith(before) ? name.slice(before.length) : null;
	const extract = (names: string[], kind: 'User' | 'Group') => {
		if (kind === 'Group' && groupPrefix !== undefined) return names.map(strip(groupPrefix));
		return pattern === '' ? names.map(strip(prefix)) : runPattern(pattern, names);
	};
	const claims: MatchRule['claims'] = (names, kind) =>
		extract(names, kind)?.map(claim => (claim ? fold(claim) : null)) ?? null;
	return { field, fold, claims };
}

function checkPattern(pattern: string): void {
	if (pattern.length > MAX_PATTERN_LENGTH) throw invalid('identity-pattern is too long', 'shorten it');
	const hint = 'as ^oidc:(.+)@example\\.com$';
	let groups: number;
	try {
		// Alone first: `a)|(b` is one only between brackets of ours.
		new RegExp(pattern, 'u');
		// An alternative that matches the empty text: its result has a place for every group.
		groups = (new RegExp(`(?:${pattern})|`, 'u').exec('')?.length ?? 0) - 1;
	} catch {
		throw invalid('identity-pattern is no regular expression', hint);
	}
	if (groups !== 1) {
		throw invalid(`identity-pattern has ${groups} groups; it takes one, around what is compared`, hint);
	}
}

/** Under a time limit, which only a context of its own has: the names come from the cluster. */
function runPattern(pattern: string, names: string[]): (string | null)[] | null {
	const fitting = names.map(name => (name.length > MAX_NAME_LENGTH ? '' : name));
	const context = createContext({ pattern: `^(?:${pattern})$`, names: fitting });
	const code = "const regex = new RegExp(pattern, 'u'); names.map(name => regex.exec(name)?.[1] ?? null)";
	try {
		const found: unknown = runInContext(code, context, { timeout: PATTERN_TIMEOUT_MS });
		return Array.from(found as ArrayLike<string | null>); // the code above makes it
	} catch {
		return null;
	}
}

function invalid(problem: string, hint: string): ScanError {
	return new ScanError('CONFIG_INVALID', problem, { hint });
}
