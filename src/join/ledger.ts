import { DAY, HOUR } from '../lib/epoch.ts';
import { byCodeUnit } from '../lib/text.ts';
import type { AuditTrail, Span } from '../model/audit.ts';
import type { Credential, EpochSeconds, Facts, Issuance } from '../model/facts.ts';

/** A log without any event for longer is one with a hole; so are two logs so far apart. */
const MAX_SILENCE = HOUR;
/** A log is collected some time after it was written. */
const MAX_LAG = 2 * DAY;
/** More lines than this share that are no events are a gap. */
const MAX_MALFORMED = 0.01;

/** Certificates that these facts show to have been issued: by their request, or by an audit log. */
export function issuedIn({ credentials, audit, ledger }: Facts): Credential[] {
	const requested = credentials.filter(({ locations }) => locations.some(({ origin }) => origin === 'csr'));
	return mergeIssued([...(ledger?.credentials ?? []), ...requested, ...(audit?.issued ?? [])]);
}

/** One entry for each certificate, by uid; what an earlier one says of its request stands where a later one is silent. */
export function mergeIssued(credentials: Credential[]): Credential[] {
	const byUid = new Map<string, Credential>();
	for (const credential of credentials) {
		if (credential.certificate === null) continue;
		const known = byUid.get(credential.uid);
		byUid.set(credential.uid, toEntry(credential, known));
	}
	return [...byUid.values()].sort((a, b) => byCodeUnit(a.uid, b.uid));
}

function toEntry(credential: Credential, known: Credential | undefined): Credential {
	const named = credential.locations.find(({ origin }) => origin === 'csr' || origin === 'ledger');
	return {
		...credential,
		createdAt: credential.createdAt ?? known?.createdAt ?? null,
		issuance: mergeIssuance(credential.issuance, known?.issuance ?? null),
		locations: known?.locations ?? [
			{
				...{ origin: 'ledger', path: '', line: 0, namespace: '', name: named?.name ?? '' },
				...{ mode: null, ownerUid: null },
			},
		],
	};
}

function mergeIssuance(issuance: Issuance | null, known: Issuance | null): Issuance | null {
	if (issuance === null || known === null) return issuance ?? known;
	const ids = issuance.requesterCredentialIds;
	return {
		...issuance,
		requester: issuance.requester || known.requester,
		requesterCredentialIds: ids.length > 0 ? ids : known.requesterCredentialIds,
		approver: issuance.approver || known.approver,
	};
}

/**
 * The time of which the audit log shows every request for a certificate; null where it may have missed one: by a
 * hole, by the log of an API server that was not given, by its policy, or as the log of another cluster.
 */
export function coveredSpan(facts: Facts): Span | null {
	const { audit, apiServers } = facts;
	if (audit === null || apiServers === null || apiServers === 0) return null;
	if (audit.streams.length < apiServers || audit.opaqueRequests > 0) return null;
	if (!isDeclared(audit) || !audit.streams.every(isWhole) || !isOwn(audit, facts)) return null;
	const windows = audit.streams.flatMap(({ window }) => window ?? []);
	const from = Math.max(...windows.map(window => window.from));
	const to = Math.min(...windows.map(window => window.to));
	return from < to ? { from, to } : null;
}

function isDeclared({ policy }: AuditTrail): boolean {
	return policy !== null && !policy.dropsRequests && policy.users.length === 0 && policy.groups.length === 0;
}

function isWhole({
	window,
	holesTotal,
	problems,
	malformed,
	events,
}: AuditTrail['streams'][number]): boolean {
	const isReadable = problems.length === 0 && malformed <= MAX_MALFORMED * events;
	return window !== null && holesTotal === 0 && isReadable;
}

/** Somebody in the log is known to this cluster by what no other cluster has. */
function isOwn({ actors }: AuditTrail, { serviceAccounts, credentials }: Facts): boolean {
	const uids = new Set(serviceAccounts.map(({ uid }) => uid));
	const ids = new Set(credentials.flatMap(({ certificate }) => certificate?.sha256 ?? []));
	return actors.some(
		({ userUid, credentialId }) =>
			uids.has(userUid) || ids.has(credentialId.replace(/^X509SHA256=/, '').toLowerCase()),
	);
}

/** Spans that overlap or follow each other without a hole are one. */
export function mergeSpans(spans: Span[]): Span[] {
	const merged: Span[] = [];
	for (const span of [...spans].sort((a, b) => a.from - b.from)) {
		const last = merged.at(-1);
		if (last === undefined || span.from > last.to + MAX_SILENCE) merged.push({ ...span });
		else last.to = Math.max(last.to, span.to);
	}
	return merged;
}

/** Since when nothing was missed; null where no span reaches the present. */
export function ledgerSince(spans: Span[], now: EpochSeconds): EpochSeconds | null {
	return spans.find(({ from, to }) => from <= now && to >= now - MAX_LAG)?.from ?? null;
}
