import { glob, isAnything } from '../lib/glob.ts';
import type { Finding } from '../model/finding.ts';
import type { Policy } from '../model/policy.ts';
import type { WaiverSelector } from '../model/waiver.ts';
import type { Examined } from './examined.ts';
import { isPinned, namesOf } from './select.ts';

/** What a wildcard may turn out to select as a whole. */
export interface Breadth {
	policies: Policy[];
	clusters: Pick<Examined['clusters'][number], 'uid' | 'name'>[];
	subjects: Finding['subject'][];
}

/**
 * Why a selector covers more than anybody can have looked at, and what to write; empty where it does not.
 * Cluster, subject and namespace narrow no open policy: the only cluster of a run is everything.
 */
export function whyBroad(selector: WaiverSelector, { policies, clusters, subjects }: Breadth): string {
	if (isPinned(selector)) return '';
	const open = whyOpen(selector.policy, policies);
	if (open !== '') return `${open}: name a policy by its id, a finding or a fingerprint, or say broad: true`;
	const part = isWhole(selector.cluster, clusters, ({ uid, name }) => [uid, name])
		? 'cluster'
		: isWhole(selector.subject, subjects, namesOf)
			? 'subject'
			: '';
	if (part === '') return '';
	return `its ${part} leaves every ${part} of the run in: name one, leave that part out, or say broad: true`;
}

/** Why a policy is not narrowed: a pattern has to stay in one category, and to leave some of it out. */
function whyOpen(pattern: string | null, policies: Policy[]): string {
	if (pattern === null) return 'it names no policy';
	if (!pattern.includes('*')) return '';
	const [category = '', rest] = pattern.split('/', 2);
	if (category.includes('*') || rest === undefined) return 'its policy is not kept to one category';
	const isSelected = glob(pattern);
	// No waiver excuses what is about waivers: they must not make the rest look like a part.
	const all = policies.filter(({ id, kind }) => kind !== 'waiver' && id.startsWith(`${category}/`));
	const isAll = isAnything(rest) || (all.length > 0 && all.every(({ id }) => isSelected(id)));
	return isAll ? 'its policy is a whole category' : '';
}

/** Whether a wildcard leaves all in. Where there is only one, it may be meant for that one. */
function isWhole<T>(pattern: string | null, all: T[], namesOf: (item: T) => string[]): boolean {
	if (pattern === null || !pattern.includes('*')) return false;
	const isSelected = glob(pattern);
	return isAnything(pattern) || (all.length > 1 && all.every(item => namesOf(item).some(isSelected)));
}
