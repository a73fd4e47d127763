import { groupBy } from '../../lib/group-by.ts';
import { byCodeUnit, oneLine } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import { type Severity, severities } from '../../model/policy.ts';
import type { Report, ReportedIdentity } from '../../model/report.ts';
import { count, named } from '../words.ts';
import { type SeverityCell, severityCells } from './clusters.ts';
import { type Capped, capped } from './rows.ts';

/** One name over all clusters: who has something to answer for. */
export interface IdentityRow {
	name: string;
	type: string;
	clusters: string;
	counts: SeverityCell[];
	policies: string[];
}

const MAX_ROWS = 300;
const MAX_CLUSTERS = 4;

/** Identities with findings, the worst first. */
export function identityRows(report: Report): Capped<IdentityRow> {
	const known = new Map(report.identities.map(identity => [identity.id, identity]));
	const found = report.findings.filter(f => f.outcome === 'fail' && f.subject.identity !== '');
	const groups = [...groupBy(found, finding => finding.subject.identity)].map(([id, findings]) => ({
		id,
		findings,
		counts: countsOf(findings),
	}));
	groups.sort((a, b) => compareCounts(a.counts, b.counts) || byCodeUnit(a.id, b.id));
	return capped(groups, MAX_ROWS, 'identities', ({ id, findings, counts }) => ({
		name: oneLine(id),
		type: typeWords(known.get(id)),
		clusters: clustersOf(findings),
		counts: severityCells(counts),
		policies: [...new Set(findings.map(f => oneLine(f.policyId, 120)))].sort(byCodeUnit),
	}));
}

function countsOf(findings: Finding[]): Record<Severity, number> {
	const counts = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
	for (const { severity } of findings) counts[severity]++;
	return counts;
}

function compareCounts(a: Record<Severity, number>, b: Record<Severity, number>): number {
	const decisive = severities.find(severity => a[severity] !== b[severity]);
	return decisive === undefined ? 0 : b[decisive] - a[decisive];
}

function typeWords(identity: ReportedIdentity | undefined): string {
	if (identity === undefined) return 'not listed';
	const type = identity.type.replaceAll('_', ' ');
	if (identity.type !== 'user') return type;
	return { yes: 'person', no: 'robot', unknown: 'user' }[identity.human];
}

function clustersOf(findings: Finding[]): string {
	const names = [...new Set(findings.map(f => named(f.cluster.name, 60)))].sort(byCodeUnit);
	const left = names.length - MAX_CLUSTERS;
	return [...names.slice(0, MAX_CLUSTERS), ...(left > 0 ? [`and ${count(left)} more`] : [])].join(', ');
}
