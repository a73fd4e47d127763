import type { Assessment } from './assess.ts';
import type { Bundle } from './evaluate/bundle.ts';
import type { PolicyError } from './evaluate/totals.ts';
import { isRealGap } from './join/join.ts';
import { groupBy } from './lib/group-by.ts';
import { byCodeUnit } from './lib/text.ts';
import { sha256 } from './lib/x509.ts';
import type { ClusterStatus } from './model/facts.ts';
import type { Finding } from './model/finding.ts';
import { outcomes, type Policy, type Severity, severities } from './model/policy.ts';
import type {
	OutcomeCounts,
	Report,
	ReportedCluster,
	ReportedGap,
	ReportedPolicy,
	SuppressedFinding,
} from './model/report.ts';
import type { ScanRequest } from './model/scan.ts';
import type { ReportedWaiver } from './model/waiver.ts';
import { decide } from './verdict.ts';
import { viewsOf } from './views.ts';

/** What all assessments and the fleet's own evaluation came to. */
export interface Outcome {
	assessments: Assessment[];
	/** Clusters that were expected, or begun and then interrupted. */
	notAssessed: ReportedCluster[];
	/** Those that count. */
	findings: Finding[];
	suppressed: SuppressedFinding[];
	waivers: ReportedWaiver[];
	outcomes: { cluster: string; policyId: string; outcomes: OutcomeCounts }[];
	policyErrors: PolicyError[];
}

/** Puts the parts of a run into the one document that every reporter renders; sorted, so that equal runs give equal bytes. */
export function toReport(outcome: Outcome, request: ScanRequest, bundle: Bundle): Omit<Report, 'compliance'> {
	const findings = outcome.findings.sort(byWeight);
	const gaps = outcome.assessments.flatMap(assessment => reportedGaps(assessment, request));
	// Filtering them for each cluster or policy would read all of them hundreds of times.
	const byClusterUid = groupBy(findings, ({ cluster }) => cluster.uid);
	const clusters = [
		...outcome.assessments.map(assessment => reportedCluster(assessment, byClusterUid)),
		...outcome.notAssessed,
	].sort((a, b) => byCodeUnit(a.name, b.name) || byCodeUnit(a.uid, b.uid));
	const credentials = outcome.assessments.flatMap(assessment => assessment.credentials);
	const perIdentity = countBy(findings.map(({ cluster, subject }) => `${cluster.uid} ${subject.identity}`));
	const identities = outcome.assessments.flatMap(({ ref, identities }) =>
		identities.map(identity => ({
			cluster: ref.uid,
			findings: perIdentity.get(`${ref.uid} ${identity.id}`) ?? 0,
			...identity,
		})),
	);
	const grants = outcome.assessments.flatMap(assessment => assessment.grants);
	const byCluster =
		<T extends { cluster: string }>(id: (value: T) => string) =>
		(a: T, b: T) =>
			byCodeUnit(a.cluster, b.cluster) || byCodeUnit(id(a), id(b));
	const byPolicy = groupBy(outcome.outcomes, ({ policyId }) => policyId);
	return {
		apiVersion: 'kubelapse/v1',
		run: {
			now: request.now,
			isClockOverridden: request.isClockOverridden,
			version: request.version,
			policyDigest: sha256(JSON.stringify([bundle.digest, bundle.params])),
			params: request.params,
			failOn: request.failOn,
			interrupted: request.signal.aborted,
			verdict: decide(
				{ clusters, findings, gaps, suppressed: outcome.suppressed },
				request,
				outcome.policyErrors,
			),
		},
		clusters,
		summary: {
			clusters: countClusters(clusters),
			credentials: credentials.length,
			identities: identities.length,
			grants: grants.length,
			findings: countSeverities(findings),
			unknown: findings.filter(finding => finding.outcome === 'unknown').length,
			gaps: gaps.filter(isRealGap).length,
		},
		policies: bundle.catalog.map(policy => ({
			...policy,
			params: paramsInForce(policy, bundle.params),
			...countPolicy(byPolicy.get(policy.id) ?? []),
		})),
		findings,
		credentials: credentials.sort(byCluster(credential => credential.uid)),
		identities: identities.sort(byCluster(identity => identity.id)),
		grants: grants.sort(byCluster(grant => grant.uid)),
		gaps: gaps.sort(
			(a, b) =>
				byCodeUnit(a.cluster.name, b.cluster.name) ||
				byCodeUnit(a.source, b.source) ||
				byCodeUnit(a.message, b.message),
		),
		suppressed: outcome.suppressed.sort(byWeight),
		waivers: outcome.waivers,
		views: viewsOf({ clusters, credentials, identities, grants }),
	};
}

function paramsInForce({ id, params }: Policy, inForce: Bundle['params']): ReportedPolicy['params'] {
	const [category = '', name = ''] = id.split('/');
	const values = inForce[category]?.[name];
	return Object.fromEntries(
		Object.entries(params).map(([key, spec]) => [key, { ...spec, value: values?.[key] ?? spec.default }]),
	);
}

/** Fails before unknowns, worst first, then where and what. */
function byWeight(a: Finding, b: Finding): number {
	return (
		byCodeUnit(a.outcome, b.outcome) ||
		severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
		byCodeUnit(a.policyId, b.policyId) ||
		byCodeUnit(a.cluster.name, b.cluster.name) ||
		byCodeUnit(a.subject.name, b.subject.name) ||
		byCodeUnit(a.id, b.id)
	);
}

function reportedCluster(
	{ facts, records }: Assessment,
	findings: ReadonlyMap<string, Finding[]>,
): ReportedCluster {
	const mine = findings.get(facts.cluster.uid) ?? [];
	return {
		...facts.cluster,
		status: statusOf(facts),
		collectedAt: facts.collectedAt,
		sources: facts.sources,
		ledgerSince: facts.ledgerSince,
		records,
		findings: countSeverities(mine),
		unknown: mine.filter(finding => finding.outcome === 'unknown').length,
	};
}

/** How well one cluster could be read. */
export function statusOf({ cluster, reachable, gaps }: Assessment['facts']): ClusterStatus {
	if (!reachable) return 'unreachable';
	// Its API server was never asked: files alone assess no cluster.
	if (cluster.provider === 'files') return 'partial';
	return gaps.some(isRealGap) ? 'partial' : 'assessed';
}

function reportedGaps({ facts }: Assessment, { allowGaps }: ScanRequest): ReportedGap[] {
	const { uid, name } = facts.cluster;
	return facts.gaps.map(gap => ({
		...gap,
		cluster: { uid, name },
		isAllowed: allowGaps.some(
			({ source, cluster }) =>
				source === gap.source && (cluster === null || cluster === uid || cluster === name),
		),
	}));
}

function countSeverities(findings: Finding[]): Record<Severity, number> {
	const counts = Object.fromEntries(severities.map(severity => [severity, 0])) as Record<Severity, number>;
	for (const { outcome, severity } of findings) if (outcome === 'fail') counts[severity]++;
	return counts;
}

function countClusters(clusters: ReportedCluster[]): Record<ClusterStatus, number> {
	const counts = { assessed: 0, partial: 0, unreachable: 0, not_assessed: 0 };
	for (const { status } of clusters) counts[status]++;
	return counts;
}

function countBy(keys: string[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
	return counts;
}

function countPolicy(rows: Outcome['outcomes']): Pick<ReportedPolicy, 'outcomes' | 'byCluster'> {
	const total: OutcomeCounts = { pass: 0, fail: 0, unknown: 0, not_applicable: 0 };
	const perCluster = new Map<string, OutcomeCounts>();
	for (const row of rows) {
		const counts = perCluster.get(row.cluster) ?? { pass: 0, fail: 0, unknown: 0, not_applicable: 0 };
		perCluster.set(row.cluster, counts);
		for (const outcome of outcomes) {
			total[outcome] += row.outcomes[outcome];
			counts[outcome] += row.outcomes[outcome];
		}
	}
	const byCluster = [...perCluster].map(([cluster, counts]) => ({ cluster, outcomes: counts }));
	return { outcomes: total, byCluster: byCluster.sort((a, b) => byCodeUnit(a.cluster, b.cluster)) };
}
