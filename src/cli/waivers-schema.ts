import { z } from 'zod';
import { DAY, formatDay, formatRfc3339, parseDay } from '../lib/epoch.ts';
import type { EpochSeconds } from '../model/facts.ts';
import { parseMoment } from './flags.ts';

/** A letter, digit or sign: spaces, controls and what has no width say nothing. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

const pattern = (what: string) => text(500).describe(`${what}; * stands for any text`);

const selector = z
	.strictObject({
		policy: pattern(
			'Policy id, or a part of one category; missing only beside a finding, a fingerprint or broad: true',
		).optional(),
		cluster: pattern('Name or uid of the cluster').optional(),
		subject: pattern('Name, uid or identity of the subject, as result.json has them').optional(),
		namespace: pattern('Namespace of the object').optional(),
		fingerprint: text(500)
			.transform(plainFingerprint)
			.describe('SHA-256 of the certificate, or the uid of a credential that has none')
			.optional(),
		finding: z
			.string({ error: quoted })
			.regex(/^[0-9a-f]{16}$/, 'no id of a finding: 16 digits and letters a to f')
			.describe('Id of one finding')
			.optional(),
	})
	.refine(parts => Object.keys(parts).length > 0, 'selects nothing: name at least one part');

/** An entry of the waivers file, before its end is parsed. */
export const waiverSchema = z.strictObject({
	id: z
		.string({ error: quoted })
		.regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'takes letters, digits, . _ and -, at most 100'),
	selector: selector.describe('Findings that every part which is given matches'),
	reason: text(2000).describe('Why it is accepted'),
	owner: text(200).describe('Who answers for it'),
	expires: text(40)
		.transform(parsedEnd)
		.describe(
			'From this RFC 3339 time on it no longer suppresses; a day (2027-01-31) ends at midnight UTC after it',
		),
	approver: text(200).describe('Who allowed it').optional(),
	ticket: text(200).describe('Where it is tracked').optional(),
	broad: z
		.boolean()
		.describe('It is meant to cover more than anybody looked at, and is reported for it')
		.optional(),
});

/** `waivers.yaml`. */
export const waiversSchema = z.strictObject({
	waivers: z.array(waiverSchema).nullable().describe('Findings that are accepted until a date'),
});

/** An entry of the file as it was read. */
export type WaiverEntry = z.output<typeof waiverSchema>;
/** An entry as it is written. */
export type WaiverInput = z.input<typeof waiverSchema>;

/** Right names at a place of the file, for what to suggest in place of a wrong one. */
export function knownWaiverKeys(at: PropertyKey[]): string[] {
	if (at.length === 0) return Object.keys(waiversSchema.shape);
	return Object.keys(at.length > 2 ? selector.shape : waiverSchema.shape);
}

/** A fingerprint as kubelapse writes it, from what openssl and result.json write. */
function plainFingerprint(value: string): string {
	const hex = value
		.replace(/^x509:/, '')
		.replaceAll(':', '')
		.toLowerCase();
	return /^[0-9a-f]{64}$/.test(hex) ? hex : value;
}

/** The second from which on a waiver no longer works: a day counts whole. @throws {Error} for what is neither. */
export function parseEnd(value: string): EpochSeconds {
	const day = parseDay(value);
	if (day !== null && formatDay(day) === value) return day + DAY;
	return parseMoment(value);
}

/** `90d` is the end that many days after `now`, as it is written to a file; any other text stays. */
export function dated(value: string, now: EpochSeconds): string {
	const days = /^(\d{1,5})d$/.exec(value)?.[1];
	return days === undefined ? value : formatRfc3339(now + Number(days) * DAY);
}

function parsedEnd(value: string, context: z.RefinementCtx): EpochSeconds {
	try {
		return parseEnd(value);
	} catch (error) {
		context.addIssue(error instanceof Error ? error.message : String(error));
		return z.NEVER;
	}
}

function text(maxLength: number) {
	return z
		.string({ error: quoted })
		.max(maxLength, `takes at most ${maxLength} characters`)
		.regex(VISIBLE, 'is empty');
}

/** YAML makes a number of a ticket, and of a finding's id that has no letter. */
function quoted({ input }: { input?: unknown }): string {
	if (input === undefined) return 'is missing';
	return typeof input === 'object' ? 'is no text' : 'is no text: write it in quotes';
}
