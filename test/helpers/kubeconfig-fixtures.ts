import { Buffer } from 'node:buffer';
import { webcrypto } from 'node:crypto';
import { x509 } from '../../src/lib/x509.ts';

/** 2026-01-01T00:00:00Z. */
export const NOW = 1_767_225_600;

export interface Made {
	pem: string;
	keyPem: string;
}

/** A self-signed certificate with its key, made for this run alone. */
export async function makeCertificate(
	subject: { cn: string; o?: string[] },
	{ notAfter = NOW + 86_400 }: { notAfter?: number } = {},
): Promise<Made> {
	const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
	const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		serialNumber: '01',
		name: [{ CN: [subject.cn] }, ...(subject.o ?? []).map(o => ({ O: [o] }))],
		notBefore: new Date((NOW - 86_400) * 1000),
		notAfter: new Date(notAfter * 1000),
		signingAlgorithm: algorithm,
		keys,
	});
	const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
	return { pem: certificate.toString('pem'), keyPem: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

/** What a `…-data` field holds. */
export const base64 = (text: string) => Buffer.from(text).toString('base64');

/** An unsigned JSON Web Token: kubelapse never verifies one. */
export function jwt(claims: object, signature = 'c2lnbmF0dXJl'): string {
	const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
	return `${part({ alg: 'RS256' })}.${part(claims)}.${signature}`;
}
