import { plural } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import type { Policy } from '../../model/policy.ts';
import type { Report, ReportedCluster } from '../../model/report.ts';
import { shortHash } from '../slug.ts';
import { statusWords } from '../words.ts';
import type { Notification, Result } from './log.ts';
import { notification } from './notifications.ts';
import { sourceLocation } from './paths.ts';
import { levels } from './rules.ts';
import { plain, sentence } from './text.ts';

/** Findings of these policies are about the scan itself. */
const COVERAGE = 'coverage/';

/** Whether findings of a policy go to the fleet's category: those about the scan itself, and about its waivers. */
export function isOfFleet({ id, kind }: Pick<Policy, 'id' | 'kind'>): boolean {
	return id.startsWith(COVERAGE) || kind === 'waiver';
}

/** The same for a finding. */
export function isFleetFinding({ policyId, subject }: Pick<Finding, 'policyId' | 'subject'>): boolean {
	return isOfFleet({ id: policyId, kind: subject.kind });
}

const POLICY_ID = 'coverage/source_unreadable';

/** Whether a cluster gets a file: one that could not be read must not close its old alerts by an empty one. */
export function isRead(cluster: ReportedCluster): boolean {
	return cluster.status === 'assessed' || cluster.status === 'partial';
}

/** One result for each cluster that has no file of its own, unless a finding says it already. */
export function unreadResults(report: Report, slugs: Map<string, string>): Result[] {
	const told = new Set(
		report.findings
			.filter(finding => finding.outcome === 'fail' && finding.policyId === POLICY_ID)
			.map(finding => finding.cluster.uid),
	);
	return report.clusters
		.filter(cluster => !isRead(cluster) && !told.has(cluster.uid))
		.map(cluster => unreadResult(cluster, slugs.get(cluster.uid) ?? 'cluster'));
}

function unreadResult(cluster: ReportedCluster, slug: string): Result {
	const hash = shortHash(JSON.stringify(['kubelapse/v1', POLICY_ID, cluster.uid]), 64);
	const [word, meaning] = statusWords[cluster.status];
	return {
		ruleId: POLICY_ID,
		level: levels[FALLBACK.severity],
		message: {
			text: `Cluster ${plain(cluster.name, 80)}: ${word.toLowerCase()}. ${sentence(meaning)} Its earlier alerts stay as they are until it is read again.`,
		},
		locations: [{ physicalLocation: sourceLocation(slug, 'cluster') }],
		partialFingerprints: { primaryLocationLineHash: `${hash.slice(0, 16)}:1`, 'kubelapse/v1': `${hash}:1` },
	};
}

/** Findings of a cluster without a file are in no other SARIF file: says how many, for each cluster. */
export function leftOut(report: Report): Notification[] {
	return report.clusters
		.filter(cluster => !isRead(cluster))
		.flatMap(cluster => {
			const number = report.findings.filter(
				f => f.cluster.uid === cluster.uid && f.outcome === 'fail' && !isFleetFinding(f),
			).length;
			if (number === 0) return [];
			const text = `Left out, since cluster ${plain(cluster.name, 80)} could not be read: ${plural(number, 'finding')} from files. result.json and report.html have them.`;
			return [notification('warning', 'report/left_out', text)];
		});
}

/** The policies that the fleet's category has rules for; a bundle without coverage policies still needs one. */
export function coveragePolicies(policies: Policy[]): Policy[] {
	const own = policies.filter(isOfFleet);
	return own.some(policy => policy.id === POLICY_ID) ? own : [...own, FALLBACK];
}

const FALLBACK: Policy = {
	id: POLICY_ID,
	title: 'A source could not be read',
	description: 'Something that policies need could not be read, so they answer unknown instead of pass.',
	question: '',
	why: '',
	traps: [],
	origin: null,
	severity: 'medium',
	privilegedSeverity: 'medium',
	kind: 'cluster',
	needs: [],
	minGrade: 'none',
	ends: 'nothing',
	remediation:
		'Give the scanner the permission that the gap names, or make the cluster reachable, and scan again.',
	controls: [],
	params: {},
};
