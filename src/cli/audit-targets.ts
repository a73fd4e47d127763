import { ScanError } from '../lib/scan-error.ts';
import type { AuditTarget } from '../model/scan.ts';
import type { Settings } from './settings.ts';

/** Which audit logs to read of which cluster. @throws {ScanError} USAGE, or what the audit policy is refused for. */
export async function auditTargets(settings: Settings): Promise<AuditTarget[]> {
	const { 'audit-log': logs, 'audit-policy': policy, targets = [] } = settings;
	if (policy !== undefined && logs === undefined)
		throw new ScanError('USAGE', '--audit-policy says what an --audit-log lacks, and none is given', {
			hint: 'add --audit-log GLOB, one for each API server',
		});
	const named = targets.flatMap(({ kubeconfig, context, ...target }) =>
		target['audit-log'] === undefined
			? []
			: [{ context: `${kubeconfig}#${context}`, logs: target['audit-log'], policy: target['audit-policy'] }],
	);
	const all = [...named, ...(logs === undefined ? [] : [{ context: null, logs, policy }])];
	return Promise.all(
		all.map(async one => ({
			context: one.context,
			streams: one.logs.map(log => ({ name: [log].flat().join(', '), globs: [log].flat() })),
			policy: one.policy === undefined ? null : await declared(one.policy),
		})),
	);
}

async function declared(path: string): Promise<AuditTarget['policy']> {
	return (await import('./audit-policy.ts')).readAuditPolicy(path);
}
