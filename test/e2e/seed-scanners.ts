import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EpochSeconds } from '../../src/model/facts.ts';
import type { Cluster } from './control-plane.ts';
import { createBinding, createClusterRole, type PolicyRuleShape, type SeededBinding } from './seed-access.ts';
import { type SeededCertificate, signCertificate, workingDay } from './seed-certificates.ts';

/** The identities that scan. */
export interface SeededScanners {
	/** May read what kubelapse asks for, but no Secret: what most teams allow. */
	reader: SeededScanner;
	/** May list Secrets too. */
	full: SeededScanner;
}

/** A login and the binding that lets it read; the binding says who answers for it. */
export type SeededScanner = SeededCertificate & { binding: SeededBinding };

const READ: PolicyRuleShape[] = [
	{ verbs: ['get', 'list'], apiGroups: [''], resources: ['namespaces', 'serviceaccounts'] },
	{
		verbs: ['get', 'list'],
		apiGroups: ['rbac.authorization.k8s.io'],
		resources: ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'],
	},
	{
		verbs: ['get', 'list'],
		apiGroups: ['certificates.k8s.io'],
		resources: ['certificatesigningrequests'],
	},
];
const LIST_SECRETS: PolicyRuleShape = { verbs: ['list'], apiGroups: [''], resources: ['secrets'] };
const LIST_LEASES: PolicyRuleShape = {
	verbs: ['list'],
	apiGroups: ['coordination.k8s.io'],
	resources: ['leases'],
};

/** Makes two read-only identities; their kubeconfigs lie apart from those of people. */
export async function seedScanners(cluster: Cluster, now: EpochSeconds): Promise<SeededScanners> {
	const folder = join(cluster.dir, 'scanners');
	mkdirSync(folder);
	return {
		reader: await scanner(cluster, 'kubelapse-scanner', READ, folder, now),
		full: await scanner(cluster, 'kubelapse-scanner-secrets', [...READ, LIST_SECRETS], folder, now),
	};
}

/** Makes the identity that may count API servers too, as whoever judges by their audit logs has to. */
export function seedAuditor(cluster: Cluster, now: EpochSeconds): Promise<SeededScanner> {
	const rules = [...READ, LIST_SECRETS, LIST_LEASES];
	return scanner(cluster, 'kubelapse-auditor', rules, join(cluster.dir, 'scanners'), now);
}

async function scanner(
	cluster: Cluster,
	name: string,
	rules: PolicyRuleShape[],
	folder: string,
	now: EpochSeconds,
): Promise<SeededScanner> {
	await createClusterRole(cluster, { name, rules });
	const binding = await createBinding(cluster, {
		name,
		role: `ClusterRole ${name}`,
		subjects: [`User ${name}`],
		annotations: { 'kubelapse.io/owner': 'platform@example.com' },
	});
	return { ...(await signCertificate(cluster, { id: name, folder }, workingDay(now))), binding };
}
