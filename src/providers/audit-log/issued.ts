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
	code: number;
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
	const inOrder = events.toSorted((a, b) => a.tm - b.tm || Number(isCreate(b)) - Number(isCreate(a)));
	for (const event of inOrder) {
		const isDone = event.code >= 200 && event.code < 300;
		if (isDone && !event.denied) add(requests, event);
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

const isCreate = ({ verb, sub }: CsrEvent) => verb === 'create' && sub === '';
const isWrite = ({ verb }: CsrEvent) => verb === 'update' || verb === 'patch';

function add(requests: Map<string, Request>, event: CsrEvent): void {
	const { uid, name, spec, claimed, conditions, certificate } = storedBy(event);
	const known = takeKnown(requests, uid, name, isCreate(event));
	const decision = decisionOf(conditions.map(({ type }) => type ?? ''));
	const isApproval = event.sub === 'approval' && isWrite(event) && decision === 'approved';
	requests.set(keyOf(uid, name), {
		name,
		spec: spec?.signerName ? spec : (known?.spec ?? spec ?? claimed),
		...requesterOf(event, known),
		approver: isApproval ? event.imp || event.u : (known?.approver ?? ''),
		decision: decision === 'pending' ? (known?.decision ?? 'pending') : decision,
		certificate: certificate || known?.certificate || '',
		createdAt: known?.createdAt ?? (isCreate(event) ? event.tm : null),
	});
}

/** A client may name its request as the UID of another. */
const keyOf = (uid: string, name: string) => (uid === '' ? `name ${name}` : `uid ${uid}`);

/** What is known of a request, by its UID or, where its create was logged without one, its name. */
function takeKnown(
	requests: Map<string, Request>,
	uid: string,
	name: string,
	isNew: boolean,
): Request | undefined {
	const byName = keyOf('', name);
	const known = requests.get(keyOf(uid, name)) ?? requests.get(byName);
	if (known === undefined || known !== requests.get(byName)) return known;
	requests.delete(byName);
	if (!isNew || known.certificate === '') return known;
	// A name is used again once its request is gone; the create of the next one is another request.
	requests.set(`done ${requests.size} ${name}`, known);
	return undefined;
}

/**
 * What the server keeps of an event that went well: all that it answered with. Of what a client sent it takes but the
 * part that the request is for, and drops the rest without a word.
 */
function storedBy(event: CsrEvent) {
	const { request, response, sub } = event;
	const isStatus = isWrite(event) && sub === 'status';
	const isUpdate = isStatus || (isWrite(event) && sub === 'approval');
	const status = response?.status ?? (isUpdate ? request?.status : null);
	return {
		// In an update another UID than the object's is a conflict; in a create it is dropped.
		uid: response?.metadata?.uid || (isUpdate && request?.metadata?.uid) || '',
		name: event.name || (response ?? request)?.metadata?.name || '',
		spec: response?.spec ?? (isCreate(event) ? request?.spec : null) ?? null,
		/** Of no weight beside what is known; its sender may issue certificates anyway. */
		claimed: isStatus ? (request?.spec ?? null) : null,
		conditions: status?.conditions ?? [],
		certificate: response?.status?.certificate || (isStatus && request?.status?.certificate) || '',
	};
}

/** Who asked, as the server saw it: what the body of a request says of that is overwritten. */
function requesterOf(event: CsrEvent, known: Request | undefined) {
	const stored = event.response?.spec;
	const asker = isCreate(event) ? event.imp || event.u : '';
	const ids = isCreate(event) && event.cid !== '' ? [event.cid] : null;
	return {
		requester: asker || stored?.username || known?.requester || '',
		requesterCredentialIds: ids ?? stored?.extra?.[CREDENTIAL_ID] ?? known?.requesterCredentialIds ?? [],
	};
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
