import { toFinding } from './evaluate/finding.ts';
import type { PolicyPool } from './evaluate/pool.ts';
import { type Evaluation, uidOf } from './evaluate/totals.ts';
import type { Verdict } from './evaluate/verdict.ts';
import { withAudit } from './join/audit-facts.ts';
import { isRealGap, join } from './join/join.ts';
import { ORIGINS } from './join/origins.ts';
import { byCodeUnit } from './lib/text.ts';
import {
	type EpochSeconds,
	type Facts,
	type Gap,
	type Source,
	type SourceStatus,
	sources,
} from './model/facts.ts';
import type { Finding } from './model/finding.ts';
import type { Catalog, Policy } from './model/policy.ts';
import type { ClusterRef, Identity, PolicyRecord, Usage } from './model/record.ts';
import type { ReportedCredential, ReportedGrant } from './model/report.ts';

/** One cluster, judged: what is left of it once its facts are let go. */
export interface Assessment {
	facts: Pick<Facts, 'cluster' | 'collectedAt' | 'reachable' | 'sources' | 'gaps'> & {
		ledgerSince: EpochSeconds | null;
	};
	ref: ClusterRef;
	findings: Finding[];
	evaluation: Evaluation;
	records: Record<string, number>;
	credentials: ReportedCredential[];
	grants: ReportedGrant[];
	identities: (Identity & { usage: Usage | null })[];
}

export interface AssessOptions {
	pool: PolicyPool;
	catalog: Catalog;
	now: EpochSeconds;
	signal: AbortSignal;
}

/** facts → records → verdicts → findings, for one cluster. */
export async function assess(
	collected: Facts,
	{ pool, catalog, now, signal }: AssessOptions,
): Promise<Assessment> {
	const audited = withAudit(collected);
	const facts = explained({ ...audited, sources: everySource(audited.sources) });
	const joined = join(facts, now);
	const policies = new Map(catalog.map(policy => [policy.id, policy]));
	const findings: Finding[] = [];
	const records: Record<string, number> = {};
	const evaluation = await pool.evaluate(counted(joined.records(), records), {
		signal,
		onVerdicts: (record, verdicts) => {
			for (const verdict of verdicts) {
				const policy = policies.get(verdict.policyId);
				if (policy !== undefined)
					findings.push(toFinding(record, withGapMessages(record, verdict, facts.gaps), policy));
			}
		},
	});
	const judged = new Set([...joined.credentials, ...facts.connections].map(({ uid }) => uid));
	const blind = blindPolicies(catalog, facts, judged);
	for (const { policy, gaps } of blind) {
		const isNew = countUnknown(evaluation, joined.cluster.uid, policy);
		if (isNew) findings.push(blindFinding(joined.cluster, policy, gaps, now));
	}
	return {
		facts: {
			cluster: facts.cluster,
			collectedAt: facts.collectedAt,
			reachable: facts.reachable,
			sources: facts.sources,
			gaps: facts.gaps,
			ledgerSince: facts.ledger?.since ?? null,
		},
		ref: joined.cluster,
		findings,
		evaluation,
		records,
		// What is added comes first: on Node 20 a key behind a spread gives each object a hidden class of its own.
		credentials: joined.credentials.map(credential => {
			const { tokenId: _, ...shown } = credential;
			return {
				cluster: joined.cluster.uid,
				isPrivileged: joined.isPrivileged(credential),
				usage: joined.usage.ofCredential(credential),
				...shown,
			};
		}),
		grants: joined.grants.map(grant => ({ cluster: joined.cluster.uid, ...grant })),
		identities: joined.identities().map(identity => ({
			usage: joined.usage.ofIdentity(identity),
			...identity,
		})),
	};
}

/** A source that nobody was asked for is listed all the same: its silence is no answer. */
function everySource(read: SourceStatus[]): SourceStatus[] {
	return sources.map(
		source => read.find(status => status.source === source) ?? { source, status: 'not_configured', count: 0 },
	);
}

/** Facts of a file may contradict themselves: what was not read whole is a gap, whether or not they say so. */
function explained(facts: Facts): Facts {
	// Of a cluster that was not reached its one gap says all.
	if (!facts.reachable || facts.gaps.some(({ source }) => source === 'cluster')) return facts;
	const told = new Set(facts.gaps.map(({ source }) => source));
	const silent = facts.sources.filter(
		({ source, status }) => status !== 'complete' && status !== 'not_configured' && !told.has(source),
	);
	const gaps = silent.map(({ source, status }) => {
		const message = `${source} is ${status}, and the facts do not say why`;
		return { source, code: 'partial', message, permission: '', subject: '' } as const;
	});
	return { ...facts, gaps: [...facts.gaps, ...gaps] };
}

function* counted<T extends PolicyRecord>(
	records: Iterable<T>,
	counts: Record<string, number>,
): Generator<T> {
	for (const record of records) {
		counts[record.kind] = (counts[record.kind] ?? 0) + 1;
		yield record;
	}
}

/**
 * Policies that had to judge records which could not be read: no records is never a pass.
 * @param judged objects with a record of their own, which is `unknown` by its own gaps.
 */
function blindPolicies(
	catalog: Catalog,
	{ reachable, gaps }: Facts,
	judged: Set<string>,
): { policy: Policy; gaps: Gap[] }[] {
	const open = gaps.filter(gap => isRealGap(gap) && !judged.has(gap.subject));
	return catalog.flatMap(policy => {
		const origins: readonly Source[] = ORIGINS[policy.kind];
		const mine = open.filter(
			gap => !reachable || (origins.includes(gap.source) && policy.needs.includes(gap.source)),
		);
		return mine.length > 0 ? [{ policy, gaps: mine }] : [];
	});
}

function blindFinding(cluster: ClusterRef, policy: Policy, gaps: Gap[], now: EpochSeconds): Finding {
	const record: PolicyRecord = {
		kind: 'cluster',
		now,
		cluster,
		gaps: [],
		sources: [],
		clusterGaps: [],
		auditing: { state: 'unknown', from: null, to: null, credentialIds: false },
		certificateAuthorities: [],
		configuredNames: [],
		ledgerSince: null,
	};
	const reasons = dedupe(gaps.map(({ source, code, message }) => ({ source, code, message })));
	return toFinding(record, { policyId: policy.id, outcome: 'unknown', details: {}, gaps: reasons }, policy);
}

function dedupe(gaps: Finding['gaps']): Finding['gaps'] {
	const unique = new Map(gaps.map(gap => [JSON.stringify(gap), gap]));
	return [...unique.values()].sort(
		(a, b) => byCodeUnit(a.source, b.source) || byCodeUnit(a.message, b.message),
	);
}

/** Counts the cluster itself as unknown to a policy; false when it has failed there already. */
function countUnknown(evaluation: Evaluation, cluster: string, { id, kind }: Policy): boolean {
	const known = evaluation.outcomes.find(row => row.cluster === cluster && row.policyId === id);
	const outcomes = known?.outcomes ?? { pass: 0, fail: 0, unknown: 0, not_applicable: 0 };
	if (kind === 'cluster') {
		if (outcomes.fail > 0) return false;
		// Its record exists, with nothing in it: what passed there was looked at by nobody.
		outcomes.pass = 0;
	}
	outcomes.unknown++;
	if (known === undefined) evaluation.outcomes.push({ cluster, policyId: id, outcomes });
	return true;
}

/** A record's gap names only source and code; the cluster's says what happened, to this object if it is one's own. */
function withGapMessages(record: PolicyRecord, verdict: Verdict, gaps: Gap[]): Verdict {
	if (verdict.gaps.every(gap => gap.message !== '')) return verdict;
	const uid = uidOf(record);
	const messageOf = (source: string, code: string) =>
		gaps.find(gap => gap.source === source && gap.code === code && [uid, ''].includes(gap.subject))
			?.message ?? (code === 'not_configured' ? `${source} is not configured` : code);
	const filled = verdict.gaps.map(gap => ({
		...gap,
		message: gap.message || messageOf(gap.source, gap.code),
	}));
	return { ...verdict, gaps: filled };
}
