import type { PolicyError } from './evaluate/totals.ts';
import { isRealGap } from './join/join.ts';
import { oneLine, plural } from './lib/text.ts';
import { severities } from './model/policy.ts';
import type { Report, Verdict } from './model/report.ts';
import type { ScanRequest } from './model/scan.ts';

/**
 * How the run ends: 130 interrupted, 2 a policy could not be evaluated, 1 findings, 3 incomplete, 0;
 * where several hold, in that order.
 */
export function decide(
	report: Pick<Report, 'clusters' | 'findings' | 'gaps'>,
	request: Pick<ScanRequest, 'failOn' | 'require' | 'allowIncomplete' | 'signal'>,
	policyErrors: PolicyError[],
): Verdict {
	const reasons: [number, string][] = [];
	if (request.signal.aborted) reasons.push([130, 'the run was interrupted: what was finished is reported']);
	for (const { policyId, message, count } of policyErrors) {
		reasons.push([
			2,
			`policy ${policyId} could not be evaluated on ${plural(count, 'record')}: ${oneLine(message)}`,
		]);
	}
	const grave = severities.slice(0, severities.indexOf(request.failOn) + 1);
	const failing = report.findings.filter(
		({ outcome, severity }) => outcome === 'fail' && grave.includes(severity),
	).length;
	if (failing > 0) reasons.push([1, `${plural(failing, 'finding')} of severity ${request.failOn} or worse`]);
	for (const reason of incompleteness(report, request)) reasons.push([3, reason]);
	const exitCode = reasons[0]?.[0] ?? 0;
	if (exitCode === 0)
		reasons.push([0, `no finding of severity ${request.failOn} or worse${whatIsUnread(report.gaps)}`]);
	return { exitCode, reasons: reasons.map(([, reason]) => reason) };
}

/** What `--allow-gap` and `--allow-incomplete` excuse was not read all the same. */
function whatIsUnread(gaps: Report['gaps']): string {
	const { length } = gaps.filter(isRealGap);
	if (length > 0) return `; ${plural(length, 'gap is', 'gaps are')} excused`;
	return gaps.length === 0 ? ', and nothing left unread' : ', and nothing left unread that was asked for';
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

function names(clusters: Report['clusters']): string {
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
