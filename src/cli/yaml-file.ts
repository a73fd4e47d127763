import { type Document, isMap, isNode, isScalar, Lexer, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { nearest } from '../lib/nearest.ts';
import { oneLine } from '../lib/text.ts';

/** A YAML file that a person writes: how it is checked, and how its mistakes are told. */
export interface YamlFormat<T> {
	schema: z.ZodType<T>;
	/** Right names at a place, for what to suggest in place of a wrong one. */
	knownKeys: (at: PropertyKey[]) => string[];
	/** What to call it, as `config`. */
	noun: string;
	/** The error for a problem on a line. */
	invalid: (line: number, problem: string) => Error;
}

/** What a file says, and where. */
export interface YamlFile<T> {
	value: T;
	document: Document;
	/** Line of a key, or of the nearest thing above it that stands in the file. */
	lineOf: (path: PropertyKey[]) => number;
}

/** Nothing that a person writes is nested deeper, and the parser's own recursion ends the process. */
const MAX_DEPTH = 100;

/** Reads a YAML file against its schema. @throws what `invalid` makes of the first mistake. */
export function parseYamlFile<T>(text: string, format: YamlFormat<T>): YamlFile<T> | null {
	const { schema, noun, invalid } = format;
	if (isTooDeep(text)) throw invalid(1, `the ${noun} is nested too deeply`);
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
	const [fault] = [...document.errors, ...document.warnings];
	if (fault !== undefined) throw invalid(lines.linePos(fault.pos[0]).line, fault.message);
	if (document.contents === null) return null;
	if (!isMap(document.contents)) throw invalid(1, `the ${noun} is no mapping of keys to values`);
	const lineOf = (path: PropertyKey[]) => lineAt(document, lines, path);
	const result = schema.safeParse(toValue(document, format));
	if (!result.success) throw refused(result.error, document, lineOf, format);
	return { value: result.data, document, lineOf };
}

/** Depth that stands on one line; what is nested by indentation costs a line, and a kilobyte soon, for each. */
function isTooDeep(text: string): boolean {
	let flow = 0;
	let block = 0;
	for (const lexeme of new Lexer().lex(text)) {
		if (lexeme === '[' || lexeme === '{') flow++;
		else if (lexeme === ']' || lexeme === '}') flow--;
		else if (lexeme === '-' || lexeme === '?') block++;
		else if (lexeme === '\n' || lexeme === '\r\n') block = 0;
		if (flow > MAX_DEPTH || block > MAX_DEPTH) return true;
	}
	return false;
}

function toValue(document: Document, { invalid }: Pick<YamlFormat<unknown>, 'invalid'>): unknown {
	try {
		return document.toJS();
	} catch (cause) {
		// Aliases that multiply without end ("billion laughs"), or that name nothing.
		throw invalid(1, cause instanceof Error ? cause.message : String(cause));
	}
}

function refused<T>(
	error: z.ZodError,
	document: Document,
	lineOf: YamlFile<T>['lineOf'],
	{ knownKeys, invalid }: YamlFormat<T>,
): Error {
	// A misspelled key is also a missing one, and the misspelling says more.
	const isUnknownKey = ({ code }: z.core.$ZodIssue) => code === 'unrecognized_keys';
	const [issue, ...others] = [...error.issues].sort(
		(a, b) => Number(isUnknownKey(b)) - Number(isUnknownKey(a)),
	);
	if (issue === undefined) return invalid(1, error.message);
	const missing = [issue, ...others].filter(other => isMissingBeside(issue, other, document));
	const left = others.length + 1 - Math.max(1, missing.length);
	const more = left === 0 ? '' : ` (and ${left} more)`;
	if (missing.length > 1) {
		const keys = missing.map(({ path }) => String(path.at(-1)));
		const place = issue.path.slice(0, -1).join('.');
		const words = `${keys.slice(0, -1).join(', ')} and ${keys.at(-1)} are missing${more}`;
		return invalid(lineOf(issue.path), place === '' ? words : `${place}: ${words}`);
	}
	if (issue.code !== 'unrecognized_keys')
		return invalid(lineOf(issue.path), `${issue.path.join('.')}: ${issue.message}${more}`);
	const key = issue.keys[0] ?? '';
	const near = nearest(key.replaceAll('_', '-'), knownKeys(issue.path));
	const advice = near === null ? '' : `, did you mean ${near}?`;
	const line = lineOf([...issue.path, key]);
	return invalid(line, `unknown key ${JSON.stringify(oneLine(key))}${advice}${more}`);
}

/** Whether two issues are keys that one mapping lacks. */
function isMissingBeside(first: z.core.$ZodIssue, other: z.core.$ZodIssue, document: Document): boolean {
	const parent = ({ path }: z.core.$ZodIssue) => JSON.stringify(path.slice(0, -1).map(String));
	return (
		parent(first) === parent(other) &&
		[first, other].every(({ code, path }) => code === 'invalid_type' && !document.hasIn(path))
	);
}

function lineAt(document: Document, lines: LineCounter, path: PropertyKey[]): number {
	const parent = document.getIn(path.slice(0, -1), true);
	const last = path.at(-1);
	const pair = isMap(parent)
		? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last))
		: undefined;
	const node = pair?.key ?? document.getIn(path, true);
	if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
	return path.length === 0 ? 1 : lineAt(document, lines, path.slice(0, -1));
}
