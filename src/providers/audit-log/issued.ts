import { readPem } from '../../lib/pem.ts';
import { certifiedBy, readCertificate } from '../../lib/x509.ts';
import type { Credential, Issuance } from '../../model/facts.ts';
import type { Database } from './database.ts';
import { CLASS } from './events.ts';

/** What an event on a CertificateSigningRequest showed, as `events.ts` writes it. */
interface CsrEvent {
	tm: number;
	verb: string;
	sub: string;
	name: string;
	u: string;
	cid: string;
	imp: string;
	denied: boolean;
	request: CsrObject | null;
	response: CsrObject | null;
}

interface CsrObject {
	metadata: { name: string | null; uid: string | null; created: number | null } | null;
	spec: CsrSpec | null;
	status: {
		certificate: string | null;
		conditions: { type: string | null; status: string | null }[] | null;
	} | null;
}

interface CsrSpec {
	signerName: string | null;
	expirationSeconds: number | null;
	usages: string[] | null;
	username: string | null;
	extra: Record<string, string[] | null> | null;
}

/** A request put together from its events, the later over the earlier. */
interface Request {
	name: string;
	spec: CsrSpec | null;
	requester: string;
	requesterCredentialIds: string[];
	approver: string;
	decision: Issuance['decision'];
	certificate: string;
	createdAt: number | null;
}

const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** Certificates that the CSR events of the table `fold` show, and how many of those events show nothing. */
export async function readIssued(
	database: Database,
): Promise<{ issued: Credential[]; opaqueRequests: number }> {
	const rows = await database.all<{ csr: string }>(
		`SELECT csr FROM fold WHERE level = 'request' AND csr IS NOT NULL GROUP BY csr HAVING round(sum(n)) > 0`,
	);
	const events = rows.map(({ csr }) => JSON.parse(csr) as CsrEvent); // written by our own query
	const requests = new Map<string, Request>();
	for (const event of events.toSorted((a, b) => a.tm - b.tm)) {
		if (!event.denied) add(requests, event);
	}
	const issued = [...requests.values()].flatMap(toCredential);
	const [opaque] = await database.all<{ n: number }>(OPAQUE);
	return {
		issued: [...new Map(issued.map(one => [one.uid, one])).values()].toSorted((a, b) =>
			a.uid < b.uid ? -1 : 1,
		),
		opaqueRequests: opaque?.n ?? 0,
	};
}

const OPAQUE = `SELECT coalesce(round(sum(n)), 0) AS n FROM fold WHERE level = 'request' AND csr IS NULL AND class = ${CLASS.allowed}
	AND grp = 'certificates.k8s.io' AND res = 'certificatesigningrequests' AND verb IN ('create', 'update', 'patch')`;

function add(requests: Map<string, Request>, event: CsrEvent): void {
	const object = event.response ?? event.request;
	const name = event.name || object?.metadata?.name || '';
	// A name is used again once its request is gone; the create of the next one is another request.
	const key = object?.metadata?.uid || name;
	const known = requests.get(key);
	const spec = event.response?.spec ?? event.request?.spec ?? null;
	const conditions = (event.response ?? event.request)?.status?.conditions ?? [];
	const decision = decisionOf(conditions.map(({ type }) => type ?? ''));
	const isCreate = event.verb === 'create' && event.sub === '';
	const actor = event.imp || event.u;
	const ids = spec?.extra?.[CREDENTIAL_ID] ?? (isCreate && event.cid !== '' ? [event.cid] : null);
	requests.set(key, {
		name,
		spec: spec?.signerName ? spec : (known?.spec ?? spec),
		requester: spec?.username || (isCreate ? actor : '') || known?.requester || '',
		requesterCredentialIds: ids ?? known?.requesterCredentialIds ?? [],
		approver: event.sub === 'approval' && decision === 'approved' ? actor : (known?.approver ?? ''),
		decision: decision === 'pending' ? (known?.decision ?? 'pending') : decision,
		certificate:
			event.response?.status?.certificate || event.request?.status?.certificate || known?.certificate || '',
		createdAt: known?.createdAt ?? (isCreate ? event.tm : null),
	});
}

function toCredential(request: Request): Credential[] {
	const { spec, certificate, name, createdAt, ...issuance } = request;
	const usages = spec?.usages ?? [];
	const isClient = usages.includes('client auth') || usages.includes('any');
	if (certificate === '' || !isClient) return [];
	const signerName = spec?.signerName ?? '';
	try {
		// The first block is the issued one; a signer may append its chain.
		const [block = ''] = readPem(Buffer.from(certificate, 'base64').toString('latin1')).certificates;
		return [
			{
				...certifiedBy(readCertificate(block)),
				// Only the server knows whether it trusts a signer that is not its own.
				state: signerName.startsWith('kubernetes.io/') ? 'effective' : 'unknown',
				serviceAccount: null,
				lastUsed: null,
				invalidSince: null,
				createdAt,
				issuance: {
					signerName,
					requester: issuance.requester,
					requesterCredentialIds: issuance.requesterCredentialIds,
					approver: issuance.approver,
					decision: issuance.decision,
					expirationSeconds: spec?.expirationSeconds ?? null,
				},
				plugin: '',
				exec: null,
				cloud: null,
				locations: [{ origin: 'ledger', path: '', line: 0, namespace: '', name, mode: null, ownerUid: null }],
			},
		];
	} catch {
		return []; // Whoever may write a CSR's status can write anything there.
	}
}

function decisionOf(conditions: string[]): Issuance['decision'] {
	if (conditions.includes('Denied')) return 'denied';
	if (conditions.includes('Failed')) return 'failed';
	return conditions.includes('Approved') ? 'approved' : 'pending';
}
