import { basename } from 'node:path';
import { oneLine, plural } from './lib/text.ts';
import { sha256 } from './lib/x509.ts';
import type { DirectoryIdentity, EpochSeconds, Facts, Gap } from './model/facts.ts';
import type { ScanRequest } from './model/scan.ts';
import type { RosterMatch } from './providers/history/night.ts';

/** Which roster this run asked. */
export interface Asked {
	/** Its `rosterKey`. */
	roster: string;
	/** Ids of all its users; null where only saved facts speak of them. */
	accounts: ReadonlySet<string> | null;
	/** Whether usernames are what its rows are matched by. */
	isByUsername: boolean;
	now: EpochSeconds;
}

/**
 * Tells rosters and matching rules apart: who is missing from another file or by another rule has not left. Empty for
 * facts that were saved.
 */
export function rosterKey({ roster }: Pick<ScanRequest, 'roster'>): string {
	if (roster === null) return '';
	const { field = 'userName', prefix = '', pattern = '', ignoreCase = false } = roster.match;
	const names = [basename(roster.file ?? ''), (roster.scim?.url ?? '').replace(/\/+$/, '')];
	return sha256(JSON.stringify([field, prefix, pattern, ignoreCase, ...names])).slice(0, 16);
}

/**
 * Users whom a roster knew by that very name, and who are missing now that it was read to its end, are deleted
 * since they were first missed; not so those whose id it still has, or who had none that could be looked up.
 * @returns the identities, what could not be told of them, and what to keep of them for the next run.
 */
export function withDeparted(
	{ cluster, identities }: Pick<Facts, 'cluster' | 'identities'>,
	known: RosterMatch[],
	asked: Asked,
): { identities: DirectoryIdentity[]; gaps: Gap[]; matches: RosterMatch[] } {
	// In the cloud the account's own lists say it.
	if (cluster.provider === 'alibaba') return { identities, gaps: [], matches: [] };
	const earlier = earlierMatches(identities, known, asked);
	const matches: RosterMatch[] = [];
	const open: string[] = [];
	const told = identities.map(identity => {
		if (identity.type !== 'user') return identity;
		const before = earlier.get(identity.username) ?? [];
		const isMissing = identity.state === 'unknown' && identity.listComplete;
		if (identity.state !== 'unknown') matches.push(asMatch(identity, before, asked));
		if (!isMissing || before.length === 0) return identity;
		if (!before.every(match => isGone(match, asked))) {
			open.push(identity.username);
			return { ...identity, listComplete: false };
		}
		const since = Math.min(asked.now, ...before.flatMap(({ missed }) => missed ?? []));
		matches.push(...before.map(match => ({ ...match, missed: since })));
		return { ...identity, account: before[0]?.account ?? '', state: 'deleted' as const, stateSince: since };
	});
	return { identities: told, gaps: openGap(open), matches };
}

function earlierMatches(identities: DirectoryIdentity[], known: RosterMatch[], { roster, now }: Asked) {
	const providers = new Set<string>(identities.map(({ provider }) => provider));
	const earlier = new Map<string, RosterMatch[]>();
	for (const match of known) {
		// A run of an older clock knows nothing of what came later.
		if (match.roster !== roster || !providers.has(match.provider) || match.lastSeen > now) continue;
		earlier.set(match.username, [...(earlier.get(match.username) ?? []), match]);
	}
	return earlier;
}

/** Whoever was renamed keeps their id. Without ids the username is one, where rows are matched by it. */
function isGone({ account, missed }: RosterMatch, { accounts, isByUsername }: Asked): boolean {
	if (accounts === null) return missed !== null;
	return account === '' ? isByUsername && accounts.size === 0 : !accounts.has(account);
}

function openGap(usernames: string[]): Gap[] {
	const [first] = usernames;
	if (first === undefined) return [];
	const message = `the roster had ${plural(usernames.length, 'name')} that it has no more, as ${oneLine(first, 60)}: whether renamed or gone cannot be told, or their ids are still there`;
	return [{ source: 'identities', code: 'partial', message, permission: '', subject: '' }];
}

/** A row that says `deleted` knew the name all the same: once the row is gone too, nobody has come back. */
function asMatch(
	{ username, account, provider, state, stateSince }: DirectoryIdentity,
	before: RosterMatch[],
	{ roster, now }: Asked,
): RosterMatch {
	const last = before.find(match => match.provider === provider);
	const missed = state === 'deleted' ? (last?.missed ?? stateSince ?? now) : null;
	const lastSeen = state === 'deleted' ? (last?.lastSeen ?? now) : now;
	return { username, account: account || last?.account || '', provider, roster, lastSeen, missed };
}
