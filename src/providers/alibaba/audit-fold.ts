import { createHash } from 'node:crypto';
import { byCodeUnit, oneLine } from '../../lib/text.ts';
import type { AuditActor, AuditRequest } from '../../model/audit.ts';
import type { LogRow } from './audit-store.ts';

const MAX_AGENTS = 20;
const MAX_SOURCES = 50;
const MAX_NAMES = 20;
/** No object of Kubernetes has a longer name. */
const MAX_NAME = 253;

/** How addresses are shown. */
export interface SourceWords {
	/** As they are, in place of their hashes. */
	showSources: boolean;
	salt: string;
}

/** Who did what, gathered from the answers of all statements. */
export interface Fold {
	add(row: LogRow): void;
	actors(): AuditActor[];
	requests(): AuditRequest[];
	/** Requests for certificates, whose content the store does not give. */
	opaqueRequests(): number;
}

/** A login that events say nothing of but whose it was. */
const NAMELESS = { userUid: '', credentialId: '', hasOtherId: false, tokenSecret: '' };

type Actor = AuditActor & { agentSet: Set<string>; sourceSet: Set<string> };
type Request = AuditRequest & { nameSet: Set<string> | null };

/** Starts empty. */
export function createFold(words: SourceWords): Fold {
	const actors = new Map<string, Actor>();
	const requests = new Map<string, Request>();
	let opaque = 0;
	return {
		add: row => {
			if (!isUse(row)) return;
			const { username = '', impersonated = '', person = '' } = row;
			const hidden = impersonated === '' && person !== username ? person : '';
			const own = {
				username,
				userUid: row.uid ?? '',
				// A token's own id is in no inventory.
				credentialId: (row.credential ?? '').startsWith('X509SHA256=') ? (row.credential ?? '') : '',
				hasOtherId: (row.credential ?? '').startsWith('JTI='),
				tokenSecret: secretOf(row),
				impersonator: '',
			};
			// Its own right, to impersonate, was granted, whatever came of the request.
			addActor(actors, impersonated === '' ? row : granted(row), words, own);
			// The cloud itself wrote another name than the person's, whose own login it was, by whatever credential.
			if (hidden !== '') addActor(actors, row, words, { ...NAMELESS, username: hidden, impersonator: '' });
			if (impersonated !== '')
				addActor(actors, row, words, { ...NAMELESS, username: impersonated, impersonator: username });
			addRequest(requests, row, impersonated || hidden || username);
			if (impersonated !== '') addRequest(requests, impersonation(row, impersonated), username);
			if (row.resource === 'certificatesigningrequests' && /^(create|update|patch)$/.test(row.verb ?? ''))
				opaque += number(row.allowed);
		},
		actors: () =>
			[...actors]
				.sort(([a], [b]) => byCodeUnit(a, b))
				.map(([, { agentSet, sourceSet, ...actor }]) => ({
					...actor,
					agents: [...agentSet].sort(byCodeUnit).slice(0, MAX_AGENTS),
					sources: [...sourceSet].sort(byCodeUnit).slice(0, MAX_SOURCES),
					sourcesTotal: sourceSet.size,
				})),
		requests: () =>
			[...requests]
				.sort(([a], [b]) => byCodeUnit(a, b))
				.map(([, { nameSet, ...request }]) => ({
					...request,
					names: nameSet === null || nameSet.size > MAX_NAMES ? null : [...nameSet].sort(byCodeUnit),
				})),
		opaqueRequests: () => opaque,
	};
}

/** Whoever was not let in has no name; probes of nobody, and the API server's calls of itself, use no credential. */
function isUse({ username = '', path = '', addresses }: LogRow): boolean {
	if (username === '') return false;
	if (username === 'system:anonymous') return !/^\/((healthz|livez|readyz)(\/.*)?|version\/?)$/.test(path);
	if (username !== 'system:apiserver') return true;
	return !lines(addresses)
		.flatMap(addressesOf)
		.every(address => address === '127.0.0.1' || address === '::1');
}

/** The events name the Secret alone, and it is in the namespace of the service account. */
function secretOf({ username = '', token_secret: name = '' }: LogRow): string {
	return name === '' ? '' : `${username.split(':')[2] ?? ''}/${name}`;
}

function granted(row: LogRow): LogRow {
	const allowed = String(number(row.allowed) + number(row.denied));
	return { ...row, allowed, denied: '0', allowed_last: row.ends ?? '' };
}

/** What somebody needs to act as somebody else. */
function impersonation(row: LogRow, as: string): LogRow {
	const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(as) ?? [];
	return {
		...granted(row),
		...{ verb: 'impersonate', api_group: '', subresource: '', path: '', unnamed: '0', name_count: '1' },
		resource: account === undefined ? 'users' : 'serviceaccounts',
		namespace: namespace ?? '',
		names: account ?? as,
	};
}

function addActor(
	actors: Map<string, Actor>,
	row: LogRow,
	words: SourceWords,
	login: Pick<
		AuditActor,
		'username' | 'userUid' | 'credentialId' | 'hasOtherId' | 'tokenSecret' | 'impersonator'
	>,
): void {
	const key = JSON.stringify(Object.values(login));
	const [first, last, lastAllowed] = [number(row.begins), number(row.ends), number(row.allowed_last)];
	const known: Actor = actors.get(key) ?? {
		...login,
		first,
		last,
		lastAllowed: null,
		allowed: 0,
		denied: 0,
		agents: [],
		sources: [],
		sourcesTotal: 0,
		agentSet: new Set(),
		sourceSet: new Set(),
	};
	known.first = Math.min(known.first, first);
	known.last = Math.max(known.last, last);
	if (lastAllowed > 0) known.lastAllowed = Math.max(known.lastAllowed ?? 0, lastAllowed);
	known.allowed += number(row.allowed);
	known.denied += number(row.denied);
	for (const agent of lines(row.agents)) known.agentSet.add(oneLine(agent, 200));
	for (const address of lines(row.addresses).flatMap(addressesOf))
		known.sourceSet.add(words.showSources ? oneLine(address, 64) : hash(words.salt, address));
	actors.set(key, known);
}

function addRequest(requests: Map<string, Request>, row: LogRow, username: string): void {
	const { verb = '', api_group: apiGroup = '', namespace = '', path = '', subresource = '' } = row;
	const resource = `${row.resource ?? ''}${subresource === '' ? '' : `/${subresource}`}`;
	const asked = { username, verb, apiGroup, resource, namespace, path };
	const key = JSON.stringify(Object.values(asked));
	const known: Request = requests.get(key) ?? {
		...asked,
		allowed: 0,
		denied: 0,
		names: null,
		nameSet: new Set(),
	};
	known.allowed += number(row.allowed);
	known.denied += number(row.denied);
	const names = lines(row.names);
	// A name that holds a line feed would look like two.
	const isWhole =
		number(row.unnamed) === 0 &&
		names.length === number(row.name_count) &&
		names.every(({ length }) => length <= MAX_NAME);
	if (!isWhole || names.length > MAX_NAMES) known.nameSet = null;
	else for (const name of names) known.nameSet?.add(name);
	requests.set(key, known);
}

/** `["10.0.0.1"]`, as the API server logs whom a request went through. */
function addressesOf(text: string): string[] {
	try {
		const parsed: unknown = JSON.parse(text);
		return (Array.isArray(parsed) ? parsed : [parsed]).map(String);
	} catch {
		// Cut by the index, or no JSON at all: another source all the same.
		return [text];
	}
}

function hash(salt: string, address: string): string {
	return createHash('sha256')
		.update(salt + address)
		.digest('hex')
		.slice(0, 16);
}

function lines(text: string | undefined): string[] {
	return (text ?? '').split('\n').filter(line => line !== '');
}

function number(text: string | undefined): number {
	const value = Number(text);
	return Number.isFinite(value) ? value : 0;
}
