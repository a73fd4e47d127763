import { basename } from 'node:path';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Fleet, SeededCluster } from './seed.ts';
import type { SeededCertificate } from './seed-certificates.ts';

/**
 * What names a finding in a comparison: its policy and the uid of what it is about, or the file and
 * block for what has no fingerprint.
 */
export function keyOf({ policyId, subject }: Pick<Finding, 'policyId' | 'subject'>): string {
	const place = subject.location;
	if (place === null || place.path === '' || /^(x509|secret):/.test(subject.uid)) {
		return `${policyId} ${subject.uid}`;
	}
	return `${policyId} ${basename(place.path)} ${place.name}`;
}

/** Every failure that a scan of the fleet and its files must find, and no other. */
export function expectedFailures({ east, west }: Fleet): string[] {
	return [...eastFailures(east), ...westFailures(west)].sort(byCodeUnit);
}

/** What such a scan cannot tell: the end and the groups of a bootstrap token lie inside the Secret. */
export function expectedUnknowns({ east }: Fleet): string[] {
	const { dated, undated } = east.bootstrapTokens;
	const policies = ['credential/bootstrap_token_left', 'credential/expired', 'kind/person_bootstrap_token'];
	return policies
		.flatMap(policy => [dated, undated].map(token => `${policy} secret:${token?.uid}`))
		.sort(byCodeUnit);
}

/** What is left to find on west for who may not list Secrets: two sources are denied, each by name. */
export function expectedOfReader({ west }: Fleet): string[] {
	const found = westFailures(west).filter(key => !/ secret:|shared_key/.test(key));
	const denied = `coverage/source_unreadable ${west.cluster.uid}`;
	return [...found, denied, denied].sort(byCodeUnit);
}

function eastFailures(east: SeededCluster): string[] {
	const certificates = (policy: string, ids: string[]) => ids.map(id => ofCertificate(policy, east, id));
	const grants = (policy: string, all: [string, string][]) => all.map(of => ofGrant(policy, east, ...of));
	const tokens = (policy: string, ids: string[]) =>
		ids.map(id => `${policy} secret:${known(east.tokens, id).uid}`);
	return [
		...certificates('credential/lifetime_too_long', ['bob', 'mallet', 'carol']),
		...certificates('credential/expires_soon', ['carol']),
		...certificates('credential/expired', ['dave']),
		...certificates('credential/weak_key', ['wanda']),
		...certificates('credential/shared_key', ['erin', 'frank', 'grace']),
		...certificates('issuance/no_lifetime', ['bob', 'mallet']),
		...certificates('kind/person_certificate', ['bob', 'mallet', 'carol']),
		...certificates('privilege/certificate_groups', ['alice']),
		...certificates('privilege/system_masters_certificate', ['oscar']),
		...tokens('kind/long_lived_token_secret', ['ci', 'cron', 'etl', 'retired']),
		...tokens('kind/person_service_account_token', ['ci']),
		...tokens('usage/token_idle', ['etl']),
		...tokens('usage/quarantined_token_tried', ['retired']),
		'kind/exposed_file east-laptop.kubeconfig static',
		'kind/exposed_file east-laptop.kubeconfig basic',
		'kind/static_credential east-laptop.kubeconfig static',
		'kind/static_credential east-laptop.kubeconfig basic',
		'kind/tls_not_verified east-laptop.kubeconfig unchecked',
		'kind/tls_not_verified east-laptop.kubeconfig plain',
		...grants('privilege/cluster_admin_person', [
			['alice-admin', 'User//alice'],
			['sam-superuser', 'User//sam'],
			['cluster-admin', 'User//mallory'],
		]),
		...grants('governance/no_owner', [
			['alice-admin', 'User//alice'],
			['sam-superuser', 'User//sam'],
			['cluster-admin', 'User//mallory'],
			['olivia-impersonates', 'User//olivia'],
			['olivia-approves', 'User//olivia'],
			['rita-robots', 'User//rita'],
		]),
		...grants('privilege/wildcard', [['ci-admin', 'ServiceAccount/payments/ci']]),
		...grants('privilege/mints_credentials', [
			['ci-admin', 'ServiceAccount/payments/ci'],
			['olivia-impersonates', 'User//olivia'],
			['olivia-approves', 'User//olivia'],
			['rita-robots', 'User//rita'],
		]),
		...grants('privilege/anonymous_grant', [
			['anyone-views', 'Group//system:unauthenticated'],
			['anonymous-views', 'User//system:anonymous'],
		]),
		...grants('orphan/service_account_missing', [
			['account-gone', 'ServiceAccount/legacy/gone'],
			['account-gone-as-user', 'User//system:serviceaccount:legacy:gone'],
		]),
		...grants('orphan/role_missing', [
			['role-gone', 'User//victor'],
			['clusterrole-gone', 'User//victor'],
		]),
		...east.hostileBindings.map(({ uid, subject }) => `orphan/role_missing ${uid}/User//${subject}`),
		ofScanner(east),
	];
}

function westFailures(west: SeededCluster): string[] {
	return [
		ofCertificate('credential/shared_key', west, 'erin'),
		`kind/long_lived_token_secret secret:${known(west.tokens, 'app').uid}`,
		ofGrant('privilege/cluster_admin_person', west, 'platform-admin', 'Group//platform'),
		ofGrant('governance/no_owner', west, 'platform-admin', 'Group//platform'),
		ofScanner(west),
	];
}

/** Who lists token Secrets may read every Secret; a scan without params reports its own account. */
function ofScanner({ scanners }: SeededCluster): string {
	return `privilege/reads_secrets ${scanners.full.binding.uid}/User//${scanners.full.username}`;
}

function ofCertificate(policy: string, seeded: SeededCluster, id: string): string {
	const { sha256 }: SeededCertificate = known(seeded.certificates, id);
	return `${policy} x509:${sha256}`;
}

/** A grant's uid is its binding's and the subject as `kind/namespace/name`. */
function ofGrant(policy: string, seeded: SeededCluster, binding: string, subject: string): string {
	return `${policy} ${known(seeded.bindings, binding).uid}/${subject}`;
}

function known<T>(all: Record<string, T>, id: string): T {
	const one = all[id];
	if (one === undefined) throw new Error(`the seed has no ${id}`);
	return one;
}
