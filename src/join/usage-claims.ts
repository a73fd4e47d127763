import { DAY } from '../lib/epoch.ts';
import { byCodeUnit, oneLine } from '../lib/text.ts';
import type { AuditActor } from '../model/audit.ts';
import type { Credential, EpochSeconds } from '../model/facts.ts';
import type { Usage } from '../model/record.ts';
import type { Evidence } from './evidence.ts';

/** What one kind of evidence says. */
export type Claim = Usage;

const MAX_AGENTS = 20;

/** No more than so many characters of reasons: a log may have hundreds of files that could not be read. */
const MAX_REASON = 600;

const SILENT = {
	...{ first: null, last: null, lastAllowed: null, allowed: 0, denied: 0 },
	...{ impersonated: 0, agents: [], sources: 0 },
};

/** What the audit log says of one key: its actors, or that there were none, which only a whole log can. */
export function claimOf(
	actors: AuditActor[],
	evidence: 'credential_id' | 'username',
	whole: Pick<Evidence, 'window' | 'reasons'>,
): Claim {
	const { window } = whole;
	const reason = oneLine(whole.reasons.join('; '), MAX_REASON);
	const grade = window.complete ? (evidence === 'credential_id' ? 'A' : 'B') : 'C';
	if (actors.length > 0) return { result: 'used', reason, ...sum(actors), window, evidence, grade };
	if (!window.complete) return withoutEvidence(whole);
	return { result: 'unused', reason: '', ...SILENT, window, evidence, grade };
}

/** Neither used nor unused: nobody can tell. */
export function withoutEvidence({ window, reasons }: Pick<Evidence, 'window' | 'reasons'>): Claim {
	const reason = oneLine(reasons.join('; '), MAX_REASON);
	return {
		result: 'unavailable',
		reason,
		...SILENT,
		window: { ...window, complete: false },
		evidence: 'none',
		grade: 'D',
	};
}

function sum(
	actors: AuditActor[],
): Omit<typeof SILENT, 'first' | 'last' | 'lastAllowed' | 'agents'> &
	Pick<Usage, 'first' | 'last' | 'lastAllowed' | 'agents'> {
	const requests = (of: AuditActor[]) =>
		of.reduce((total, { allowed, denied }) => total + allowed + denied, 0);
	const agents = new Set(actors.flatMap(actor => actor.agents));
	const sources = new Set(actors.flatMap(actor => actor.sources));
	return {
		first: actors.reduce((first, actor) => Math.min(first, actor.first), Number.POSITIVE_INFINITY),
		last: actors.reduce((last, actor) => Math.max(last, actor.last), Number.NEGATIVE_INFINITY),
		lastAllowed: lastAllowed(actors),
		allowed: actors.reduce((total, { allowed }) => total + allowed, 0),
		denied: actors.reduce((total, { denied }) => total + denied, 0),
		impersonated: requests(actors.filter(({ impersonator }) => impersonator !== '')),
		agents: [...agents].sort(byCodeUnit).slice(0, MAX_AGENTS),
		// A list that was cut says at least how long it was.
		sources: actors.reduce((most, { sourcesTotal }) => Math.max(most, sourcesTotal), sources.size),
	};
}

function lastAllowed(actors: AuditActor[]): EpochSeconds | null {
	const own = actors
		.filter(({ impersonator }) => impersonator === '')
		.flatMap(actor => actor.lastAllowed ?? []);
	return own.length === 0 ? null : own.reduce((last, at) => Math.max(last, at));
}

const NO_WINDOW = { from: null, to: null, complete: false };

/** The day that the API server writes on a token Secret; a refused attempt moves it too. */
export function byLabel({ kind, lastUsed }: Credential): Claim | null {
	if (kind !== 'token_secret' || lastUsed === null) return null;
	const reason = 'a label of its Secret says the day alone';
	return {
		result: 'used',
		reason,
		...SILENT,
		last: lastUsed,
		window: NO_WINDOW,
		evidence: 'token_label',
		grade: 'C',
	};
}

/** The cloud's own look at seven days of its audit log. */
export function byActivity({ cloud }: Credential, collectedAt: EpochSeconds): Claim | null {
	const activity = cloud?.activity ?? null;
	if (activity === null) return null;
	const window = { from: collectedAt - 7 * DAY, to: collectedAt, complete: false };
	if (activity.answer === 'failed') {
		const code = activity.reason === '' ? '' : ` (${oneLine(activity.reason, 100)})`;
		return withoutEvidence({
			window: NO_WINDOW,
			reasons: [`the cloud could not look at its last seven days${code}`],
		});
	}
	const isUsed = activity.answer === 'records_found';
	return {
		result: isUsed ? 'used' : 'unused',
		reason: "the cloud's own look at seven days",
		...SILENT,
		last: isUsed ? activity.last : null,
		window: { ...window, complete: true },
		evidence: 'cloud_activity',
		grade: 'C',
	};
}

/** The best grade; but no silence, however well attested, outweighs a sighting that it should have held. */
export function bestOf(claims: Claim[]): Claim | null {
	const [best, ...others] = [...claims].sort(byWeight);
	if (best === undefined) return null;
	return others.find(other => refutes(other, best)) ?? best;
}

function byWeight(a: Claim, b: Claim): number {
	return (
		byCodeUnit(a.grade, b.grade) ||
		Number(b.result === 'used') - Number(a.result === 'used') ||
		(b.last ?? 0) - (a.last ?? 0)
	);
}

/** A day begins at the latest with its first request: what is dated later than the last one was another. */
function refutes(other: Claim, { last, window }: Claim): boolean {
	if (other.result !== 'used') return false;
	const sighting = other.last ?? other.window.from ?? Number.NEGATIVE_INFINITY;
	return (
		sighting >= (window.from ?? Number.POSITIVE_INFINITY) && sighting > (last ?? Number.NEGATIVE_INFINITY)
	);
}
