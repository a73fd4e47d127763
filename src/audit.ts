import { credentialIds } from './join/evidence.ts';
import { describeFailure } from './lib/api-error.ts';
import { ScanError } from './lib/scan-error.ts';
import type { Facts, Gap } from './model/facts.ts';
import type { AuditTarget, ScanRequest } from './model/scan.ts';

/** The logs of a cluster, by whichever of its contexts the config names; null where none were given. */
function auditOf({ cluster }: Facts, { audits }: ScanRequest): AuditTarget | null {
	return audits.find(({ context }) => context === null || cluster.contexts.includes(context)) ?? null;
}

/** @throws {ScanError} USAGE where logs without a cluster of their own could be those of several. */
export function refuseSharedLogs({ audits, savedFacts }: ScanRequest, clusters: number): void {
	if (audits.length === 0) return;
	const hint = 'name them per cluster: targets[].audit-log beside targets[].context in kubelapse.yaml';
	if (savedFacts !== null)
		throw new ScanError('USAGE', '--audit-log goes with no --facts: what it said is in the saved facts', {
			hint: 'leave --audit-log away',
		});
	if (clusters > 1 && audits.some(({ context }) => context === null))
		throw new ScanError('USAGE', `--audit-log is the log of one cluster, and this run has ${clusters}`, {
			hint,
		});
}

/** The facts with what the cluster's audit logs say; what cannot be read is a gap, never silence. */
export async function withTrail(facts: Facts, request: ScanRequest): Promise<Facts> {
	const target = auditOf(facts, request);
	if (target === null) return facts;
	const { showSources, sourceSalt: salt, signal } = request;
	const knownCredentialIds = facts.credentials.flatMap(credentialIds);
	try {
		const { readAuditTrail } = await import('./providers/audit-log/read-audit-trail.ts');
		const trail = await readAuditTrail(target.streams, { knownCredentialIds, showSources, salt, signal });
		return { ...facts, audit: { ...trail, policy: target.policy } };
	} catch (error) {
		signal.throwIfAborted();
		const { code, message } = describeFailure(error);
		const gap: Gap = {
			source: 'usage',
			code,
			message: `the audit log could not be read: ${message}`,
			permission: '',
			subject: '',
		};
		const sources = facts.sources.filter(({ source }) => source !== 'usage');
		return {
			...facts,
			sources: [...sources, { source: 'usage', status: 'unavailable', count: 0 }],
			gaps: [...facts.gaps, gap],
		};
	}
}
