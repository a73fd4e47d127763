import { formatDuration, formatRfc3339, HOUR } from '../lib/epoch.ts';
import { oneLine, plural } from '../lib/text.ts';
import type { AuditStream, AuditTrail, Span } from '../model/audit.ts';
import type { Credential, EpochSeconds, Facts } from '../model/facts.ts';
import type { Usage } from '../model/record.ts';

/** What an audit trail is worth as evidence of who used what, held against the cluster's other facts. */
export interface Evidence {
	/** Whether its events are this cluster's; one that is not, or that nobody can tell, proves nothing at all. */
	isOurs: boolean;
	window: Usage['window'];
	/** Why its silence proves nothing, a sentence each; empty where it is whole. */
	reasons: string[];
}

/** A collection takes its time, and the log goes on meanwhile. */
const CLOCK_SLACK = HOUR;

/** More lines than one in a hundred that are no event leave too much unseen. */
const MAX_MALFORMED = 0.01;

/** Judges the trail of `facts`: whose it is, and whether a request can have been missed. */
export function judgeTrail(facts: Facts, trail: AuditTrail): Evidence {
	const { isOurs, reason } = originOf(facts, trail);
	const span = commonWindow(trail.streams);
	const reasons = [
		...(reason === '' ? [] : [reason]),
		...trail.streams.flatMap(stream => streamReasons(stream, span)),
		...windowReasons(trail.streams, span, facts.collectedAt),
		...serverReasons(facts, trail),
		...policyReasons(trail),
	];
	const complete = isOurs && reasons.length === 0;
	return { isOurs, window: { from: span?.from ?? null, to: span?.to ?? null, complete }, reasons };
}

/** What every stream covers: the latest start to the earliest end. */
function commonWindow(streams: AuditStream[]): Span | null {
	const windows = streams.flatMap(({ window }) => window ?? []);
	if (windows.length === 0) return null;
	const from = windows.reduce((latest, window) => Math.max(latest, window.from), Number.NEGATIVE_INFINITY);
	const to = windows.reduce((earliest, window) => Math.min(earliest, window.to), Number.POSITIVE_INFINITY);
	return from <= to ? { from, to } : null;
}

function streamReasons(stream: AuditStream, common: Span | null): string[] {
	const name = oneLine(stream.name, 100);
	const { events, malformed, problems } = stream;
	const lines = events + malformed;
	return [
		...problems.map(problem => `${name}: ${oneLine(problem, 300)}`),
		...(stream.window === null ? [`${name} has no event at all`] : []),
		...(malformed > lines * MAX_MALFORMED
			? [`${malformed} of ${plural(lines, 'line')} of ${name} are no events, more than 1 in 100`]
			: []),
		...holeReason(stream, name, common),
	];
}

/** Where only the longest holes are listed, one of the others may lie anywhere. */
function holeReason({ holes, holesTotal }: AuditStream, name: string, common: Span | null): string[] {
	const inside = holes.filter(hole => common === null || (hole.to > common.from && hole.from < common.to));
	const [longest] = inside.length === 0 && holesTotal > holes.length ? holes : inside;
	if (longest === undefined) return [];
	const count = inside.length + holesTotal - holes.length;
	const length = formatDuration(longest.to - longest.from);
	return [
		`${name} has ${plural(count, 'hole')} of over an hour, the longest of ${length} from ${formatRfc3339(longest.from)}`,
	];
}

function windowReasons(streams: AuditStream[], span: Span | null, collectedAt: EpochSeconds): string[] {
	const seen = streams.filter(({ window }) => window !== null);
	if (streams.length === 0) return ['no audit log was read'];
	if (seen.length > 1 && span === null) return ['the audit logs have no time in common'];
	const isAhead = seen.some(({ window }) => window !== null && window.to > collectedAt + CLOCK_SLACK);
	return isAhead ? ['the audit log has events from after the scan: a clock is wrong'] : [];
}

/** Each API server writes a log of its own: one that is not given hides whatever it served. */
function serverReasons({ apiServers }: Facts, { origin, streams }: AuditTrail): string[] {
	if (origin !== 'files') return [];
	if (apiServers === null) return ['how many API servers write an audit log is not known'];
	if (streams.length >= Math.max(apiServers, 1)) return [];
	return [`${plural(streams.length, 'audit log')} for ${plural(apiServers, 'API server')}`];
}

function policyReasons({ policy }: AuditTrail): string[] {
	if (policy === null) return ['what the audit policy leaves out is not known; --audit-policy declares it'];
	return policy.dropsRequests ? ['the audit policy leaves out requests of anybody'] : [];
}

/** Of so many accounts that are known under another UID, some may have been made anew. */
const MAX_OTHERS = 0.1;

/** Whether the events are this cluster's, by what no other cluster has. */
function originOf(facts: Facts, trail: AuditTrail): { isOurs: boolean; reason: string } {
	const { matches, others } = accountMatches(facts, trail);
	const same = matches + credentialMatches(facts, trail);
	const refuse = (reason: string) => ({ isOurs: false, reason });
	if (others > same) return refuse(`the audit log is another cluster's: ${otherAccounts(others)}`);
	if (same === 0 && !namesNodes(facts, trail))
		return refuse(
			'whether the audit log is this cluster’s cannot be told: it has none of its service accounts, credentials and nodes',
		);
	const reason =
		others > (matches + others) * MAX_OTHERS
			? `part of the audit log may be another cluster's: ${otherAccounts(others)}`
			: '';
	return { isOurs: true, reason };
}

function otherAccounts(count: number): string {
	return `${plural(count, 'service account')} in it ${count === 1 ? 'has' : 'have'} another UID here`;
}

/** Service accounts in the log by UID; one that was made anew was its old self before. */
function accountMatches({ serviceAccounts }: Facts, { actors }: AuditTrail) {
	const uids = new Map(
		serviceAccounts.map(({ namespace, name, uid }) => [`system:serviceaccount:${namespace}:${name}`, uid]),
	);
	const own = new Map<string, EpochSeconds>();
	const foreign = new Map<string, EpochSeconds>();
	for (const { username, userUid, impersonator, first, last } of actors) {
		const uid = uids.get(username);
		if (uid === undefined || uid === '' || userUid === '' || impersonator !== '') continue;
		if (uid === userUid) own.set(username, Math.min(first, own.get(username) ?? first));
		else foreign.set(username, Math.max(last, foreign.get(username) ?? last));
	}
	const others = [...foreign].filter(
		([name, last]) => !(last <= (own.get(name) ?? Number.NEGATIVE_INFINITY)),
	);
	return { matches: own.size, others: others.length };
}

function credentialMatches({ credentials }: Facts, { actors }: AuditTrail): number {
	const known = new Set(credentials.filter(isSeen).flatMap(credentialIds));
	return new Set(actors.flatMap(({ credentialId }) => (known.has(credentialId) ? [credentialId] : []))).size;
}

/** What only a log told proves nothing of whose log it is. */
function isSeen({ locations }: Credential): boolean {
	return locations.some(({ origin }) => origin !== 'audit' && origin !== 'ledger');
}

function namesNodes({ credentials }: Facts, { actors }: AuditTrail): boolean {
	const nodes = new Set(
		credentials
			.filter(isSeen)
			.flatMap(({ username }) => (username.startsWith('system:node:') ? [username] : [])),
	);
	return actors.some(({ username, impersonator }) => impersonator === '' && nodes.has(username));
}

/**
 * What audit events call a credential: by the SHA-256 of its certificate, or by its token's `jti`; empty
 * for those that they cannot name.
 * @see k8s.io/apiserver/pkg/authentication/user: CredentialIDKey
 */
export function credentialIds({ uid, certificate, tokenId = '' }: Credential): string[] {
	if (certificate !== null) return [`${X509}${certificate.sha256}`];
	// Of one that only a log named nothing but the hash is known.
	const [, hash] = /^x509:([0-9a-f]{64})$/.exec(uid) ?? [];
	if (hash !== undefined) return [`${X509}${hash}`];
	return tokenId === '' ? [] : [`JTI=${tokenId}`];
}

/** Before the hash of a client certificate. */
export const X509 = 'X509SHA256=';
