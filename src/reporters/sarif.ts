import { formatRfc3339 } from '../lib/epoch.ts';
import { groupBy } from '../lib/group-by.ts';
import type { Finding } from '../model/finding.ts';
import type { Report, ReportedCluster } from '../model/report.ts';
import type { ReportFile } from './reporter.ts';
import {
	coveragePolicies,
	isFleetFinding,
	isOfFleet,
	isRead,
	leftOut,
	unreadResults,
} from './sarif/coverage.ts';
import { log, type Run } from './sarif/log.ts';
import { notification, notificationsOf } from './sarif/notifications.ts';
import { type Lookup, lookup, resultsOf } from './sarif/results.ts';
import { rulesOf } from './sarif/rules.ts';
import { familyOf, shards } from './sarif/shards.ts';
import { clusterSlugs, slug } from './slug.ts';

/**
 * One file and one category for each cluster that was read, an empty one where it is clean, and one for
 * what could not be read. GitHub closes the alerts of a category that misses in a new upload of it, so a
 * cluster that was not read has no file: its alerts stay as they are.
 */
export function sarif(report: Report): ReportFile[] {
	const tables = lookup(report, clusterSlugs(report.clusters));
	const failed = report.findings.filter(finding => finding.outcome === 'fail' && !isFleetFinding(finding));
	const byCluster = groupBy(failed, ({ cluster }) => cluster.uid);
	return [
		...report.clusters
			.filter(isRead)
			.flatMap(cluster => clusterFiles(report, cluster, byCluster.get(cluster.uid) ?? [], tables)),
		coverageFile(report, tables),
	];
}

function clusterFiles(
	report: Report,
	cluster: ReportedCluster,
	findings: Finding[],
	tables: Lookup,
): ReportFile[] {
	const policies = report.policies.filter(policy => !isOfFleet(policy));
	const parts = shards(
		resultsOf(findings, tables),
		policies.map(policy => familyOf(policy.id)),
		cluster.uid,
	);
	const notifications = notificationsOf(report, cluster.uid);
	const name = tables.slugs.get(cluster.uid) ?? 'cluster';
	return parts.map(({ family, results }) => {
		const split = parts.length === 1 ? [] : [notification('note', 'report/split', SPLIT)];
		const suffix = family === '' ? '' : `-${slug(family, 'other')}`;
		return file(report, `${name}${suffix}`, `${name}/${family === '' ? '' : `${slug(family, 'other')}/`}`, {
			rules: rulesOf(policies.filter(policy => family === '' || familyOf(policy.id) === family)),
			notifications: [...notifications, ...split],
			results,
		});
	});
}

const SPLIT =
	'This cluster has more findings than one category holds: each family of policies has a file of its own.';

function coverageFile(report: Report, tables: Lookup): ReportFile {
	const findings = report.findings.filter(f => f.outcome === 'fail' && isFleetFinding(f));
	return file(report, '_coverage', '_coverage/', {
		rules: rulesOf(coveragePolicies(report.policies)),
		notifications: [...notificationsOf(report), ...leftOut(report)],
		results: [...unreadResults(report, tables.slugs), ...resultsOf(findings, tables)],
	});
}

function file(
	report: Report,
	name: string,
	category: string,
	run: Pick<Run, 'rules' | 'notifications' | 'results'>,
): ReportFile {
	const at = formatRfc3339(report.run.now).replace(/[:-]/g, '');
	const automationId = `kubelapse/default/${category}${at}`;
	return { path: `sarif/${name}.sarif`, text: log({ version: report.run.version, automationId, ...run }) };
}
