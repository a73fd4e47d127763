import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';

/** One context with everything inline. */
export interface KubeconfigShape {
	/** Name of the cluster block; the context is `<user>@<cluster>`. */
	cluster: string;
	server: string;
	ca: string;
	user: { name: string; certificate?: { pem: string; keyPem: string }; token?: string };
}

/** Writes a kubeconfig that only its owner reads, and gives its path back. */
export function writeKubeconfig(path: string, { cluster, server, ca, user }: KubeconfigShape): string {
	const context = `${user.name}@${cluster}`;
	const { certificate, token } = user;
	const text = stringify({
		apiVersion: 'v1',
		kind: 'Config',
		'current-context': context,
		clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': base64(ca) } }],
		contexts: [{ name: context, context: { cluster, user: user.name } }],
		users: [
			{
				name: user.name,
				user: {
					...(certificate && {
						'client-certificate-data': base64(certificate.pem),
						'client-key-data': base64(certificate.keyPem),
					}),
					...(token === undefined ? {} : { token }),
				},
			},
		],
	});
	writeFileSync(path, text, { mode: 0o600 });
	return path;
}

function base64(text: string): string {
	return Buffer.from(text).toString('base64');
}
