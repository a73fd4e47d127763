import { resolve } from 'node:path';
import { type Asked, rosterKey, withDeparted } from './departed.ts';
import { judgeTrail } from './join/evidence.ts';
import { coveredSpan, issuedIn, ledgerSince, mergeIssued, mergeSpans } from './join/ledger.ts';
import { describeFailure } from './lib/api-error.ts';
import { DAY, formatDay } from './lib/epoch.ts';
import { ScanError } from './lib/scan-error.ts';
import { byCodeUnit, oneLine } from './lib/text.ts';
import { sha256 } from './lib/x509.ts';
import type { Facts, Gap, Source } from './model/facts.ts';
import type { Finding } from './model/finding.ts';
import type { Report } from './model/report.ts';
import type { ScanRequest } from './model/scan.ts';
import {
	compareClusters,
	type Expected,
	type KnownCluster,
	type PresentCluster,
} from './providers/history/expected.ts';
import type { History } from './providers/history/index.ts';
import type { Roster } from './providers/roster/index.ts';

/** A certificate that ended so long before the earliest use that is looked at explains nothing any more. */
const KEPT_AFTER_END = DAY;

/** What earlier runs add to this one, and what this one leaves to the next. */
export interface Memory {
	/** For hashes of source addresses that compare over nights. */
	salt: string;
	/** A cluster's facts with what is known from earlier runs; `roster` is whom this one asked, null for nobody. */
	withHistory(facts: Facts, roster: Pick<Roster, 'accounts'> | null): Promise<Facts>;
	/** Clusters that earlier runs of these targets found, and this one does not. */
	missing(present: PresentCluster[]): KnownCluster[];
	/** The same findings, with when an earlier run first had them. */
	withFirstSeen(findings: Finding[]): Promise<Finding[]>;
	/** Writes it all at once, unless the run was interrupted. @returns the report, which says where that failed. */
	save(report: Report): Promise<Report>;
	close(): void;
}

/** Opens the history of the run; null where none is kept. @throws {ScanError} */
export async function openMemory(request: ScanRequest): Promise<Memory | null> {
	const { history: target, now, version, signal, onEvent } = request;
	if (target === null) return null;
	const history = await (await import('./providers/history/index.ts')).openHistory(target.path);
	const scope = scopeOf(request);
	const known = await history.clusters().catch(error => {
		history.close();
		throw damaged(target.path, error);
	});
	let clusters: Expected = { missing: [], replaced: [], forgotten: [], unknown: [] };
	return {
		salt: history.salt,
		withHistory: (facts, roster) =>
			withHistory(facts, history, {
				now,
				roster: rosterKey(request),
				accounts: roster?.accounts ?? null,
				isByUsername: (request.roster?.match.field ?? 'userName') === 'userName',
			}),
		missing: present => {
			clusters = compareClusters(known, present, { scope, now, forget: target.forget });
			for (const message of noticesOf(clusters)) onEvent({ kind: 'notice', message });
			return clusters.missing;
		},
		withFirstSeen: async findings => {
			const seen = findings.filter(({ outcome }) => outcome === 'fail');
			const since = await history
				.findings(
					seen.map(({ id, cluster }) => ({ id, cluster: cluster.uid })),
					now,
				)
				.catch(error => {
					throw damaged(target.path, error);
				});
			return findings.map(each =>
				each.outcome === 'fail' ? { ...each, firstSeen: Math.min(now, since.get(each.id) ?? now) } : each,
			);
		},
		save: async report => {
			if (signal.aborted || target.isReadOnly === true) return report;
			const forgotten = [...new Set(clusters.forgotten.map(({ uid }) => uid))];
			try {
				await history.save({ now, version, scope, replaced: clusters.replaced, forgotten });
				return report;
			} catch (error) {
				return unsaved(report, target.path, error);
			}
		},
		close: history.close,
	};
}

function damaged(path: string, cause: unknown): ScanError {
	const message = `the history file ${oneLine(path)} cannot be read (${describeFailure(cause).message})`;
	return new ScanError('HISTORY_INVALID', message, {
		hint: 'put back a copy of it, or begin a new file',
		cause,
	});
}

function noticesOf({ missing, unknown }: Expected): string[] {
	return [
		...missing.map(
			({ name, lastSeen }) =>
				`${oneLine(name, 100)} was found by these targets on ${formatDay(lastSeen)}, and is not found now; --forget-cluster drops it`,
		),
		...unknown.map(name => `the history knows no cluster ${oneLine(name, 100)} to forget`),
	];
}

/** Without its record the next run would be wrong without knowing it: that is no success. */
function unsaved(report: Report, path: string, error: unknown): Report {
	const { message } = describeFailure(error);
	const reason = `the history file ${oneLine(path)} could not be written and is as it was (${message})`;
	const { verdict } = report.run;
	const exitCode = verdict.exitCode === 130 ? 130 : 2;
	return { ...report, run: { ...report.run, verdict: { exitCode, reasons: [reason, ...verdict.reasons] } } };
}

/**
 * Digests of the targets that were asked for, one each. Not how they are reached, nor which facts were saved: a
 * night's facts are compared with those of the night before.
 */
export function scopeOf({ kubeconfigs, clouds, files, savedFacts }: ScanRequest): string {
	const parts: unknown[] = [
		...kubeconfigs.flatMap(({ path, contexts }) =>
			(Array.isArray(contexts) ? contexts : [contexts === 'all' ? { all: true } : {}]).map(context => [
				'kubeconfig',
				resolve(path),
				context,
			]),
		),
		...clouds.map(({ access, regions, clusters }) => [
			'alibaba',
			access.profile,
			[...regions].sort(byCodeUnit),
			[...clusters].sort(byCodeUnit),
		]),
		...files.map(glob => ['files', resolve(glob)]),
		...(savedFacts === null ? [] : [['facts']]),
	];
	const digests = parts.map(part => sha256(JSON.stringify(part)).slice(0, 16));
	return [...new Set(digests)].sort(byCodeUnit).join(' ');
}

async function withHistory(facts: Facts, history: History, asked: Asked): Promise<Facts> {
	const { now } = asked;
	const { cluster, credentials, audit } = facts;
	try {
		const starts = audit?.streams.flatMap(({ window }) => window?.from ?? []) ?? [];
		const known = await history.remembered(cluster.uid, Math.min(now, ...starts) - KEPT_AFTER_END);
		const evidence = audit === null ? null : judgeTrail(facts, audit);
		const issued = issuedIn(facts, evidence);
		const all = mergeIssued([...known.issued, ...issued]);
		const tonight = new Set(issued.map(({ uid }) => uid));
		const spans = mergeSpans([...known.spans, ...[coveredSpan(facts, evidence)].flatMap(span => span ?? [])]);
		const { identities, gaps, matches } = withDeparted(facts, known.matches, asked);
		await history.note({
			cluster,
			isFound: isFound(facts),
			credentials,
			issued: all.filter(({ uid }) => tonight.has(uid)),
			spans,
			matches,
			now,
		});
		const since = ledgerSince(spans, now);
		const status = { source: 'history', status: 'complete', count: known.issued.length } as const;
		const bare = without(facts);
		return {
			...bare,
			identities,
			gaps: [...bare.gaps, ...gaps],
			ledger: { since, credentials: all },
			sources: [...sourcesOf(facts), status],
		};
	} catch (error) {
		if (error instanceof ScanError) throw error;
		const gap: Gap = {
			...{ source: 'history', code: 'partial', permission: '', subject: '' },
			message: `what earlier runs saw of this cluster could not be read (${describeFailure(error).message})`,
		};
		const status = { source: 'history', status: 'unavailable', count: 0 } as const;
		const bare = without(facts);
		return { ...bare, sources: [...sourcesOf(facts), status], gaps: [...bare.gaps, gap] };
	}
}

const isHistory = ({ source }: { source: Source }) => source === 'history';
const sourcesOf = ({ sources }: Facts) => sources.filter(each => !isHistory(each));
const without = (facts: Facts): Facts => ({ ...facts, gaps: facts.gaps.filter(gap => !isHistory(gap)) });

/** It was reached, or its cloud lists it: a name that only a target gives is no cluster that was seen. */
export function isFound({ cluster, reachable }: Pick<Facts, 'cluster' | 'reachable'>): boolean {
	return reachable || cluster.cloud !== null;
}
