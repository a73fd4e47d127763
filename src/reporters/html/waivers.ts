import { describeDetails } from '../../lib/describe-details.ts';
import { formatRfc3339 } from '../../lib/epoch.ts';
import { oneLine } from '../../lib/text.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import type { Severity } from '../../model/policy.ts';
import type { Report, SuppressedFinding } from '../../model/report.ts';
import type { ReportedWaiver, WaiverState } from '../../model/waiver.ts';
import { count, isDate, named, severityWords, waiverWords } from '../words.ts';
import { whereOf } from './findings.ts';
import { type Capped, capped } from './rows.ts';

/** One entry of the waivers file, and what it did. */
export interface WaiverRow {
	id: string;
	state: string;
	tone: 'bad' | 'open' | 'good' | 'quiet';
	meaning: string;
	matches: string;
	reason: string;
	owner: string;
	approver: string;
	ticket: string;
	until: string;
	location: string;
}

/** A finding that a waiver excuses, with what it would have said. */
export interface SuppressedRow {
	severity: Severity;
	word: string;
	policyId: string;
	subject: string;
	where: string;
	cluster: string;
	message: string;
	waiver: string;
	reason: string;
	owner: string;
	until: string;
}

const MAX_ROWS = 300;

const TONES = {
	active: 'good',
	expired: 'bad',
	unused: 'open',
	invalid: 'bad',
	too_broad: 'open',
	not_examined: 'quiet',
} as const satisfies Record<WaiverState, WaiverRow['tone']>;

/** What somebody has to do something about comes first. */
const ORDER = [
	'invalid',
	'expired',
	'too_broad',
	'unused',
	'not_examined',
	'active',
] as const satisfies WaiverState[];

/** Every waiver of the run, those that need an answer first, else in the order of the file. */
export function waiverRows({ waivers }: Report): Capped<WaiverRow> {
	const sorted = ORDER.flatMap(state => waivers.filter(waiver => waiver.state === state));
	return capped(sorted, MAX_ROWS, 'waivers', waiverRow);
}

function waiverRow({ id, state, note, matches, ...waiver }: ReportedWaiver): WaiverRow {
	const [word, meaning] = waiverWords[state];
	return {
		id: named(id, 120),
		state: word,
		tone: TONES[state],
		meaning: note === '' ? meaning : `${meaning} ${sentence(note)}`,
		matches: count(matches),
		reason: prose(waiver.reason),
		owner: named(waiver.owner),
		approver: oneLine(waiver.approver),
		ticket: oneLine(waiver.ticket),
		until: moment(waiver.expires),
		location: oneLine(waiver.location),
	};
}

/** Findings that do not count, shown all the same. */
export function suppressedRows(report: Report): Capped<SuppressedRow> {
	return capped(report.suppressed, MAX_ROWS, 'suppressed', suppressedRow);
}

function suppressedRow({ suppression, ...finding }: SuppressedFinding): SuppressedRow {
	const details = describeDetails(finding.details);
	return {
		severity: finding.severity,
		word: severityWords[finding.severity],
		policyId: oneLine(finding.policyId, 120),
		subject: named(finding.subject.name),
		where: whereOf(finding),
		cluster: named(finding.cluster.name, 120),
		// Subject and cluster stand beside it already.
		message: oneLine(details === '' ? finding.title : `${finding.title}: ${details}`, 600),
		waiver: named(suppression.waiver, 120),
		reason: prose(suppression.reason),
		owner: named(suppression.owner),
		until: moment(suppression.expires),
	};
}

/** A reason may be written in several lines. */
function prose(text: string): string {
	return oneLine(text.slice(0, 2000).replace(/\s+/g, ' '), 600);
}

/** To the second: from then on the finding counts. */
function moment(seconds: EpochSeconds): string {
	return isDate(seconds) ? formatRfc3339(seconds).replace('T', ' ').replace('Z', ' UTC') : 'no date';
}

function sentence(note: string): string {
	const text = oneLine(note, 600);
	return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
