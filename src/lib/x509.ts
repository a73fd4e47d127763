// The polyfill must be loaded before the package; nobody else imports either.
import 'reflect-metadata';
import { hash } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Credential, EpochSeconds } from '../model/facts.ts';

export { x509 };

/** What kubelapse keeps of a certificate: never its key, never more than is judged. */
export interface CertificateFacts {
	/** commonName of the subject, the last where there are several, as Go reads it; empty when there is none. Kubernetes reads it as the username. */
	commonName: string;
	/** organizationName values of the subject. Kubernetes reads them as the groups. */
	organizations: string[];
	subject: string;
	issuer: string;
	/** Lower-case hex, as in RFC 5280 §4.1.2.2, without leading zero octets. */
	serialNumber: string;
	/** SHA-256 of the DER, lower-case hex: what audit events call `X509SHA256`. */
	sha256: string;
	/** SHA-256 of the DER of SubjectPublicKeyInfo, lower-case hex: equal where a key is reused. */
	publicKeySha256: string;
	notBefore: EpochSeconds;
	/** Inclusive, RFC 5280 §4.1.2.5. */
	notAfter: EpochSeconds;
	keyAlgorithm: 'RSA' | 'ECDSA' | 'Ed25519' | 'unknown';
	/** Modulus or curve size in bits; 0 where it is not known. */
	keyBits: number;
	/** Hash of the signature, as `SHA-256`, `SHA-1`, `MD5`; `none` for EdDSA, `unknown` otherwise. */
	signatureHash: string;
	/** Whether extendedKeyUsage allows clientAuth; a certificate without the extension may be used for anything. */
	clientAuth: boolean;
	isCertificateAuthority: boolean;
}

/**
 * Reads what is kept of one certificate.
 * @param der DER bytes, or the text of one PEM block.
 * @throws {Error} what @peculiar/x509 throws when the bytes are not a certificate; the text never holds them.
 * @see RFC 5280
 */
export function readCertificate(der: Uint8Array | string): CertificateFacts {
	const certificate = new x509.X509Certificate(typeof der === 'string' ? der : new Uint8Array(der));
	const eku = certificate.getExtension(x509.ExtendedKeyUsageExtension);
	const constraints = certificate.getExtension(x509.BasicConstraintsExtension);
	return {
		commonName: certificate.subjectName.getField('CN').at(-1) ?? '',
		organizations: certificate.subjectName.getField('O'),
		subject: certificate.subject,
		issuer: certificate.issuer,
		serialNumber: certificate.serialNumber.toLowerCase().replace(/^(00)+(?=..)/, ''),
		sha256: sha256(certificate.rawData),
		publicKeySha256: sha256(certificate.publicKey.rawData),
		notBefore: Math.floor(certificate.notBefore.getTime() / 1000),
		notAfter: Math.floor(certificate.notAfter.getTime() / 1000),
		...keyFacts(certificate.publicKey.algorithm),
		signatureHash: signatureHash(certificate.signatureAlgorithm as SignatureShape),
		clientAuth: eku === null || eku.usages.some(u => u === CLIENT_AUTH || u === ANY_USAGE),
		isCertificateAuthority: constraints?.ca ?? false,
	};
}

/** What a certificate says of the credential that it is: the same wherever it was met. */
export function certifiedBy(
	facts: CertificateFacts,
): Pick<
	Credential,
	'uid' | 'kind' | 'state' | 'username' | 'groups' | 'notBefore' | 'notAfter' | 'certificate'
> {
	const {
		commonName,
		organizations,
		subject: _,
		notBefore,
		notAfter,
		isCertificateAuthority,
		...certificate
	} = facts;
	return {
		uid: `x509:${facts.sha256}`,
		kind: 'client_certificate',
		state: 'effective',
		username: commonName,
		groups: organizations,
		notBefore,
		notAfter,
		certificate,
	};
}

/** What a certificate signing request says of its bearer: there is no certificate yet. */
export function readCertificateRequest(
	pem: string,
): Pick<CertificateFacts, 'commonName' | 'organizations' | 'publicKeySha256' | 'keyAlgorithm' | 'keyBits'> {
	const request = new x509.Pkcs10CertificateRequest(pem);
	return {
		commonName: request.subjectName.getField('CN').at(-1) ?? '',
		organizations: request.subjectName.getField('O'),
		publicKeySha256: sha256(request.publicKey.rawData),
		...keyFacts(request.publicKey.algorithm),
	};
}

/** SHA-256 as lower-case hex. */
export function sha256(bytes: ArrayBuffer | Uint8Array | string): string {
	// A Hash object for each takes twice as long, and every finding has an id.
	return hash('sha256', typeof bytes === 'string' ? bytes : new Uint8Array(bytes), 'hex');
}

/** id-kp-clientAuth and anyExtendedKeyUsage, RFC 5280 §4.2.1.12. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USAGE = '2.5.29.37.0';

const CURVE_BITS: Record<string, number> = { 'P-256': 256, 'P-384': 384, 'P-521': 521, K256: 256 };

function keyFacts(algorithm: object): Pick<CertificateFacts, 'keyAlgorithm' | 'keyBits'> {
	const { name, modulusLength, namedCurve } = algorithm as KeyAlgorithmShape;
	if (modulusLength !== undefined) return { keyAlgorithm: 'RSA', keyBits: modulusLength };
	if (name === 'Ed25519' || namedCurve === 'Ed25519') return { keyAlgorithm: 'Ed25519', keyBits: 256 };
	if (namedCurve !== undefined) return { keyAlgorithm: 'ECDSA', keyBits: CURVE_BITS[namedCurve] ?? 0 };
	return { keyAlgorithm: 'unknown', keyBits: 0 };
}

/** The package names algorithms as WebCrypto does, each with other members. */
interface KeyAlgorithmShape {
	name: string;
	modulusLength?: number;
	namedCurve?: string;
}

interface SignatureShape {
	name: string;
	hash?: { name: string };
}

/** Signature algorithms that WebCrypto has no name for come as their OID. */
const LEGACY_SIGNATURES: Record<string, string> = {
	'1.2.840.113549.1.1.4': 'MD5',
	'1.2.840.113549.1.1.2': 'MD2',
	'1.2.840.113549.1.1.14': 'SHA-224',
};

function signatureHash(algorithm: SignatureShape): string {
	if (algorithm.hash !== undefined) return algorithm.hash.name;
	if (algorithm.name === 'Ed25519') return 'none';
	return LEGACY_SIGNATURES[algorithm.name] ?? 'unknown';
}
