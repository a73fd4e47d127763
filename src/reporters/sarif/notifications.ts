import { groupBy } from '../../lib/group-by.ts';
import { byCodeUnit, plural } from '../../lib/text.ts';
import type { Report, ReportedGap } from '../../model/report.ts';
import { clusterNames, gapWords } from '../words.ts';
import type { Notification } from './log.ts';
import { plain, sentence } from './text.ts';

/** More than anybody reads, and far below what makes a file too big. */
const MAX_NOTIFICATIONS = 500;

/** Gaps and unknown answers of one cluster, or of the whole fleet when no uid is given. */
export function notificationsOf(report: Report, clusterUid?: string): Notification[] {
	const isWanted = (uid: string) => clusterUid === undefined || uid === clusterUid;
	const all = [
		...gapNotifications(report.gaps.filter(gap => isWanted(gap.cluster.uid))),
		...unknownNotifications(report, isWanted),
	];
	return bounded(all);
}

/** One for each cluster, source and reason, however many objects it touches. */
function gapNotifications(gaps: ReportedGap[]): Notification[] {
	const groups = groupBy(gaps, gap => JSON.stringify([gap.cluster.uid, gap.source, gap.code, gap.isAllowed]));
	return [...groups.values()].map(([gap, ...others]) => {
		const times = others.length === 0 ? '' : ` (${plural(others.length + 1, 'gap')} like this)`;
		const text = `Cluster ${plain(gap.cluster.name, 80)}, ${gap.source} ${gapWords[gap.code]}${times}: ${sentence(gap.message)}`;
		return notification(gap.isAllowed ? 'note' : 'warning', `gap/${gap.source}`, text);
	});
}

/** Unknown answers are no alerts: they are counted by policy and cluster. */
function unknownNotifications(report: Report, isWanted: (uid: string) => boolean): Notification[] {
	const names = clusterNames(report);
	return report.policies.flatMap(policy =>
		policy.byCluster
			.filter(({ cluster, outcomes }) => outcomes.unknown > 0 && isWanted(cluster))
			.map(({ cluster, outcomes }) => {
				const name = plain(names.get(cluster) ?? cluster, 80);
				const text = `${plain(policy.id)} is unknown for ${plural(outcomes.unknown, 'object')} of cluster ${name}: a fact that it needs could not be read.`;
				return notification('warning', 'policy/unknown', text);
			}),
	);
}

/** One notification; its id says which kind of news it is. */
export function notification(level: Notification['level'], id: string, text: string): Notification {
	return { level, descriptor: { id }, message: { text } };
}

function bounded(all: Notification[]): Notification[] {
	const sorted = all.sort(
		(a, b) => byCodeUnit(b.level, a.level) || byCodeUnit(a.message.text, b.message.text),
	);
	if (sorted.length <= MAX_NOTIFICATIONS) return sorted;
	const left = sorted.length - MAX_NOTIFICATIONS;
	const text = `${plural(left, 'further notification')} left out here; result.json has all of them.`;
	return [...sorted.slice(0, MAX_NOTIFICATIONS), notification('warning', 'report/cut', text)];
}
