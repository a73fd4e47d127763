import { readPem } from '../lib/pem.ts';
import { oneLine } from '../lib/text.ts';
import { type CertificateFacts, certifiedBy, readCertificate, readCertificateRequest } from '../lib/x509.ts';
import type { Credential, Gap, Issuance } from '../model/facts.ts';
import type { Collector } from './collector.ts';
import { asList, asObject, asText, asTexts, type Json, type Metadata, readMetadata } from './object.ts';
import { readList } from './read.ts';

const PERMISSION = 'list certificatesigningrequests.certificates.k8s.io';

/**
 * Client certificates that the cluster's own signers issued, as far as their requests still exist:
 * the controller deletes a request about one hour after the decision, a pending one after a day.
 */
export const certificateRequests: Collector = {
	source: 'certificate_requests',
	permissions: [PERMISSION],
	collect: async api => {
		const what = {
			source: 'certificate_requests',
			permission: PERMISSION,
			path: '/apis/certificates.k8s.io/v1/certificatesigningrequests',
		} as const;
		const malformed: Gap[] = [];
		const { items, gaps } = await readList(api, what, object => toCredential(object, malformed));
		return { credentials: items, count: items.length, gaps: [...gaps, ...malformed] };
	},
};

/** null: the request is for a serving certificate, which authenticates no client. */
function toCredential(object: unknown, malformed: Gap[]): Credential | null {
	const metadata = readMetadata(object);
	const spec = asObject(asObject(object).spec);
	const status = asObject(asObject(object).status);
	const usages = asTexts(spec.usages);
	if (!usages.includes('client auth') && !usages.includes('any')) return null;
	try {
		const encoded = asText(status.certificate);
		if (encoded === '') return pending(metadata, spec, status);
		// The first block is the issued one; a signer may append its chain.
		const [block = ''] = readPem(Buffer.from(encoded, 'base64').toString('latin1')).certificates;
		return issued(readCertificate(block), metadata, spec, status);
	} catch {
		malformed.push(malformedRequest(metadata));
		return null;
	}
}

function issued(facts: CertificateFacts, metadata: Metadata, spec: Json, status: Json): Credential {
	return {
		...base(metadata, spec, status),
		...certifiedBy(facts),
		// Only the server knows whether it trusts a signer that is not its own.
		state: asText(spec.signerName).startsWith('kubernetes.io/') ? 'effective' : 'unknown',
	};
}

function pending(metadata: Metadata, spec: Json, status: Json): Credential {
	const request = readCertificateRequest(Buffer.from(asText(spec.request), 'base64').toString('utf8'));
	return {
		...base(metadata, spec, status),
		uid: `csr:${metadata.uid}`,
		state: 'not_issued',
		username: request.commonName,
		groups: request.organizations,
		notBefore: null,
		notAfter: null,
		certificate: null,
	};
}

function base(metadata: Metadata, spec: Json, status: Json) {
	return {
		kind: 'client_certificate',
		serviceAccount: null,
		lastUsed: null,
		invalidSince: null,
		createdAt: metadata.createdAt,
		issuance: toIssuance(spec, status),
		plugin: '',
		exec: null,
		cloud: null,
		locations: [
			{ origin: 'csr', path: '', line: 0, namespace: '', name: metadata.name, mode: null, ownerUid: null },
		],
	} as const satisfies Partial<Credential>;
}

function toIssuance(spec: Json, status: Json): Issuance {
	const conditions = asList(status.conditions).map(condition => asText(asObject(condition).type));
	const seconds = spec.expirationSeconds;
	return {
		signerName: asText(spec.signerName),
		requester: asText(spec.username),
		requesterCredentialIds: asTexts(asObject(spec.extra)['authentication.kubernetes.io/credential-id']),
		approver: '',
		decision: decisionOf(conditions),
		expirationSeconds: typeof seconds === 'number' ? seconds : null,
	};
}

function decisionOf(conditions: string[]): Issuance['decision'] {
	if (conditions.includes('Denied')) return 'denied';
	if (conditions.includes('Failed')) return 'failed';
	return conditions.includes('Approved') ? 'approved' : 'pending';
}

function malformedRequest({ uid, name }: Metadata): Gap {
	return {
		source: 'certificate_requests',
		code: 'partial',
		message: `the certificate or request inside CertificateSigningRequest "${oneLine(name, 100)}" cannot be parsed`,
		permission: '',
		subject: `csr:${uid}`,
	};
}
