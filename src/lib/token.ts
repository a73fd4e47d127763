import { decodeJwt, type JwtClaims } from './jwt.ts';

/** What is kept of a bearer token; the token itself never is, nor a hash of it. */
export type TokenFacts =
	| { kind: 'jwt'; claims: JwtClaims }
	/** The id is public: it names the Secret `bootstrap-token-<id>`. */
	| { kind: 'bootstrap'; id: string }
	| { kind: 'opaque' };

/** Tells the kinds of bearer token apart by their form. */
export function readToken(text: string): TokenFacts {
	const token = text.trim();
	const claims = decodeJwt(token);
	if (claims !== null) return { kind: 'jwt', claims };
	// kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens: id and secret.
	const [, id] = /^([a-z0-9]{6})\.[a-z0-9]{16}$/.exec(token) ?? [];
	return id === undefined ? { kind: 'opaque' } : { kind: 'bootstrap', id };
}
