import { readCertificate, readCertificateRequest, x509 } from '../../src/lib/x509.ts';
import { assert, describe } from '../helpers/describe.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

async function keys() {
	return crypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
}

describe('readCertificate', it => {
	it('several common names :: the last is the username, as Go reads it', async () => {
		const name = 'CN=nobody, O=dev, CN=admin-user, O=ops';
		const certificate = await x509.X509CertificateGenerator.createSelfSigned({ name, keys: await keys() });
		const { commonName, organizations } = readCertificate(certificate.toString('pem'));
		assert.equal([commonName, organizations], ['admin-user', ['dev', 'ops']]);
	});
});

describe('readCertificateRequest', it => {
	it('several common names :: the last is the username, as Go reads it', async () => {
		const request = await x509.Pkcs10CertificateRequestGenerator.create({
			name: 'CN=nobody, CN=admin-user',
			keys: await keys(),
			signingAlgorithm: ECDSA,
		});
		assert.is(readCertificateRequest(request.toString('pem')).commonName, 'admin-user');
	});
});
