import { randomBytes } from 'node:crypto';
import { createBoundToken } from './bound-token.ts';
import { type DemoCluster, serviceAccountUser } from './cluster.ts';
import { type Issued, issueCertificate, type KeyRing } from './issue.ts';
import { inlinePem, type YamlMap } from './kubeconfig.ts';
import { splitName } from './meta.ts';
import { atDay, type Login, type StandingLogin } from './seeds/seed.ts';

/** The user block of a kubeconfig for a cluster of the fleet; what has to be issued is issued here. */
export async function userBlock(cluster: DemoCluster, login: Login, ring: KeyRing): Promise<YamlMap> {
	switch (login.kind) {
		case 'certificate': {
			const keys = await ring(login.certificate);
			return certificateBlock(
				await issueCertificate(cluster.authority, login.certificate, keys, cluster.now),
			);
		}
		case 'request': {
			const issued = cluster.requests.find(({ seed }) => seed.name === login.name)?.issued;
			if (!issued) throw new Error(`${cluster.seed.name} has no approved request ${login.name}`);
			return certificateBlock(issued);
		}
		case 'bound_token':
			return { token: boundToken(cluster, login) };
		default:
			return standingBlock(login);
	}
}

/** The user block of a login that no cluster issued. */
export function standingBlock(login: StandingLogin): YamlMap {
	switch (login.kind) {
		case 'static_token':
			return { token: `static-${randomBytes(20).toString('hex')}` };
		case 'basic_auth':
			return { username: 'kiosk', password: randomBytes(12).toString('hex') };
		case 'exec': {
			const { command, args } = login;
			const apiVersion = 'client.authentication.k8s.io/v1';
			return { exec: { apiVersion, command, args, interactiveMode: 'IfAvailable' } };
		}
		case 'auth_provider':
			return { 'auth-provider': { name: login.name, config: { 'client-id': 'kubernetes' } } };
		default:
			return login satisfies never;
	}
}

function certificateBlock({ certificatePem, keyPem }: Issued): YamlMap {
	return { 'client-certificate-data': inlinePem(certificatePem), 'client-key-data': inlinePem(keyPem) };
}

function boundToken(cluster: DemoCluster, login: Login & { kind: 'bound_token' }): string {
	const account = splitName(login.serviceAccount);
	const user = serviceAccountUser(cluster, account);
	const token = createBoundToken({
		...account,
		uid: user.uid,
		issuedAt: atDay(cluster.now, login.from),
		expiresAt: atDay(cluster.now, login.until),
	});
	// One that has ended is as unknown as any other text.
	if (login.until > 0) cluster.tokens.set(token, user);
	return token;
}
