import { DAY, formatDay, formatRfc3339 } from '../lib/epoch.ts';
import type { EpochSeconds } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { Policy } from '../model/policy.ts';
import type { Waiver } from '../model/waiver.ts';
import { whyNoPolicy } from './policy-name.ts';
import { fingerprintOf, isCredentialKind, isOpen, isPinned, type Selection } from './select.ts';

/** What a waiver is held against. */
export interface Rules {
	policies: Policy[];
	now: EpochSeconds;
	/** No waiver ends later than so many days from now. */
	maxDays: number;
}

/**
 * Why a waiver must not suppress anything, and what to write in its place; empty where it may.
 * @param broad what `whyBroad` says of it.
 */
export function problemOf(
	waiver: Waiver,
	selection: Selection,
	matches: Finding[],
	{ policies, now, maxDays }: Rules,
	broad: string,
): string {
	return (
		tooLong(waiver.expires, now, maxDays) ||
		whyNoPolicy(waiver.selector.policy, policies) ||
		(waiver.isBroad ? '' : broad) ||
		unpinned(waiver, selection, matches, policies)
	);
}

/** Why an end is further away than waivers may last; empty where it is not. */
export function tooLong(expires: EpochSeconds, now: EpochSeconds, maxDays: number): string {
	const limit = now + maxDays * DAY;
	if (expires <= limit) return '';
	return `it lasts longer than ${maxDays} days: let it expire at ${formatRfc3339(limit)} or before (as a day, ${formatDay(limit - DAY)})`;
}

/** Whether a waiver covers more than anybody looked at, and says so. */
export function coversUnseen({ isBroad, selector }: Waiver, matches: Finding[], broad: string): boolean {
	return isBroad && (broad !== '' || (!isPinned(selector) && matches.some(isOfCredential)));
}

/**
 * A credential of the same name may be minted at any time: nobody has looked at it, so a name never covers
 * it. Only a waiver that names no subject at all, and says that it is broad, covers credentials unseen.
 */
function unpinned(waiver: Waiver, selection: Selection, matches: Finding[], policies: Policy[]): string {
	const { selector, isBroad } = waiver;
	if (isPinned(selector) || (isBroad && isOpen(selector.subject))) return '';
	const found = matches.filter(isOfCredential);
	const judges = policies.filter(({ id }) => selection.policy(id));
	const isOnlyThat = judges.length > 0 && judges.every(({ kind }) => isCredentialKind(kind));
	if (found.length === 0 && !isOnlyThat) return '';
	const [fingerprint, ...others] = new Set(found.map(finding => fingerprintOf(finding) ?? ''));
	const advice =
		fingerprint !== undefined && others.length === 0
			? `add fingerprint: ${fingerprint}`
			: 'name each one by its fingerprint, or by its finding';
	return `it covers any credential that is issued under that name: ${advice}`;
}

function isOfCredential({ subject }: Finding): boolean {
	return isCredentialKind(subject.kind);
}
