import * as http from 'node:http';
import * as https from 'node:https';
import { ApiError, toGap } from '../../lib/api-error.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { oneLine } from '../../lib/text.ts';
import type { Gap } from '../../model/facts.ts';
import type { RosterContent, RosterGroup, RosterRow } from './row.ts';
import { readArray, readMember, readText } from './scim-member.ts';
import { type Listing, readPages } from './scim-pages.ts';
import { getJson, type ScimConnection } from './scim-request.ts';

/** Where to read whom, and how long to wait. */
export interface ScimOptions {
	/** As `https://id.example.com/scim/v2`. */
	url: string;
	token: string | undefined;
	/** Name of the environment variable that holds it, for messages. */
	tokenName: string;
	requestTimeoutMs: number;
	/** For the whole roster. */
	timeoutMs?: number;
	maxBodyBytes?: number;
	signal: AbortSignal;
}

const TIMEOUT_MS = 300_000;

/**
 * Reads all users and groups of a SCIM 2.0 service (RFC 7644); what fails is a gap.
 * @throws {ScanError} USAGE for an address or a token that cannot be used at all.
 */
export async function readScim(options: ScimOptions): Promise<RosterContent> {
	const { base, token } = checkScim(options);
	const { signal, stop } = withDeadline(options.signal, options.timeoutMs ?? TIMEOUT_MS);
	const agent = new (base.protocol === 'http:' ? http : https).Agent({ keepAlive: true, maxSockets: 4 });
	const { requestTimeoutMs, maxBodyBytes } = options;
	const limits = { requestTimeoutMs, ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }), signal };
	const connection: ScimConnection = { base, token, agent, ...limits };
	try {
		const [users, groups] = await Promise.all([
			readAll(connection, '/Users', toUser),
			readAll(connection, '/Groups', toGroup),
		]);
		return toContent(users, groups);
	} finally {
		stop();
		agent.destroy();
	}
}

/** @throws {ScanError} USAGE */
function checkScim({ url, token = '', tokenName }: ScimOptions): { base: URL; token: string } {
	const usage = (problem: string, hint: string) => new ScanError('USAGE', problem, { hint });
	const base = URL.canParse(url) ? new URL(url) : null;
	const example = 'give it as https://id.example.com/scim/v2';
	if (base === null || !/^https?:$/.test(base.protocol)) {
		throw usage('the address of --scim is no https URL', example);
	}
	if (base.username !== '' || base.password !== '') {
		throw usage('the address of --scim holds a user name or password', `put a token into ${tokenName}`);
	}
	if (base.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(base.hostname)) {
		throw usage(`--scim would send its token to ${oneLine(base.host, 100)} unencrypted`, 'use https');
	}
	const bare = token.trim();
	if (bare === '') {
		const hint = `set ${oneLine(tokenName, 60)}, or name another variable by --scim-token-env`;
		throw usage('--scim needs a bearer token, and its environment variable is empty', hint);
	}
	// RFC 6750 §2.1; anything else would break the header, and Node would quote it.
	if (!/^[\x21-\x7e]{1,16384}$/.test(bare)) {
		const what = 'holds spaces or characters that no bearer token has';
		throw usage(`${oneLine(tokenName, 60)} ${what}`, 'set it to the token alone, without "Bearer"');
	}
	base.hash = '';
	while (base.pathname.endsWith('/') && base.pathname !== '/') base.pathname = base.pathname.slice(0, -1);
	return { base, token: bare };
}

/** Not AbortSignal.any, which lets go of its timer on Node 20. */
function withDeadline(parent: AbortSignal, ms: number): { signal: AbortSignal; stop: () => void } {
	const controller = new AbortController();
	const interrupt = () => controller.abort(parent.reason);
	if (parent.aborted) interrupt();
	parent.addEventListener('abort', interrupt, { once: true });
	const late = new Error(`the roster was not read within ${ms / 1000} s`);
	const timer = setTimeout(() => controller.abort(late), ms);
	const stop = () => {
		clearTimeout(timer);
		parent.removeEventListener('abort', interrupt);
	};
	return { signal: controller.signal, stop };
}

type Read<T> = { listing: Listing<T>; failure: unknown };

async function readAll<T extends RosterRow>(
	connection: ScimConnection,
	path: string,
	parse: (resource: unknown) => T | null,
): Promise<Read<T>> {
	const rows: T[] = [];
	try {
		return {
			listing: await readPages(query => getJson(connection, path, query), parse, rows),
			failure: null,
		};
	} catch (failure) {
		// What came before the failure is still true of those whom it names.
		return { listing: { rows, fault: 'it could not be read to its end' }, failure };
	}
}

function toContent(users: Read<RosterRow>, groups: Read<RosterGroup>): RosterContent {
	const isEmpty = users.listing.fault === '' && users.listing.rows.length === 0;
	const all = isEmpty ? { ...users, listing: { rows: [], fault: 'it is empty' } } : users;
	// A service need not have groups (RFC 7644 §3.2); its users are as good without.
	const hasNoGroups =
		groups.failure instanceof ApiError &&
		[404, 501].includes(groups.failure.status) &&
		users.failure === null;
	return {
		provider: 'scim',
		users: all.listing.rows,
		groups: groups.listing.rows,
		gaps: [...gapsOf('/Users', all), ...(hasNoGroups ? [] : gapsOf('/Groups', groups))],
		isComplete: all.listing.fault === '',
		hasGroups: groups.listing.fault === '' && groups.listing.rows.length > 0,
	};
}

function gapsOf(path: string, { listing, failure }: Read<RosterRow>): Gap[] {
	if (failure !== null) {
		const gap = toGap('identities', `SCIM GET ${path}`, failure);
		return [{ ...gap, message: `SCIM ${path}: ${gap.message}` }];
	}
	return listing.fault === '' ? [] : [partial(`SCIM ${path} proves nobody gone: ${listing.fault}`)];
}

function partial(message: string): Gap {
	return { source: 'identities', code: 'partial', message, permission: '', subject: '' };
}

function toUser(resource: unknown): RosterRow | null {
	const id = readText(resource, 'id');
	const username = readText(resource, 'userName');
	if (id === '') return null;
	const formatted = readText(readMember(resource, 'name'), 'formatted');
	return {
		provider: 'scim',
		id,
		username,
		name: username,
		displayName: readText(resource, 'displayName') || formatted,
		emails: (readArray(resource, 'emails') ?? []).map(email => readText(email, 'value')),
		externalId: readText(resource, 'externalId'),
		state: readActive(resource),
		since: null,
		human: 'unknown',
		place: id,
	};
}

/** Optional in RFC 7643 §4.1.1; some services write it as a text. Silence is not taken for a yes. */
function readActive(resource: unknown): RosterRow['state'] {
	const active = String(readMember(resource, 'active')).toLowerCase();
	return active === 'true' ? 'active' : active === 'false' ? 'disabled' : 'unknown';
}

function toGroup(resource: unknown): RosterGroup | null {
	const id = readText(resource, 'id');
	const username = readText(resource, 'displayName');
	if (id === '') return null;
	const members = (readArray(resource, 'members') ?? []).map(member => readText(member, 'value'));
	return {
		provider: 'scim',
		id,
		username,
		name: username,
		displayName: '',
		emails: [],
		externalId: readText(resource, 'externalId'),
		state: 'active',
		since: null,
		human: 'unknown',
		place: id,
		members: members.filter(member => member !== ''),
	};
}
