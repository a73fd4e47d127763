import { decodeJwt, type JwtClaims } from './jwt.ts';
import { sha256 } from './x509.ts';

/** What is kept of a bearer token; the token itself never is, nor a hash of what makes it valid. */
export type TokenFacts =
	/** `digest` is the SHA-256 of its claims as they are written, without header and signature. */
	| { kind: 'jwt'; claims: JwtClaims; digest: string }
	/** The id is public: it names the Secret `bootstrap-token-<id>`. */
	| { kind: 'bootstrap'; id: string }
	| { kind: 'opaque' };

/** Tells the kinds of bearer token apart by their form. */
export function readToken(text: string): TokenFacts {
	const token = text.trim();
	const claims = decodeJwt(token);
	if (claims !== null) return { kind: 'jwt', claims, digest: sha256(token.split('.')[1] ?? '') };
	// kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens: id and secret.
	const [, id] = /^([a-z0-9]{6})\.[a-z0-9]{16}$/.exec(token) ?? [];
	return id === undefined ? { kind: 'opaque' } : { kind: 'bootstrap', id };
}
