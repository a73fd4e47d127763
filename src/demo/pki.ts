import { webcrypto } from 'node:crypto';
import { x509 } from '../lib/x509.ts';
import type { EpochSeconds } from '../model/facts.ts';

/** A key pair, as WebCrypto keeps it. */
export type Keys = webcrypto.CryptoKeyPair;

/** What a certificate is made for. */
interface Subject {
	commonName: string;
	organizations: readonly string[];
	/** There, and empty, in what ACK issues. */
	organizationalUnit?: string;
	notBefore: EpochSeconds;
	notAfter: EpochSeconds;
	usage: 'client' | 'server';
	/** DNS names of a server beside `localhost`. */
	names?: readonly string[];
}

/** A certificate authority of one cluster. */
export interface Authority {
	certificatePem: string;
	issue(subject: Subject, publicKey: webcrypto.CryptoKey): Promise<string>;
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A fresh key pair: P-256, or RSA of the given size. */
export function createKeys(rsaBits?: number): Promise<Keys> {
	if (rsaBits === undefined) return webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
	const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) };
	return webcrypto.subtle.generateKey({ ...rsa, modulusLength: rsaBits }, true, ['sign', 'verify']);
}

/** The private key as PKCS #8 PEM. */
export async function privateKeyPem(keys: Keys): Promise<string> {
	return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

/** A PKCS #10 request for a client certificate. */
export async function requestPem(subject: Pick<Subject, 'commonName' | 'organizations'>, keys: Keys) {
	const request = await x509.Pkcs10CertificateRequestGenerator.create({
		name: distinguishedName(subject),
		keys,
		signingAlgorithm: keys.privateKey.algorithm.name === 'ECDSA' ? P256 : keys.privateKey.algorithm,
	});
	return `${request.toString('pem')}\n`;
}

/** A self-signed authority; every cluster calls its own `CN=kubernetes`, as kubeadm and the clouds do. */
export async function createAuthority(notBefore: EpochSeconds, notAfter: EpochSeconds): Promise<Authority> {
	const keys = await createKeys();
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		serialNumber: '01',
		name: [{ CN: ['kubernetes'] }],
		notBefore: toDate(notBefore),
		notAfter: toDate(notAfter),
		signingAlgorithm: P256,
		keys,
		extensions: [
			new x509.BasicConstraintsExtension(true, undefined, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
			await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
		],
	});
	// Strict verifiers, as Python's since 3.13, accept no certificate that does not name its issuer's key.
	const issuerKey = await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey);
	let serial = 1;
	return {
		certificatePem: `${certificate.toString('pem')}\n`,
		issue: async (subject, publicKey) => {
			const issued = await x509.X509CertificateGenerator.create({
				// Small and counted: the same certificate has the same number in every run.
				serialNumber: (++serial).toString(16).padStart(4, '0'),
				subject: distinguishedName(subject),
				issuer: certificate.subject,
				notBefore: toDate(subject.notBefore),
				notAfter: toDate(subject.notAfter),
				signingAlgorithm: P256,
				signingKey: keys.privateKey,
				publicKey,
				extensions: [...leafExtensions(subject), issuerKey],
			});
			return `${issued.toString('pem')}\n`;
		},
	};
}

function leafExtensions({ usage, names: more = [] }: Pick<Subject, 'usage' | 'names'>): x509.Extension[] {
	const extensions = [
		new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
		new x509.BasicConstraintsExtension(false, undefined, true),
	];
	if (usage === 'client') {
		return [...extensions, new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])];
	}
	const names = new x509.SubjectAlternativeNameExtension([
		{ type: 'ip', value: '127.0.0.1' },
		{ type: 'dns', value: 'localhost' },
		...more.map(value => ({ type: 'dns', value }) as const),
	]);
	return [...extensions, new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]), names];
}

function distinguishedName(
	subject: Pick<Subject, 'commonName' | 'organizations' | 'organizationalUnit'>,
): x509.JsonName {
	const unit = subject.organizationalUnit === undefined ? [] : [{ OU: [subject.organizationalUnit] }];
	return [...subject.organizations.map(name => ({ O: [name] })), ...unit, { CN: [subject.commonName] }];
}

function toDate(seconds: EpochSeconds): Date {
	return new Date(seconds * 1000);
}
