import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { type CertificateFacts, readCertificate } from '../lib/x509.ts';
import type { DemoCluster } from './cluster.ts';
import { keyOf } from './meta.ts';
import type { UserInfo } from './wire.ts';

/**
 * Who sent a request: a client certificate of the cluster's own authority, or a known bearer token; null for anybody else.
 * The dates of a certificate are judged by the cluster's clock, so Node's own verdict is not used.
 */
export function authenticate(request: IncomingMessage, cluster: DemoCluster): UserInfo | null {
	const { socket } = request;
	const facts = socket instanceof TLSSocket ? certificateOf(socket, cluster) : undefined;
	if (facts !== undefined) return facts === null ? null : certificateUser(facts, cluster);
	const [, token] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
	return token === undefined ? null : tokenUser(token, cluster);
}

function tokenUser(token: string, cluster: DemoCluster): UserInfo | null {
	const known = cluster.tokens.get(token);
	if (known === undefined) return null;
	const { secret: name, ...user } = known;
	if (name === undefined) return user;
	const secret = cluster.objects.secrets.find(candidate => keyOf(candidate) === name);
	// Of no other type is the Secret itself what makes a token valid. The real server remembers a token for ten
	// seconds, and like here takes a label without a value for none.
	const isValid = secret?.type === 'kubernetes.io/service-account-token';
	return isValid && !secret.metadata.labels?.['kubernetes.io/legacy-token-invalid-since'] ? user : null;
}

const read = new WeakMap<TLSSocket, CertificateFacts | null>();

/** Undefined where the connection has none, null where the authority did not sign it; read once, as it cannot change. */
function certificateOf(socket: TLSSocket, { authority }: DemoCluster): CertificateFacts | null | undefined {
	const known = read.get(socket);
	if (known !== undefined) return known;
	const certificate = socket.getPeerX509Certificate();
	if (certificate === undefined) return undefined;
	const issuer = new X509Certificate(authority.certificatePem);
	const isOurs = certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
	const facts = isOurs ? readCertificate(certificate.raw) : null;
	read.set(socket, facts);
	return facts;
}

function certificateUser(facts: CertificateFacts, cluster: DemoCluster): UserInfo | null {
	const isCurrent = facts.notBefore <= cluster.now && cluster.now <= facts.notAfter;
	if (!isCurrent || !facts.clientAuth || facts.commonName === '') return null;
	return {
		username: facts.commonName,
		groups: [...facts.organizations, 'system:authenticated'],
		extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${facts.sha256}`] },
	};
}
