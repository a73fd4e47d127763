import { type Kubeconfig, parseKubeconfig } from '../../lib/kubeconfig.ts';
import { ScanError } from '../../lib/scan-error.ts';

/**
 * Reads a kubeconfig that the cloud issued, or says what is wrong with it. Such a file holds a certificate
 * and its key: anything else would make us run or read what it names, or send the key astray.
 */
export function readIssued(text: string): { kubeconfig: Kubeconfig } | { problem: string } {
	try {
		const kubeconfig = parseKubeconfig('', text);
		const problem = problemOf(kubeconfig);
		return problem === '' ? { kubeconfig } : { problem };
	} catch (error) {
		if (!(error instanceof ScanError)) throw error;
		return { problem: 'it is no kubeconfig' };
	}
}

function problemOf({ currentContext, contexts, clusters, users }: Kubeconfig): string {
	const context = contexts.find(({ name }) => name === currentContext);
	const cluster = clusters.find(({ name }) => name === context?.cluster);
	const user = users.find(({ name }) => name === context?.user);
	if (cluster === undefined || user === undefined) return 'it has no current context';
	if (!cluster.server.startsWith('https://')) return 'its server is not https';
	if (cluster.isVerificationSkipped) return 'it skips the verification of the server';
	if (cluster.certificateAuthority.kind !== 'inline') return 'it brings no CA of its own';
	if (cluster.proxyUrl !== '') return 'it names a proxy';
	if (user.exec !== null) return 'it names a command';
	if (user.authProvider !== '') return 'it names an auth provider';
	const isFile = [user.clientCertificate, user.clientKey].some(({ kind }) => kind === 'file');
	if (isFile || user.tokenFile !== '') return 'it names a file';
	if (user.clientCertificate.kind !== 'inline' || user.clientKey.kind !== 'inline')
		return 'it holds no certificate with its key';
	return user.token !== null || user.basicAuth !== null ? 'it holds more than a certificate' : '';
}
