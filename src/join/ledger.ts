import { DAY, HOUR } from '../lib/epoch.ts';
import { byCodeUnit } from '../lib/text.ts';
import type { AuditTrail, Span } from '../model/audit.ts';
import type { Credential, EpochSeconds, Facts, Issuance } from '../model/facts.ts';
import type { Evidence } from './evidence.ts';

/** A log without any event for longer is one with a hole; so are two logs so far apart. */
const MAX_SILENCE = HOUR;
/** A log is collected some time after it was written. */
const MAX_LAG = 2 * DAY;

/** Certificates that these facts show to have been issued: by their request, or by an audit log of this cluster. */
export function issuedIn({ credentials, audit, ledger }: Facts, evidence: Evidence | null): Credential[] {
	const requested = credentials.filter(({ locations }) => locations.some(({ origin }) => origin === 'csr'));
	const logged = evidence?.isOurs === true ? (audit?.issued ?? []) : [];
	return mergeIssued([...(ledger?.credentials ?? []), ...requested, ...logged]);
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
export function coveredSpan({ audit, apiServers }: Facts, evidence: Evidence | null): Span | null {
	if (audit === null || evidence === null || apiServers === null || apiServers === 0) return null;
	if (audit.opaqueRequests > 0 || !isDeclared(audit) || !evidence.window.complete) return null;
	const { from, to } = evidence.window;
	return from !== null && to !== null && from < to ? { from, to } : null;
}

function isDeclared({ policy }: AuditTrail): boolean {
	return policy !== null && !policy.dropsRequests && policy.users.length === 0 && policy.groups.length === 0;
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
