/** A search that cannot be carried out, in the words of the log service. */
export class SearchError extends Error {}

/** The kind of each field that is indexed: words, or numbers. */
export type IndexedFields = Record<string, 'text' | 'long'>;

/** Characters that end a word, as the index has them by default: neither `-` nor `.` is one. */
export const DELIMITERS = ` \t\r\n,'";=()[]{}?@&<>/:`;

const MAX_WORDS = 30;
/** Words of the index that `abc*` stands for at most. */
const MAX_EXPANSION = 100;

/**
 * The condition of a search in SQL over the rows of a logstore, whose text has the macro `words(x)`.
 * @throws {SearchError}
 */
export function searchCondition(search: string, fields: IndexedFields, table: string): string {
	const tokens = [...tokenize(search)];
	if (tokens.filter(({ kind }) => kind === 'word').length > MAX_WORDS)
		throw new SearchError(`a query has at most ${MAX_WORDS} keywords`);
	const parser: Parser = { tokens, at: 0, fields, table };
	if (tokens.length === 0) return 'true';
	const condition = anyOf(parser);
	if (parser.at < tokens.length) throw new SearchError(`syntax error near ${tokens[parser.at]?.text}`);
	return condition;
}

interface Token {
	kind: 'word' | 'quoted' | 'sign';
	text: string;
}

interface Parser {
	tokens: Token[];
	at: number;
	fields: IndexedFields;
	table: string;
}

function* tokenize(search: string): Generator<Token> {
	const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|(>=|<=|[():<>=[\]])|([^\s"():<>=[\]]+))/gy;
	let end = 0;
	for (const found of search.matchAll(pattern)) {
		end = found.index + found[0].length;
		const [, quoted, sign, word] = found;
		if (quoted !== undefined) yield { kind: 'quoted', text: quoted.replace(/\\(.)/g, '$1') };
		else if (sign !== undefined) yield { kind: 'sign', text: sign };
		else if (word !== undefined) yield { kind: 'word', text: word };
	}
	if (search.slice(end).trim() !== '')
		throw new SearchError(`syntax error near ${search.slice(end, end + 20)}`);
}

function is(parser: Parser, ...texts: string[]): boolean {
	const token = parser.tokens[parser.at];
	return token !== undefined && token.kind !== 'quoted' && texts.includes(token.text.toLowerCase());
}

function take(parser: Parser, ...texts: string[]): boolean {
	const found = is(parser, ...texts);
	if (found) parser.at++;
	return found;
}

/** Binds weakest; `not` binds weaker than `and`. */
function anyOf(parser: Parser): string {
	const parts = [sequence(parser)];
	while (take(parser, 'or')) parts.push(sequence(parser));
	return `(${parts.join(' OR ')})`;
}

/** What stands side by side holds together. */
function sequence(parser: Parser): string {
	const parts: string[] = [];
	do {
		const isNot = take(parser, 'not');
		const part = allOf(parser);
		parts.push(isNot ? `NOT ${part}` : part);
		if (take(parser, 'and') && parser.at === parser.tokens.length)
			throw new SearchError('a keyword is missing after and');
	} while (parser.at < parser.tokens.length && !is(parser, 'or', ')'));
	return `(${parts.join(' AND ')})`;
}

function allOf(parser: Parser): string {
	const parts = [primary(parser)];
	while (is(parser, 'and') && parser.tokens[parser.at + 1]?.text.toLowerCase() !== 'not') {
		parser.at++;
		parts.push(primary(parser));
	}
	return `(${parts.join(' AND ')})`;
}

function primary(parser: Parser): string {
	if (take(parser, '(')) {
		const inner = anyOf(parser);
		if (!take(parser, ')')) throw new SearchError('a parenthesis is not closed');
		return inner;
	}
	const token = parser.tokens[parser.at++];
	if (token === undefined || token.kind === 'sign') throw new SearchError('a keyword is missing');
	if (is(parser, ':', '=', '>', '<', '>=', '<=')) return fieldCondition(parser, token.text);
	if (token.kind === 'word' && token.text === '*') return 'true';
	const columns = Object.keys(parser.fields).map(name => wordsIn(parser, name, token));
	return `(${columns.join(' OR ')})`;
}

function fieldCondition(parser: Parser, name: string): string {
	const kind = Object.hasOwn(parser.fields, name) ? parser.fields[name] : undefined;
	if (kind === undefined)
		throw new SearchError(
			`key (${name}) is not config as key value config,if symbol : is in your log,please wrap : with quotation mark "`,
		);
	const sign = parser.tokens[parser.at++]?.text ?? '';
	const value = parser.tokens[parser.at++];
	if (value === undefined || value.kind === 'sign') throw new SearchError(`${name} has no value`);
	if (kind === 'text') {
		if (sign !== ':') throw new SearchError(`${name} is text, and cannot be compared by ${sign}`);
		return wordsIn(parser, name, value);
	}
	if (!/^-?\d{1,18}$/.test(value.text)) throw new SearchError(`${name} is a number`);
	return `coalesce(${quoteName(name)} ${sign === ':' ? '=' : sign} ${value.text}, false)`;
}

/** Every word of the value is among those of the field. */
function wordsIn({ fields, table }: Parser, name: string, { text, kind }: Token): string {
	const column = `words(coalesce(CAST(${quoteName(name)} AS VARCHAR), ''))`;
	if (kind === 'word' && text === '*') return `${quoteName(name)} IS NOT NULL`;
	const split = new RegExp(`[${DELIMITERS.replace(/[\]\\^-]/g, '\\$&')}]+`);
	const parts = text
		.toLowerCase()
		.split(split)
		.filter(part => part !== '');
	if (parts.length === 0) return 'true';
	const conditions = parts.map(part => {
		if (kind === 'word' && part.endsWith('*') && fields[name] === 'text') {
			const all = `(SELECT DISTINCT unnest(${column}) AS w FROM ${table})`;
			const some = `(SELECT w FROM ${all} WHERE starts_with(w, ${quoteText(part.slice(0, -1))}) ORDER BY w LIMIT ${MAX_EXPANSION})`;
			return `coalesce(list_has_any(${column}, (SELECT list(w) FROM ${some})), false)`;
		}
		return `list_contains(${column}, ${quoteText(part)})`;
	});
	return `(${conditions.join(' AND ')})`;
}

/** A name in SQL. */
export function quoteName(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}

/** A text in SQL. */
export function quoteText(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}
