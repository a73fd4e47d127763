import { parseKubeconfig } from '../../lib/kubeconfig.ts';
import { ScanError } from '../../lib/scan-error.ts';

/**
 * What is wrong with a kubeconfig that the cloud issued; empty where nothing is. Such a file holds a
 * certificate and its key: anything else would make us run or read what it names, or send the key astray.
 */
export function problemOfIssued(text: string): string {
	try {
		const { currentContext, contexts, clusters, users } = parseKubeconfig('', text);
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
	} catch (error) {
		if (!(error instanceof ScanError)) throw error;
		return 'it is no kubeconfig';
	}
}
