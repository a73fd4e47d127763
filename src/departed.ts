import { sha256 } from './lib/x509.ts';
import type { DirectoryIdentity, EpochSeconds, Facts } from './model/facts.ts';
import type { ScanRequest } from './model/scan.ts';
import type { RosterMatch } from './providers/history/night.ts';

/** Tells rosters and matching rules apart: who is missing by another rule has not left. Empty for facts that were saved. */
export function rosterKey({ roster }: Pick<ScanRequest, 'roster'>): string {
	if (roster === null) return '';
	const { field = 'userName', prefix = '', pattern = '', ignoreCase = false } = roster.match;
	return sha256(JSON.stringify([field, prefix, pattern, ignoreCase, roster.scim?.url ?? ''])).slice(0, 16);
}

/**
 * Users whom a roster knew by that very name, and who are missing now that it was read to its end, are deleted
 * since they were first missed.
 * @returns the identities, and what to keep of them for the next run.
 */
export function withDeparted(
	{ cluster, identities }: Pick<Facts, 'cluster' | 'identities'>,
	known: RosterMatch[],
	{ roster, now }: { roster: string; now: EpochSeconds },
): { identities: DirectoryIdentity[]; matches: RosterMatch[] } {
	// In the cloud the account's own lists say it.
	if (cluster.provider === 'alibaba') return { identities, matches: [] };
	const asked = new Set<string>(identities.map(({ provider }) => provider));
	const earlier = new Map<string, RosterMatch[]>();
	for (const match of known) {
		// A run of an older clock knows nothing of what came later.
		if (match.roster !== roster || !asked.has(match.provider) || match.lastSeen > now) continue;
		earlier.set(match.username, [...(earlier.get(match.username) ?? []), match]);
	}
	const matches: RosterMatch[] = [];
	const told = identities.map(identity => {
		if (identity.type !== 'user') return identity;
		const before = earlier.get(identity.username) ?? [];
		const isMissing = identity.state === 'unknown' && identity.listComplete;
		if (identity.state !== 'unknown') matches.push(asMatch(identity, before, { roster, now }));
		if (!isMissing || before.length === 0) return identity;
		const since = Math.min(now, ...before.flatMap(({ missed }) => missed ?? []));
		matches.push(...before.map(match => ({ ...match, missed: since })));
		return { ...identity, account: before[0]?.account ?? '', state: 'deleted' as const, stateSince: since };
	});
	return { identities: told, matches };
}

/** A row that says `deleted` knew the name all the same: once the row is gone too, nobody has come back. */
function asMatch(
	{ username, account, provider, state, stateSince }: DirectoryIdentity,
	before: RosterMatch[],
	{ roster, now }: { roster: string; now: EpochSeconds },
): RosterMatch {
	const last = before.find(match => match.provider === provider);
	const missed = state === 'deleted' ? (last?.missed ?? stateSince ?? now) : null;
	const lastSeen = state === 'deleted' ? (last?.lastSeen ?? now) : now;
	return { username, account: account || last?.account || '', provider, roster, lastSeen, missed };
}
