import { byCodeUnit } from '../lib/text.ts';
import type { Finding } from '../model/finding.ts';
import { severities } from '../model/policy.ts';

/** From critical to info, then by policy, cluster and subject. */
export function worstFirst(a: Finding, b: Finding): number {
	return (
		severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
		byCodeUnit(a.policyId, b.policyId) ||
		byCodeUnit(a.cluster.name, b.cluster.name) ||
		byCodeUnit(a.subject.name, b.subject.name) ||
		byCodeUnit(a.id, b.id)
	);
}
