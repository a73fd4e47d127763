import { byCodeUnit, plural } from '../lib/text.ts';
import type { AuditTrail, Ledger } from '../model/audit.ts';
import type { Auditing, Credential, Facts, Gap, SourceStatus } from '../model/facts.ts';
import { credentialIds, type Evidence, judgeTrail, X509 } from './evidence.ts';
import { droppedReason } from './usage.ts';

/**
 * The facts with what an audit trail and a ledger add to them: certificates that nothing else shows, whether the
 * cluster audits, and each reason why the evidence of use is not whole as a gap.
 */
export function withAudit(facts: Facts): Facts {
	const { audit, ledger } = facts;
	if (audit === null) return withLedger(facts, ledger);
	const evidence = judgeTrail(facts, audit);
	const status = statusOf(audit, evidence);
	const told = withLedger(facts, ledger);
	const gaps = [...facts.gaps, ...evidenceGaps(facts, evidence), ...bodyGap(facts, audit)];
	const sources = [...facts.sources.filter(({ source }) => source !== 'usage'), status];
	if (!evidence.isOurs) return { ...told, sources, gaps };
	const issued = [...told.credentials, ...audit.issued];
	const credentials = [...issued, ...unknownCertificates(issued, audit)];
	return {
		...facts,
		cluster: { ...facts.cluster, auditing: auditingOf(audit, evidence) },
		credentials,
		sources,
		gaps: [...gaps, ...droppedGaps({ ...facts, credentials }, audit)],
	};
}

function withLedger(facts: Facts, ledger: Ledger | null): Facts {
	return ledger === null ? facts : { ...facts, credentials: [...facts.credentials, ...ledger.credentials] };
}

function statusOf({ streams }: AuditTrail, { isOurs, reasons }: Evidence): SourceStatus {
	const count = streams.reduce((total, { events }) => total + events, 0);
	const isOfUse = isOurs && count > 0;
	const status = reasons.length === 0 ? 'complete' : isOfUse ? 'partial' : 'unavailable';
	return { source: 'usage', status, count };
}

function auditingOf({ actors }: AuditTrail, { window: { from, to } }: Evidence): Auditing {
	const credentialIds = actors.some(({ credentialId, hasOtherId }) => credentialId !== '' || hasOtherId);
	return { state: 'on', from, to, credentialIds };
}

function evidenceGaps({ cluster, gaps }: Facts, { isOurs, reasons, window }: Evidence): Gap[] {
	const isOff = cluster.auditing.state === 'off' && (!isOurs || window.to === null);
	const known = new Set(gaps.map(({ message }) => message));
	return reasons
		.filter(reason => !known.has(reason))
		.map(message => ({
			source: 'usage',
			code: isOff ? 'auditing_off' : 'partial',
			message,
			permission: '',
			subject: '',
		}));
}

/** Without the body nobody knows who got which certificate; where no ledger is kept, nobody asked. */
function bodyGap({ ledger }: Facts, { opaqueRequests }: AuditTrail): Gap[] {
	if (opaqueRequests === 0) return [];
	const message = `${plural(opaqueRequests, 'certificate request')} in the audit log without request and certificate: log certificatesigningrequests with their status and approval at level RequestResponse`;
	const code = ledger === null ? 'not_configured' : 'partial';
	return [{ source: 'history', code, message, permission: '', subject: '' }];
}

/**
 * People and robots of this cluster whose requests the audit policy leaves out, and what they log in with. Of the parts
 * of Kubernetes, which most audit policies leave out, only their usage says so.
 */
function droppedGaps({ credentials, bindings }: Facts, trail: AuditTrail): Gap[] {
	const bound = bindings.flatMap(({ subjects }) => subjects.map(({ name }) => name));
	const met = new Set([...bound, ...credentials.map(({ username }) => username)]);
	const gap = (subject: string, message: string): Gap => ({
		source: 'usage',
		code: 'partial',
		message,
		permission: '',
		subject,
	});
	const dropped = (trail.policy?.users ?? []).filter(user => met.has(user) && !user.startsWith('system:'));
	const users = dropped.map(user => gap(user, droppedReason(trail, user, [], true)));
	const held = credentials.flatMap(({ uid, username, groups }) => {
		const reason = droppedReason(trail, username, groups, true);
		return reason === '' ? [] : [gap(uid, reason)];
	});
	return [...new Map([...users, ...held].map(each => [each.subject, each])).values()];
}

/** Client certificates that were used and that neither a request, nor a file, nor a ledger has. */
function unknownCertificates(known: Credential[], { actors }: AuditTrail): Credential[] {
	const ids = new Set(known.flatMap(credentialIds));
	const users = new Map<string, string>();
	for (const { credentialId, username, impersonator } of actors) {
		const isUnknown = impersonator === '' && isCertificateId(credentialId) && !ids.has(credentialId);
		const seen = users.get(credentialId);
		if (isUnknown && (seen === undefined || username < seen)) users.set(credentialId, username);
	}
	return [...users].sort(([a], [b]) => byCodeUnit(a, b)).map(([id, username]) => seenOnly(id, username));
}

function isCertificateId(id: string): boolean {
	return id.startsWith(X509) && /^[0-9a-f]{64}$/.test(id.slice(X509.length));
}

function seenOnly(id: string, username: string): Credential {
	return {
		uid: `x509:${id.slice(X509.length)}`,
		kind: 'client_certificate',
		state: 'unknown',
		username,
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
		locations: [{ origin: 'audit', path: '', line: 0, namespace: '', name: '', mode: null, ownerUid: null }],
	};
}
