import type { ExecBlock, UserBlock } from '../../lib/kubeconfig.ts';
import { loadCertificates, type ReadText } from '../../lib/kubeconfig-problems.ts';
import { readToken, type TokenFacts } from '../../lib/token.ts';
import { certifiedBy, sha256 } from '../../lib/x509.ts';
import type { Credential, CredentialKind, ExecCommand, Gap, Location } from '../../model/facts.ts';

/** What one user block gave. */
export interface UserFacts {
	credentials: Credential[];
	gaps: Gap[];
}

/** A user block, and what is needed to read what it names. */
export interface UserPlace {
	user: UserBlock;
	/** Which of the blocks of that name it is, from 0. */
	occurrence: number;
	location: Location;
	readText: ReadText;
	/** Where a file that the block names stands, with its mode; null when it cannot be read. */
	locate: (path: string) => Location | null;
	gap: (line: number, message: string, subject: string) => Gap;
}

/**
 * Every credential of one user block: it may hold several. kubectl refuses a token beside a password,
 * takes tokenFile over token, runs an exec plugin only where neither is set, and sends a client
 * certificate beside all of them, which the API server looks at first. Each can be copied and used alone.
 */
export function userCredentials(place: UserPlace): UserFacts {
	const { user } = place;
	const parts = [clientCertificate(place), tokenFile(place)];
	if (user.token !== null) parts.push(tokenFacts(place, user.token, 'token', []));
	if (user.basicAuth !== null) parts.push(only(place, 'basic_auth', { username: user.basicAuth.username }));
	if (user.exec !== null)
		parts.push(only(place, 'exec_plugin', { plugin: user.exec.command, exec: execFacts(user.exec) }));
	// Tokens that a provider caches in its config are renewed by it and say nothing of how long access lasts.
	if (user.authProvider !== '') parts.push(only(place, 'auth_provider', { plugin: user.authProvider }));
	return { credentials: parts.flatMap(p => p.credentials), gaps: parts.flatMap(p => p.gaps) };
}

/** What a token says of itself that tells it from its successor at the same place. */
interface Pin {
	form: 'jwt' | 'bootstrap';
	value: string;
}

/**
 * A hash of where it stands, and of what pins it, never of the secret. `field` tells two of one kind apart.
 * What has no pin is named `kubeconfig:`, and whatever is written there later has the same uid.
 */
function placeUid({ user, location, occurrence }: UserPlace, field: string, pin: Pin | null): string {
	const parts = [location.path, user.name, field, ...(occurrence === 0 ? [] : [occurrence])];
	if (pin === null) return `kubeconfig:${sha256(JSON.stringify(parts))}`;
	return `${pin.form}:${sha256(JSON.stringify([...parts, pin]))}`;
}

function pinOf(token: TokenFacts): Pin | null {
	switch (token.kind) {
		case 'jwt':
			return { form: 'jwt', value: token.digest };
		case 'bootstrap':
			return { form: 'bootstrap', value: token.id };
		case 'opaque':
			return null;
		default:
			return token satisfies never;
	}
}

function base(place: UserPlace, kind: CredentialKind, field: string, pin: Pin | null = null): Credential {
	return {
		uid: placeUid(place, field, pin),
		kind,
		// Only the server can tell, unless the credential says its dates.
		state: 'unknown',
		username: '',
		groups: [],
		notBefore: null,
		notAfter: null,
		certificate: null,
		serviceAccount: null,
		lastUsed: null,
		invalidSince: null,
		createdAt: null,
		issuance: null,
		plugin: '',
		exec: null,
		cloud: null,
		locations: [place.location],
	};
}

function execFacts({ command, apiVersion, envNames }: ExecBlock): ExecCommand {
	// client-go looks a name without a separator up in PATH, and takes any other from the kubeconfig's folder.
	const form = /^([/\\]|[A-Za-z]:[/\\])/.test(command)
		? 'absolute'
		: /[/\\]/.test(command)
			? 'relative'
			: 'bare';
	return { form, apiVersion, environmentNames: envNames };
}

function only(place: UserPlace, kind: CredentialKind, rest: Partial<Credential>): UserFacts {
	return { credentials: [{ ...base(place, kind, kind), ...rest }], gaps: [] };
}

function clientCertificate(place: UserPlace): UserFacts {
	const { clientCertificate: source, clientKey, line } = place.user;
	const loaded = loadCertificates(source, 'client-certificate', place.readText);
	if (loaded.kind === 'none') return { credentials: [], gaps: [] };
	const unread = base(place, 'client_certificate', 'client_certificate');
	// The first of a chain is the leaf, RFC 8446 §4.4.2.
	const leaf = loaded.kind === 'read' ? loaded.certificates[0] : undefined;
	if (leaf === undefined) {
		const message = loaded.kind === 'failed' ? loaded.message : 'client-certificate holds no certificate';
		return { credentials: [unread], gaps: [place.gap(line, message, unread.uid)] };
	}
	const key = clientKey.kind === 'file' ? place.locate(clientKey.path) : null;
	const credential: Credential = {
		...unread,
		...certifiedBy(leaf),
		locations: key === null ? [place.location] : [place.location, key],
	};
	return { credentials: [credential], gaps: [] };
}

function tokenFile(place: UserPlace): UserFacts {
	const { tokenFile: path, line } = place.user;
	if (path === '') return { credentials: [], gaps: [] };
	const loaded = place.locate(path);
	if (loaded === null) {
		// Which kind of token it would be is not known: no credential, and the gap says so.
		const gap = place.gap(line, 'tokenFile cannot be read', placeUid(place, 'token_file', null));
		return { credentials: [], gaps: [gap] };
	}
	return tokenFacts(place, readToken(place.readText(path)), 'token_file', [loaded]);
}

function tokenFacts(place: UserPlace, token: TokenFacts, field: string, files: Location[]): UserFacts {
	const make = (kind: CredentialKind, rest: Partial<Credential>): Credential => {
		const common = base(place, kind, field, pinOf(token));
		return { ...common, ...rest, locations: [...common.locations, ...files, ...(rest.locations ?? [])] };
	};
	switch (token.kind) {
		case 'jwt':
			return jwtFacts(place, token.claims, make);
		case 'bootstrap':
			return bootstrapFacts(token.id, make);
		case 'opaque':
			return { credentials: [make('static_token', {})], gaps: [] };
		default:
			return token satisfies never;
	}
}

type Make = (kind: CredentialKind, rest: Partial<Credential>) => Credential;

type Claims = (TokenFacts & { kind: 'jwt' })['claims'];

function jwtFacts(place: UserPlace, claims: Claims, make: Make): UserFacts {
	const { serviceAccount: account, secretName, issuedAt } = claims;
	const isEndless = claims.expiresAt === null && !claims.unreadable.includes('exp');
	const endless = account === null ? 'static_token' : 'token_secret';
	const credential = make(isEndless ? endless : 'bound_token', {
		state: 'effective',
		username:
			account === null ? claims.subject : `system:serviceaccount:${account.namespace}:${account.name}`,
		notBefore: claims.notBefore ?? issuedAt,
		notAfter: claims.expiresAt,
		createdAt: issuedAt,
		...(claims.tokenId === '' ? {} : { tokenId: claims.tokenId }),
		serviceAccount: account,
		locations:
			isEndless && account !== null && secretName !== '' ? [secret(account.namespace, secretName)] : [],
	});
	const message = `${claims.unreadable.join(', ')} of the token cannot be read`;
	const gaps = claims.unreadable.length === 0 ? [] : [place.gap(place.user.line, message, credential.uid)];
	return { credentials: [credential], gaps };
}

function bootstrapFacts(id: string, make: Make): UserFacts {
	const credential = make('bootstrap_token', {
		username: `system:bootstrap:${id}`,
		groups: ['system:bootstrappers'],
		locations: [secret('kube-system', `bootstrap-token-${id}`)],
	});
	const gap: Gap = {
		source: 'bootstrap_tokens',
		code: 'not_configured',
		message: 'the end date of a bootstrap token lies inside its Secret, not in the kubeconfig',
		permission: '',
		subject: credential.uid,
	};
	return { credentials: [credential], gaps: [gap] };
}

/** The Secret that a token names as its own, unverified. */
function secret(namespace: string, name: string): Location {
	return { origin: 'secret', path: '', line: 0, namespace, name, mode: null, ownerUid: null };
}
