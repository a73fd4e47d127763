import {
	Composer,
	type Document,
	isAlias,
	isMap,
	isScalar,
	isSeq,
	Lexer,
	LineCounter,
	Parser,
	visit,
	type YAMLError,
} from 'yaml';
import { ScanError } from './scan-error.ts';
import { oneLine } from './text.ts';

/** A YAML document read field by field, so that each field knows its line and aliases never multiply. */
export interface YamlView {
	root: unknown;
	/** The line, from 1, that a node starts on. */
	line(node: unknown): number;
	/** The fields of a map; none for an absent one. */
	fields(node: unknown, what: string): Map<string, unknown>;
	/** The items of a list; none for an absent one. */
	items(node: unknown, what: string): unknown[];
	/** A scalar as it is written; empty for an absent one. */
	text(node: unknown, what: string): string;
	fail(line: number, message: string, hint: string): ScanError;
}

/** More than 30,000 blocks have; what a hostile file of allowed size could make the parser spend a minute on has more. */
const MAX_LEXEMES = 1_000_000;

const BROKEN_HINT = 'the file may be cut off or edited by hand: compare it with its source';

/**
 * Parses one YAML (or JSON) document.
 * @throws {ScanError} KUBECONFIG_INVALID with file and line, never with the file's content.
 */
export function openYaml(path: string, text: string): YamlView {
	const lines = new LineCounter();
	const fail = (line: number, message: string, hint: string) =>
		new ScanError('KUBECONFIG_INVALID', `kubeconfig ${oneLine(path)}: line ${line}: ${message}`, { hint });
	const document = compose(text, lines, fail);
	const targets = aliasTargets(document);
	const line = (node: unknown) => lines.linePos(startOf(node)).line || 1;
	const mismatch = (node: unknown, what: string, wanted: string) =>
		fail(line(node), `${what} is not ${wanted}`, BROKEN_HINT);
	const resolve = (node: unknown) => {
		if (!isAlias(node)) return node;
		const target = targets.get(node);
		if (target === undefined) throw fail(line(node), 'an alias without its anchor', BROKEN_HINT);
		return target;
	};
	return {
		root: document.contents,
		line,
		fail,
		fields: (node, what) => {
			const map = resolve(node);
			if (isAbsent(map)) return new Map();
			if (!isMap(map)) throw mismatch(node, what, 'a map');
			return uniqueFields(map.items, key => fail(line(key), `${what} has a field twice`, BROKEN_HINT));
		},
		items: (node, what) => {
			const list = resolve(node);
			if (isAbsent(list)) return [];
			if (!isSeq(list)) throw mismatch(node, what, 'a list');
			return list.items;
		},
		text: (node, what) => {
			const scalar = resolve(node);
			if (isAbsent(scalar)) return '';
			if (!isScalar(scalar)) throw mismatch(node, what, 'a text');
			// The source, not the value: a token `1e3` is no number.
			return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? '');
		},
	};
}

type Fail = YamlView['fail'];

function compose(text: string, lines: LineCounter, fail: Fail): Document {
	// Duplicate keys are looked for in the few maps that are read: the package's own check is quadratic.
	const composer = new Composer({ uniqueKeys: false, schema: 'core', logLevel: 'silent' });
	let only: Document | undefined;
	for (const token of tokens(text, lines, fail)) {
		for (const document of composer.next(token)) only = oneDocument(only, document, lines, fail);
	}
	for (const document of composer.end()) only = oneDocument(only, document, lines, fail);
	if (only === undefined)
		throw fail(1, 'the file is empty', 'write the kubeconfig again or leave the file out');
	return only;
}

function* tokens(text: string, lines: LineCounter, fail: Fail) {
	const parser = new Parser(lines.addNewLine);
	let lexemes = 0;
	lines.addNewLine(0);
	for (const lexeme of new Lexer().lex(text)) {
		if (++lexemes > MAX_LEXEMES) throw fail(1, 'too many values for a kubeconfig', 'split the file');
		yield* parser.next(lexeme);
	}
	yield* parser.end();
}

function oneDocument(
	before: Document | undefined,
	document: Document,
	lines: LineCounter,
	fail: Fail,
): Document | undefined {
	const [error] = document.errors;
	if (error !== undefined) {
		throw fail(lines.linePos(error.pos[0]).line, `not valid YAML (${yamlProblem(error)})`, BROKEN_HINT);
	}
	if (isAbsent(document.contents)) return before;
	if (before === undefined) return document;
	const { line } = lines.linePos(startOf(document.contents));
	throw fail(line, 'a second YAML document begins', 'kubectl reads the first alone: split the file');
}

/** In words of ours: the package's messages quote the text around the fault, which may be a token. */
function yamlProblem(error: YAMLError): string {
	switch (error.code) {
		case 'MISSING_CHAR':
			return 'a quote, bracket or colon is missing';
		case 'BAD_INDENT':
		case 'TAB_AS_INDENT':
			return 'the indentation does not fit, or a bracket is missing';
		case 'RESOURCE_EXHAUSTION':
			return 'nested too deeply';
		default:
			return error.code.toLowerCase().replaceAll('_', ' ');
	}
}

/** What each alias stands for, found in one pass: an anchor means the last node so named before the alias. */
function aliasTargets(document: Document): Map<unknown, unknown> {
	const anchors = new Map<string, unknown>();
	const targets = new Map<unknown, unknown>();
	visit(document, {
		Alias: (_, alias) => void targets.set(alias, anchors.get(alias.source)),
		Value: (_, node) => void (node.anchor === undefined || anchors.set(node.anchor, node)),
	});
	return targets;
}

function uniqueFields(
	pairs: { key: unknown; value: unknown }[],
	twice: (key: unknown) => ScanError,
): Map<string, unknown> {
	const fields = new Map<string, unknown>();
	for (const { key, value } of pairs) {
		const name = isScalar(key) ? String(key.value) : '';
		if (fields.has(name)) throw twice(key);
		fields.set(name, value);
	}
	return fields;
}

function isAbsent(node: unknown): boolean {
	return node === undefined || node === null || (isScalar(node) && node.value === null);
}

function startOf(node: unknown): number {
	const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : null;
	return range?.[0] ?? 0;
}
