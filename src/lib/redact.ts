const RULES: [RegExp, string][] = [
	[/-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g, '[PEM removed]'],
	// A JSON Web Token: three base64url parts, the first two JSON objects (`eyJ` is `{"`).
	[/\beyJ[\w-]{5,}(?:\.[\w-]*){1,2}/g, '[token removed]'],
	[/\b(bearer|basic)\s+[\w+/=.~-]{6,}/gi, '$1 [removed]'],
	// Bootstrap tokens (kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens): the id is public.
	[/\b([a-z0-9]{6})\.[a-z0-9]{16}\b/g, '$1.[removed]'],
	[/\b(https?:\/\/)[^\s/@:]*(?::[^\s/@]*)?@/gi, '$1'],
	// What a message of ours suggests in place of a wrong word is no value of it: `"token": did you mean …`.
	[
		/((?:"|\b)(?:[\w-]{0,40}(?:token|password|passwd|secret|api[_-]?key|key-data|private[_-]?key|signature)[\w-]{0,40})"?\s*[:=]\s*)(?!(?:did you mean|write one of|there are|define it,|declare it under) )("[^"]*"|'[^']*'|[^\s,;&}"']+)/gi,
		'$1[removed]',
	],
	// Long unbroken base64: keys and tokens that no rule above knows. Hex digests, absolute paths and long
	// names in lower case stay readable:
	// base64 that begins with a slash and has another in every 40 letters is not to be feared.
	[
		/(?<![\w+/=-])(?=[\w+/-]*[A-Z])(?=[\w+/-]*[a-z])(?=[\w+/-]*\d)(?![0-9a-fA-F]+(?![\w+/=-]))(?!(?:\/[\w-]{1,40})+\/?(?![\w+/=-]))[\w+/-]{64,}={0,2}/g,
		'[removed]',
	],
];

/** No message that helps is longer, and the rules' cost grows with the square of a hostile one. */
const MAX_LENGTH = 4_000;

/**
 * Text of somebody else (an error, an answer) without what looks like a key, token or password. What is
 * longer than a message is cut, at a space: half a token is not recognised as one.
 */
export function redact(text: string): string {
	const bounded = text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH).replace(/[^\s]+$/, '')}…`;
	return RULES.reduce((kept, [pattern, replacement]) => kept.replace(pattern, replacement), bounded);
}
