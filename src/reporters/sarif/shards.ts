import { groupBy } from '../../lib/group-by.ts';
import { plural } from '../../lib/text.ts';
import { shortHash } from '../slug.ts';
import type { Result } from './log.ts';

/** GitHub keeps 5,000 results of a run; the rest is room for the summaries of what was cut. */
const MAX_RESULTS = 4900;

/** Results that go into one category: the cluster's own (`family` empty), or that of one rule family. */
export interface Shard {
	family: string;
	results: Result[];
}

/**
 * All results in one shard where they fit. Else the cluster's own category becomes empty, so that its
 * old alerts close, and each family of policies gets a category; `families` names those without results
 * too, since only an upload closes their alerts.
 */
export function shards(results: Result[], families: string[], clusterUid: string): Shard[] {
	if (results.length <= MAX_RESULTS) return [{ family: '', results }];
	const groups = groupBy(results, result => familyOf(result.ruleId));
	const names = [...new Set([...families, ...groups.keys()])].sort();
	return [
		{ family: '', results: [] },
		...names.map(family => ({ family, results: cut(groups.get(family) ?? [], clusterUid) })),
	];
}

/** `orphan` of `orphan/role_missing`. */
export function familyOf(ruleId: string): string {
	return ruleId.split('/')[0] ?? ruleId;
}

/** Keeps the worst (they come first) and says for each rule how many are left out. */
function cut(results: Result[], clusterUid: string): Result[] {
	if (results.length <= MAX_RESULTS) return results;
	const left = groupBy(results.slice(MAX_RESULTS), result => result.ruleId);
	return [...results.slice(0, MAX_RESULTS), ...[...left.values()].map(group => summaryOf(group, clusterUid))];
}

function summaryOf(left: [Result, ...Result[]], clusterUid: string): Result {
	const { ruleId, level, locations } = left[0];
	const text = `${plural(left.length, 'more finding')} of ${ruleId} left out here. result.json and report.html have all of them.`;
	const hash = shortHash(JSON.stringify(['kubelapse/v1', 'cut', clusterUid, ruleId]), 64);
	return {
		ruleId,
		level,
		message: { text },
		locations,
		partialFingerprints: { primaryLocationLineHash: `${hash.slice(0, 16)}:1`, 'kubelapse/v1': `${hash}:1` },
	};
}
