import type { Finding } from '../model/finding.ts';
import type { WaiverRecord } from '../model/record.ts';
import type { SuppressedFinding } from '../model/report.ts';
import {
	FLEET,
	type ReportedWaiver,
	type Suppression,
	type Waiver,
	type WaiverState,
} from '../model/waiver.ts';
import { whyBroad } from './breadth.ts';
import { type Examined, whyNotExamined } from './examined.ts';
import { coversUnseen, problemOf, type Rules } from './problem.ts';
import { COVERS_PLACE, fingerprintOf, isOfPlace, isWaivable, type Selection, select } from './select.ts';

/** What the waivers did to the findings of a run. */
export interface Suppressed {
	/** Those that count. */
	findings: Finding[];
	suppressed: SuppressedFinding[];
	/** Every waiver, in the order of the file. */
	waivers: ReportedWaiver[];
	/** The same for the policies that judge waivers. */
	records: WaiverRecord[];
}

/**
 * Takes what waivers excuse out of the findings; where several match one finding, the first of the file
 * stands beside it. Only fails are excused: what could not be judged stays unknown.
 */
export function suppress(waivers: Waiver[], all: Finding[], rules: Rules, examined: Examined): Suppressed {
	// The index of half a million findings is not made for nobody.
	if (waivers.length === 0) return { findings: all, suppressed: [], waivers: [], records: [] };
	const index = indexFindings(all);
	const breadth = { policies: rules.policies, clusters: examined.clusters, subjects: subjectsOf(all) };
	const excused = new Map<Finding, Waiver>();
	const judged = waivers.map(waiver => {
		const selection = select(waiver);
		const matches = candidates(waiver, index).filter(selection.finding);
		const broad = whyBroad(waiver.selector, breadth);
		const { reported, record } = judge(waiver, selection, matches, { ...rules, broad }, examined);
		if (reported.state === 'active' || reported.state === 'too_broad')
			for (const finding of matches) if (!excused.has(finding)) excused.set(finding, waiver);
		return { reported, record };
	});
	return {
		findings: all.filter(finding => !excused.has(finding)),
		suppressed: [...excused].map(([finding, waiver]) => ({ ...finding, suppression: suppressionOf(waiver) })),
		waivers: judged.map(({ reported }) => reported),
		records: judged.map(({ record }) => record),
	};
}

/** Each subject that a waiver may be about, once. */
function subjectsOf(all: Finding[]): Finding['subject'][] {
	const failed = all.filter(isWaivable);
	return [
		...new Map(
			failed.map(({ cluster, subject }) => [JSON.stringify([cluster.uid, subject.uid]), subject]),
		).values(),
	];
}

interface Index {
	all: Finding[];
	byId: Map<string, Finding[]>;
	byFingerprint: Map<string, Finding[]>;
}

/** Most waivers name one finding or one credential: thousands of them must not read all findings each. */
function indexFindings(all: Finding[]): Index {
	const index: Index = { all, byId: new Map(), byFingerprint: new Map() };
	const put = (map: Map<string, Finding[]>, key: string, finding: Finding) => {
		const known = map.get(key);
		if (known === undefined) map.set(key, [finding]);
		else known.push(finding);
	};
	for (const finding of all) {
		put(index.byId, finding.id, finding);
		const fingerprint = fingerprintOf(finding);
		if (fingerprint !== null) put(index.byFingerprint, fingerprint, finding);
	}
	return index;
}

function candidates({ selector }: Waiver, { all, byId, byFingerprint }: Index): Finding[] {
	if (selector.finding !== null) return byId.get(selector.finding) ?? [];
	if (selector.fingerprint !== null) return byFingerprint.get(selector.fingerprint) ?? [];
	return all;
}

function judge(
	waiver: Waiver,
	selection: Selection,
	matches: Finding[],
	rules: Rules & { broad: string },
	examined: Examined,
): { reported: ReportedWaiver; record: WaiverRecord } {
	const problem = problemOf(waiver, selection, matches, rules, rules.broad);
	const isBroad = coversUnseen(waiver, matches, rules.broad);
	const unread = matches.length > 0 ? '' : whyNotExamined(waiver, selection, rules.policies, examined);
	const [state, note] = stateOf(waiver, matches, rules.now, { problem, isBroad, unread });
	const { id, reason, owner, expires, approver, ticket, location } = waiver;
	const count = state === 'invalid' ? 0 : matches.length;
	return {
		reported: { id, state, note, matches: count, reason, owner, expires, approver, ticket, location },
		record: {
			kind: 'waiver',
			now: rules.now,
			cluster: { ...FLEET, provider: 'kubernetes', version: '', exposure: 'unknown' },
			gaps: [],
			waiver: { id, reason, owner, expires, isBroad: isBroad && state !== 'invalid', location },
			matches: count,
			// One that suppresses nothing by its own fault is told as invalid, and not as unused.
			isExamined: state !== 'invalid' && unread === '',
		},
	};
}

/** One that has expired does nothing any more, whatever else is wrong with it. */
function stateOf(
	{ expires }: Waiver,
	matches: Finding[],
	now: number,
	{ problem, isBroad, unread }: { problem: string; isBroad: boolean; unread: string },
): [WaiverState, string] {
	if (now >= expires) return ['expired', ''];
	if (problem !== '') return ['invalid', problem];
	if (isBroad) return ['too_broad', 'it covers what nobody has looked at'];
	if (matches.length > 0) return ['active', matches.some(isOfPlace) ? COVERS_PLACE : ''];
	return unread === '' ? ['unused', ''] : ['not_examined', unread];
}

function suppressionOf({ id, reason, owner, expires, approver, ticket }: Waiver): Suppression {
	return { waiver: id, reason, owner, expires, approver, ticket };
}
