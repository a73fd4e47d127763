import type { PolicyError } from './evaluate/totals.ts';
import { isRealGap } from './join/join.ts';
import { acceptedWords } from './lib/accepted-words.ts';
import { LIVE_SOURCES } from './lib/empty-facts.ts';
import { oneLine, plural } from './lib/text.ts';
import { severities } from './model/policy.ts';
import type { Report, Verdict } from './model/report.ts';
import type { ScanRequest } from './model/scan.ts';

/**
 * How the run ends: 130 interrupted, 2 a policy could not be evaluated, 1 findings, 3 incomplete, 0;
 * where several hold, in that order. What no exit code tells is said after them: what was not asked for, and what is accepted.
 */
export function decide(
	report: Pick<Report, 'clusters' | 'findings' | 'gaps' | 'suppressed'>,
	request: Pick<ScanRequest, 'failOn' | 'require' | 'allowIncomplete' | 'signal'>,
	policyErrors: PolicyError[],
): Verdict {
	const reasons: [number, string][] = [];
	if (request.signal.aborted) reasons.push([130, 'the run was interrupted: what was finished is reported']);
	for (const reason of failures(policyErrors, report.findings)) reasons.push([2, reason]);
	const grave = severities.slice(0, severities.indexOf(request.failOn) + 1);
	const failing = report.findings.filter(
		({ outcome, severity }) => outcome === 'fail' && grave.includes(severity),
	).length;
	if (failing > 0) reasons.push([1, `${plural(failing, 'finding')} of severity ${request.failOn} or worse`]);
	for (const reason of incompleteness(report, request)) reasons.push([3, reason]);
	const exitCode = reasons[0]?.[0] ?? 0;
	if (exitCode === 0)
		reasons.push([0, `no finding of severity ${request.failOn} or worse${whatIsUnread(report)}`]);
	for (const note of [unasked(report.clusters), acceptedWords(report.suppressed)])
		if (note !== '') reasons.push([exitCode, note]);
	return { exitCode, reasons: reasons.map(([, reason]) => reason) };
}

/** Each policy once, however many clusters it failed on: the first of its errors says why. */
function failures(errors: PolicyError[], findings: Report['findings']): string[] {
	return [...new Set(errors.map(({ policyId }) => policyId))].map(id => {
		const own = errors.filter(({ policyId }) => policyId === id);
		const failed = findings.filter(
			({ policyId, gaps }) => policyId === id && gaps.some(({ source }) => source === 'evaluation'),
		);
		const clusters = new Map(failed.map(({ cluster }) => [cluster.uid, cluster]));
		const where = clusters.size === 0 ? '' : ` on ${names([...clusters.values()])}`;
		const number = own.reduce((sum, { count }) => sum + count, 0);
		return `policy ${id} could not be evaluated on ${plural(number, 'record')}${where}: ${oneLine(own[0]?.message ?? '')}`;
	});
}

/** What `--allow-gap` and `--allow-incomplete` excuse was not read all the same. */
function whatIsUnread({ clusters, gaps }: Pick<Report, 'clusters' | 'gaps'>): string {
	const { length } = gaps.filter(isRealGap);
	if (length > 0) return `; ${plural(length, 'gap is', 'gaps are')} excused`;
	if (clusters.some(({ status }) => status === 'partial')) return '';
	return gaps.length === 0 ? ', and nothing left unread' : ', and nothing left unread that was asked for';
}

/** Of a cluster that only files tell of, nothing of what its server knows was read. */
function unasked(clusters: Report['clusters']): string {
	const offline = clusters.filter(({ provider, status }) => provider === 'files' && status === 'partial');
	if (offline.length === 0) return '';
	const left = LIVE_SOURCES.filter(source =>
		offline.some(
			({ sources }) => !sources.some(each => each.source === source && each.status !== 'not_configured'),
		),
	);
	return `${names(offline)} known from files only: ${left.join(', ')} were not asked for`;
}

function incompleteness(
	{ clusters, gaps }: Pick<Report, 'clusters' | 'gaps'>,
	{ require, allowIncomplete }: Pick<ScanRequest, 'require' | 'allowIncomplete'>,
): string[] {
	const reasons: string[] = [];
	const dark = clusters.filter(({ status }) => status === 'unreachable' || status === 'not_assessed');
	if (dark.length > 0) reasons.push(`${plural(dark.length, 'cluster')} not assessed: ${names(dark)}`);
	const examined = clusters.some(({ records }) =>
		Object.entries(records).some(([kind, count]) => kind !== 'cluster' && count > 0),
	);
	if (!examined) reasons.push('nothing was examined');
	for (const source of require) {
		const without = clusters.filter(
			({ uid, provider, sources }) =>
				// A cluster known only from files was never asked for more.
				!(provider === 'files' && source !== 'kubeconfig') &&
				// What was not asked for of a single object is missing as well.
				(!sources.some(each => each.source === source && each.status === 'complete') ||
					gaps.some(gap => gap.cluster.uid === uid && gap.source === source)),
		);
		if (without.length > 0) reasons.push(`required source ${source} is not complete on ${names(without)}`);
	}
	const darkUids = new Set(dark.map(({ uid }) => uid));
	const open = gaps.filter(gap => isRealGap(gap) && !gap.isAllowed && !darkUids.has(gap.cluster.uid));
	if (open.length > 0 && !allowIncomplete)
		reasons.push(
			`${plural(open.length, 'gap')}: ${summarize(open.map(gap => gap.source))} could not be read`,
		);
	return reasons;
}

function names(clusters: { name: string }[]): string {
	const more = clusters.length > 5 ? ` and ${clusters.length - 5} more` : '';
	return (
		clusters
			.slice(0, 5)
			.map(({ name }) => oneLine(name, 60))
			.join(', ') + more
	);
}

function summarize(names: string[]): string {
	return [...new Set(names)].sort().join(', ');
}
