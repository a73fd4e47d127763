import type { EpochSeconds } from './facts.ts';

/** What a waiver covers: a finding that every part which is given matches. `*` stands for any text. */
export interface WaiverSelector {
	/** Policy id, or a glob over ids. */
	policy: string | null;
	/** Name or uid of the cluster, or a glob. */
	cluster: string | null;
	/** The subject's name, uid or identity, or a glob. */
	subject: string | null;
	/** Namespace of the object, or a glob; what is in none has the empty one. */
	namespace: string | null;
	/** SHA-256 of the certificate, or the uid of a credential that has none: this one, and no newer one. */
	fingerprint: string | null;
	/** Id of a finding. */
	finding: string | null;
}

/** An entry of the waivers file: findings that somebody accepts until a date. */
export interface Waiver {
	id: string;
	selector: WaiverSelector;
	reason: string;
	owner: string;
	/** From this second on it no longer suppresses. */
	expires: EpochSeconds;
	/** Empty where the file does not say. */
	approver: string;
	ticket: string;
	/** The file says that it is meant to cover more than anybody looked at. */
	isBroad: boolean;
	/** `file:line`. */
	location: string;
}

/**
 * What a waiver came to in a run. `invalid` suppresses nothing; `too_broad` suppresses, and is reported;
 * `not_examined`: nothing matches it, but not everything that it may be about was read.
 */
export const waiverStates = ['active', 'expired', 'unused', 'invalid', 'too_broad', 'not_examined'] as const;
export type WaiverState = (typeof waiverStates)[number];

/** A waiver as the run reports it. */
export interface ReportedWaiver extends Omit<Waiver, 'selector' | 'isBroad'> {
	state: WaiverState;
	/** Why it is invalid, too broad or not examined, or what an active one covers beside its findings; else empty. */
	note: string;
	/** Findings that it suppresses, or did until it expired. */
	matches: number;
}

/** Why a finding does not count, and until when. */
export interface Suppression extends Pick<Waiver, 'reason' | 'owner' | 'expires' | 'approver' | 'ticket'> {
	/** Id of the waiver. */
	waiver: string;
}

/** Stands for the cluster in what is about the run as a whole, as a waiver is. */
export const FLEET = { uid: 'fleet', name: 'all clusters' } as const;
