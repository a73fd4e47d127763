import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { readCertificate } from '../lib/x509.ts';
import type { DemoCluster } from './cluster.ts';
import type { UserInfo } from './wire.ts';

/**
 * Who sent a request: a client certificate of the cluster's own authority, or a known bearer token; null for anybody else.
 * The dates of a certificate are judged by the cluster's clock, so Node's own verdict is not used.
 */
export function authenticate(request: IncomingMessage, cluster: DemoCluster): UserInfo | null {
	const { socket } = request;
	const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
	if (certificate !== undefined) return certificateUser(certificate, cluster);
	const [, token] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
	return (token !== undefined && cluster.tokens.get(token)) || null;
}

function certificateUser(certificate: X509Certificate, cluster: DemoCluster): UserInfo | null {
	const authority = new X509Certificate(cluster.authority.certificatePem);
	if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) return null;
	const facts = readCertificate(certificate.raw);
	const isCurrent = facts.notBefore <= cluster.now && cluster.now <= facts.notAfter;
	if (!isCurrent || !facts.clientAuth || facts.commonName === '') return null;
	return {
		username: facts.commonName,
		groups: [...facts.organizations, 'system:authenticated'],
		extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${facts.sha256}`] },
	};
}
