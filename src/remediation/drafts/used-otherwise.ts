import { formatDay } from '../../lib/epoch.ts';
import { oneLine } from '../../lib/text.ts';
import type { Because } from '../draft.ts';
import type { Bar } from '../guards.ts';
import type { Scope } from '../scope.ts';

/** Evidence about one credential says nothing of the others of its user, whom all of this would hit. */
export function usedOtherwise(scope: Scope, username: string, { finding, judgesUse }: Because): Bar | null {
	if (finding === null || !judgesUse || finding.policyId === 'usage/used_by_deleted_identity') return null;
	const usage = scope.identityOf(username)?.usage ?? null;
	const who = oneLine(username);
	if (usage?.result === 'used' && usage.last !== null)
		return {
			code: 'used_otherwise',
			reason: `${who} was seen on ${formatDay(usage.last)}, with this or another login, and all of them would lose their grants`,
		};
	if (usage?.result !== 'unused')
		return {
			code: 'used_otherwise',
			reason: `whether ${who} uses another login is not known: ${usage?.reason || 'nobody was asked'}`,
		};
	return usage.grade > 'B'
		? {
				code: 'grade_too_low',
				reason: `the evidence about ${who} is of grade ${usage.grade}, and B is asked for`,
			}
		: null;
}
