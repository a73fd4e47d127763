import { HOUR } from '../../src/lib/epoch.ts';
import type { Cluster } from './control-plane.ts';
import type { KeyPair } from './pki.ts';
import type { SeededCluster } from './seed.ts';
import { createBinding } from './seed-access.ts';
import { requestCertificate } from './seed-certificates.ts';
import { createTokenSecret } from './seed-tokens.ts';

/** The quiet cluster: a key that east knows too, a group of administrators, a token that nobody used. */
export async function seedWest(
	cluster: Cluster,
	folder: string,
	keyOfErin: KeyPair,
): Promise<Omit<SeededCluster, 'scanners'>> {
	const admins = await createBinding(cluster, {
		name: 'platform-admin',
		role: 'ClusterRole cluster-admin',
		subjects: ['Group platform'],
	});
	return {
		cluster,
		certificates: {
			erin: await requestCertificate(cluster, { id: 'erin', folder, key: keyOfErin }, 12 * HOUR),
		},
		requests: {},
		bindings: { [admins.name]: admins },
		hostileBindings: [],
		tokens: { app: await createTokenSecret(cluster, 'default', 'app') },
		bootstrapTokens: {},
		opaqueSecrets: {},
		kubeconfigs: {},
	};
}
