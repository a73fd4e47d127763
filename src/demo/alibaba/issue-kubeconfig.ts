import { createHash } from 'node:crypto';
import { formatRfc3339 } from '../../lib/epoch.ts';
import { inlinePem, kubeconfigText } from '../kubeconfig.ts';
import { createKeys, privateKeyPem } from '../pki.ts';
import { type Call, type CloudAnswer, isTrue, ok, roaError } from './answer.ts';
import type { CloudCluster, CloudState, IssuedKubeconfig, KubernetesBehind } from './state.ts';

const LONG_TERM_SECONDS = 1095 * 86_400;

/** States in which there is no API server to issue for. */
const SILENT = ['initial', 'waiting', 'failed', 'deleting', 'deleted', 'delete_failed', 'disconnected'];

/** A kubeconfig for an identity, temporary when minutes are given; one that never had any gets its first. */
export async function issueKubeconfig(
	{ state, get }: Call,
	cluster: CloudCluster,
	accountId: string,
): Promise<CloudAnswer> {
	const minutes = get('TemporaryDurationMinutes');
	if (minutes !== undefined && !(Number(minutes) >= 15 && Number(minutes) <= 4320))
		return roaError(400, 'InvalidParameter', 'TemporaryDurationMinutes is from 15 to 4320');
	if (cluster.kubernetes === null || SILENT.includes(cluster.state))
		return roaError(400, 'ErrorClusterState', `the cluster is ${cluster.state}`);
	const isPrivate = isTrue(get('PrivateIpAddress'));
	if (!isPrivate && !cluster.hasPublicEndpoint)
		return roaError(400, 'ErrorClusterEndpoint', 'the cluster has no public endpoint');
	const now = state.now();
	const { suffix, notAfter } =
		minutes === undefined
			? onRecord(state, cluster, accountId)
			: { ...suffixOf(cluster, accountId), notAfter: now + Number(minutes) * 60 };
	const config = await signedConfig(cluster.kubernetes, { cluster, accountId, suffix, now, notAfter });
	return ok({ config, expiration: formatRfc3339(notAfter) });
}

function suffixOf(cluster: CloudCluster, accountId: string): { suffix: string } {
	const issued = cluster.kubeconfigs.find(known => known.accountId === accountId);
	return issued ?? { suffix: newSuffix(cluster, accountId, 0) };
}

/** The long-term file: the same one until it ends or is revoked. */
function onRecord(state: CloudState, cluster: CloudCluster, accountId: string): IssuedKubeconfig {
	const known = cluster.kubeconfigs.find(issued => issued.accountId === accountId);
	const now = state.now();
	if (known !== undefined && known.certState === 'Unexpired' && known.notAfter > now) return known;
	const hours = known?.nextHours;
	const notAfter = now + (hours === undefined ? LONG_TERM_SECONDS : hours * 3600);
	const issued: IssuedKubeconfig = {
		accountId,
		accountType:
			accountId === state.accountId
				? 'RootAccount'
				: state.roles.some(({ id }) => id === accountId)
					? 'RamRole'
					: 'RamUser',
		name: '',
		suffix: newSuffix(cluster, accountId, now),
		notAfter,
		certState: 'Unexpired',
		accountState: null,
		cloudService: '',
		activity: { answer: 'none' },
	};
	cluster.kubeconfigs = [...cluster.kubeconfigs.filter(other => other !== known), issued];
	return issued;
}

/** Ten digits that say nothing. */
export function newSuffix({ id }: CloudCluster, accountId: string, salt: number): string {
	const hex = createHash('sha256').update(`${id}/${accountId}/${salt}`).digest('hex');
	return String(1_600_000_000 + (Number.parseInt(hex.slice(0, 7), 16) % 200_000_000));
}

async function signedConfig(
	{ url, open }: KubernetesBehind,
	issue: { cluster: CloudCluster; accountId: string; suffix: string; now: number; notAfter: number },
): Promise<string> {
	const { cluster, accountId, suffix, now, notAfter } = issue;
	const [{ authority }, keys] = await Promise.all([open(), createKeys()]);
	const subject = {
		commonName: `${accountId}-${suffix}`,
		organizations: ['system:users'],
		organizationalUnit: '',
		// Clients check it by clocks of their own.
		notBefore: now - 300,
		notAfter,
		usage: 'client',
	} as const;
	const certificate = inlinePem(await authority.issue(subject, keys.publicKey));
	return `\n${kubeconfigText({
		name: `${accountId}-${cluster.id}`,
		clusterName: 'kubernetes',
		cluster: {
			server: url,
			'certificate-authority-data': inlinePem(authority.certificatePem),
		},
		userName: accountId,
		user: {
			'client-certificate-data': certificate,
			'client-key-data': inlinePem(await privateKeyPem(keys)),
		},
	})}`;
}
