import { randomBytes, webcrypto } from 'node:crypto';
import { x509 } from '../../src/lib/x509.ts';
import type { EpochSeconds } from '../../src/model/facts.ts';

/** A key and its PEM, as kubeconfigs and the control plane take it. */
export interface KeyPair {
	keys: webcrypto.CryptoKeyPair;
	privatePem: string;
}

/** A certificate authority whose key the test holds. */
export interface Authority {
	certificate: x509.X509Certificate;
	certificatePem: string;
	key: KeyPair;
}

/** What a certificate says; Kubernetes reads the names as username and groups. */
export interface CertificateShape {
	commonName: string;
	organizations?: string[];
	publicKey: webcrypto.CryptoKey;
	notBefore: EpochSeconds;
	notAfter: EpochSeconds;
	/** DNS names and addresses of a server; leaving them out makes a client certificate. */
	server?: { dns: string[]; ips: string[] };
}

const ALGORITHMS = {
	'P-256': { name: 'ECDSA', namedCurve: 'P-256' },
	'RSA-1024': rsa(1024),
	'RSA-2048': rsa(2048),
};

/** Makes a key that lives as long as the test. */
export async function createKey(kind: keyof typeof ALGORITHMS = 'P-256'): Promise<KeyPair> {
	const keys = await webcrypto.subtle.generateKey(ALGORITHMS[kind], true, ['sign', 'verify']);
	const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
	return { keys, privatePem: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n` };
}

/** The public half as PEM, for the API server's token check. */
export async function publicPem(key: KeyPair): Promise<string> {
	const spki = await webcrypto.subtle.exportKey('spki', key.keys.publicKey);
	return `${x509.PemConverter.encode(spki, 'PUBLIC KEY')}\n`;
}

/** Makes a self-signed authority. */
export async function createAuthority(
	commonName: string,
	dates: { notBefore: EpochSeconds; notAfter: EpochSeconds },
): Promise<Authority> {
	const key = await createKey();
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		name: [{ CN: [commonName] }],
		keys: key.keys,
		serialNumber: serialNumber(),
		notBefore: new Date(dates.notBefore * 1000),
		notAfter: new Date(dates.notAfter * 1000),
		signingAlgorithm: SIGNATURE,
		extensions: [
			new x509.BasicConstraintsExtension(true, undefined, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
			await x509.SubjectKeyIdentifierExtension.create(key.keys.publicKey),
		],
	});
	return { certificate, certificatePem: `${certificate.toString('pem')}\n`, key };
}

/** Signs a certificate with any names and dates, which no API would. */
export async function issue(authority: Authority, shape: CertificateShape): Promise<string> {
	const usage = shape.server ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
	const extensions: x509.Extension[] = [
		new x509.BasicConstraintsExtension(false, undefined, true),
		new x509.ExtendedKeyUsageExtension([usage]),
		await x509.AuthorityKeyIdentifierExtension.create(authority.key.keys.publicKey),
	];
	if (shape.server) {
		const dns = shape.server.dns.map(value => ({ type: 'dns' as const, value }));
		const ips = shape.server.ips.map(value => ({ type: 'ip' as const, value }));
		extensions.push(new x509.SubjectAlternativeNameExtension([...dns, ...ips]));
	}
	const certificate = await x509.X509CertificateGenerator.create({
		subject: subjectName(shape.commonName, shape.organizations),
		issuer: authority.certificate.subject,
		publicKey: shape.publicKey,
		signingKey: authority.key.keys.privateKey,
		serialNumber: serialNumber(),
		notBefore: new Date(shape.notBefore * 1000),
		notAfter: new Date(shape.notAfter * 1000),
		signingAlgorithm: SIGNATURE,
		extensions,
	});
	return `${certificate.toString('pem')}\n`;
}

/** A certificate signing request, as PEM. */
export async function signingRequest(
	commonName: string,
	organizations: string[],
	key: KeyPair,
): Promise<string> {
	const request = await x509.Pkcs10CertificateRequestGenerator.create({
		name: subjectName(commonName, organizations),
		keys: key.keys,
		signingAlgorithm: SIGNATURE,
	});
	return `${request.toString('pem')}\n`;
}

const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };

function rsa(modulusLength: number) {
	return {
		name: 'RSASSA-PKCS1-v1_5',
		modulusLength,
		publicExponent: new Uint8Array([1, 0, 1]),
		hash: 'SHA-256',
	};
}

function subjectName(commonName: string, organizations: string[] = []): x509.JsonName {
	return [...organizations.map(o => ({ O: [o] })), { CN: [commonName] }];
}

/** Go refuses negative serial numbers, so the first octet stays below 0x80. */
function serialNumber(): string {
	return `01${randomBytes(15).toString('hex')}`;
}
