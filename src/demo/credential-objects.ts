import { DAY, formatDay, formatRfc3339 } from '../lib/epoch.ts';
import type { IssuedRequest } from './issue.ts';
import { type Origin, object, splitName, uidOf } from './meta.ts';
import { atDay, type Days, type SecretSeed } from './seeds/seed.ts';
import type { ApiObject } from './wire.ts';

/** Stands where a Secret's data would: whoever shows it has read what must not be read. */
export const FAKE_SECRET = 'fake-secret-that-nobody-should-ever-ask-for';

/** A Secret, its data a fake. */
export function secretObject(origin: Origin, seed: SecretSeed): ApiObject {
	return {
		...object(origin, 'Secret', {
			...splitName(seed.name),
			created: seed.created,
			labels: secretLabels(origin, seed),
			annotations: secretAnnotations(origin, seed),
		}),
		data: secretData(origin, seed),
		type: seed.type,
	};
}

function secretLabels({ now }: Origin, { lastUsed, invalidSince }: SecretSeed): Record<string, string> {
	const day = (days: Days) => formatDay(atDay(now, days));
	return {
		...(lastUsed === undefined ? {} : { 'kubernetes.io/legacy-token-last-used': day(lastUsed) }),
		...(invalidSince === undefined ? {} : { 'kubernetes.io/legacy-token-invalid-since': day(invalidSince) }),
	};
}

function secretAnnotations({ seed: cluster }: Origin, seed: SecretSeed): Record<string, string> {
	const { namespace } = splitName(seed.name);
	const account = seed.serviceAccount;
	const generation = seed.isOwnerRecreated === true ? ['before'] : [];
	const applied = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', stringData: { token: FAKE_SECRET } });
	return {
		...(account === undefined
			? {}
			: {
					'kubernetes.io/service-account.name': account,
					'kubernetes.io/service-account.uid': uidOf(
						cluster.name,
						'ServiceAccount',
						namespace,
						account,
						...generation,
					),
				}),
		...(seed.isApplied === true ? { 'kubectl.kubernetes.io/last-applied-configuration': applied } : {}),
	};
}

function secretData({ now }: Origin, seed: SecretSeed): Record<string, string> {
	const base64 = (text: string) => Buffer.from(text).toString('base64');
	if (seed.expires === undefined) return { token: base64(FAKE_SECRET) };
	return {
		expiration: base64(formatRfc3339(atDay(now, seed.expires))),
		'token-id': base64(seed.name.slice(-6)),
		'token-secret': base64(FAKE_SECRET),
		'usage-bootstrap-authentication': base64('true'),
	};
}

/** A CertificateSigningRequest. */
export function requestObject(origin: Origin, request: IssuedRequest): ApiObject {
	const { seed, issued, askedWithSha256 } = request;
	const { certificate } = seed;
	const extra = { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${askedWithSha256}`] };
	const isNode = certificate.user.startsWith('system:node:');
	return {
		...object(origin, 'CertificateSigningRequest', { name: seed.name, created: certificate.from }),
		spec: {
			request: Buffer.from(request.requestPem).toString('base64'),
			signerName: `kubernetes.io/kube-apiserver-client${isNode ? '-kubelet' : ''}`,
			expirationSeconds: (certificate.until - certificate.from) * DAY,
			usages: ['digital signature', 'client auth'],
			username: seed.requester,
			groups: ['system:authenticated'],
			...(askedWithSha256 === '' ? {} : { extra }),
		},
		status: {
			...(seed.decision === 'pending' ? {} : { conditions: [condition(origin, seed)] }),
			...(issued === null ? {} : { certificate: Buffer.from(issued.certificatePem).toString('base64') }),
		},
	};
}

function condition({ now }: Origin, { certificate, decision, reason }: IssuedRequest['seed']) {
	const time = formatRfc3339(atDay(now, certificate.from));
	return {
		type: decision === 'approved' ? 'Approved' : 'Denied',
		status: 'True',
		reason,
		message: `This CSR was ${decision} by ${reason === 'AutoApproved' ? 'the approver' : 'kubectl certificate'}`,
		lastUpdateTime: time,
		lastTransitionTime: time,
	};
}
