import { oneLine, plural } from '../../lib/text.ts';
import type { DirectoryIdentity, EpochSeconds, Gap, GapCode } from '../../model/facts.ts';
import { matchedValues, type RosterContent, type RosterRow } from './row.ts';
import type { MatchRule } from './rule.ts';

/** A subject of RBAC, or the owner of a credential. */
export interface RosterSubject {
	kind: 'User' | 'Group';
	name: string;
}

/** What rosters say of a cluster's subjects, and what they could not say. */
export interface Identified {
	identities: DirectoryIdentity[];
	gaps: Gap[];
}

/** What else a judgement goes by. */
export interface MatchContext {
	now: EpochSeconds;
}

type Index = Map<string, RosterRow[]>;
/** A subject with the rows that it may be; not asked after where the rule makes nothing of its name. */
type Match = { subject: RosterSubject; rows: RosterRow[]; isAsked: boolean };
type Answer = Pick<DirectoryIdentity, 'state' | 'listComplete'> & { row: RosterRow | null };

/** Prepares the rows for looking up names of one cluster after another. */
export function createMatcher(
	contents: RosterContent[],
	rule: MatchRule,
	context: MatchContext,
): (subjects: RosterSubject[]) => Identified {
	const users = indexBy(
		contents.flatMap(content => content.users),
		row => matchedValues(row, rule.field).map(rule.fold),
	);
	const groups = indexBy(
		contents.flatMap(content => content.groups),
		row => [row.username, row.id, row.externalId].map(rule.fold),
	);
	return subjects => {
		const asked = distinct(subjects);
		let isEndless = false;
		const matches = (['User', 'Group'] as const).flatMap(kind => {
			const those = asked.filter(subject => subject.kind === kind);
			const claims = rule.claims(
				those.map(({ name }) => name),
				kind,
			);
			if (claims === null) isEndless = true;
			const index = kind === 'User' ? users : groups;
			return those.map((subject, at): Match => {
				const claim = claims?.[at] ?? null;
				return { subject, rows: claim === null ? [] : (index.get(claim) ?? []), isAsked: claim !== null };
			});
		});
		return judge(matches, contents, context, isEndless);
	};
}

function indexBy(rows: RosterRow[], keysOf: (row: RosterRow) => string[]): Index {
	const index: Index = new Map();
	for (const row of rows) {
		for (const key of new Set(keysOf(row))) {
			if (key === '') continue;
			const there = index.get(key);
			if (there === undefined) index.set(key, [row]);
			else there.push(row);
		}
	}
	return index;
}

/** Kubernetes' own users are in no roster: unless one names them, nothing is said of them. */
function isBuiltIn({ name }: RosterSubject): boolean {
	return name.startsWith('system:');
}

function distinct(subjects: RosterSubject[]): RosterSubject[] {
	const byKey = new Map(subjects.map(({ kind, name }) => [`${kind} ${name}`, { kind, name }]));
	return [...byKey.values()];
}

function judge(
	all: Match[],
	contents: RosterContent[],
	context: MatchContext,
	isEndless: boolean,
): Identified {
	const matches = all.filter(({ subject, rows }) => rows.length > 0 || !isBuiltIn(subject));
	const people = matches.filter(({ subject }) => subject.kind === 'User' && !isBuiltIn(subject));
	const found = people.filter(({ rows }) => rows.length > 0).length;
	const isWhole = !isEndless && contents.length > 0 && contents.every(({ isComplete }) => isComplete);
	const isKeyedRight = found * 2 >= people.length;
	const proves = {
		User: isWhole && isKeyedRight,
		Group: isWhole && isKeyedRight && contents.every(({ hasGroups }) => hasGroups),
	};
	const answers = matches.map(match => ({ match, answer: answer(match, contents, proves, context) }));
	const gaps = contents.flatMap(content => content.gaps);
	if (isEndless) gaps.push(gap('timeout', 'identity-pattern takes too long on names of this cluster'));
	else if (isWhole && !isKeyedRight) gaps.push(tooFew(found, people.length));
	return {
		identities: answers.map(({ match, answer }) => toIdentity(match.subject, answer, contents)),
		gaps: [...gaps, ...undecided(answers)],
	};
}

function answer(
	{ subject, rows, isAsked }: Match,
	contents: RosterContent[],
	proves: Record<RosterSubject['kind'], boolean>,
	{ now }: MatchContext,
): Answer {
	const [row] = rows;
	if (row === undefined) {
		// A name that no row could have is not missing.
		const listComplete = isAsked && proves[subject.kind];
		return { row: null, state: 'unknown', listComplete };
	}
	if (!isOneAnswer(rows)) return { row: null, state: 'unknown', listComplete: false };
	const isAhead = row.state !== 'active' && row.since !== null && row.since > now;
	const state = isAhead ? 'unknown' : row.state;
	// Who is in a roster that says nothing of them is not missing from it.
	const listComplete = state !== 'unknown' && contents.every(({ isComplete }) => isComplete);
	return { row, state, listComplete };
}

/** One row, or one of each roster that say the same. */
function isOneAnswer(rows: RosterRow[]): boolean {
	const providers = new Set(rows.map(({ provider }) => provider));
	return providers.size === rows.length && new Set(rows.map(({ state }) => state)).size === 1;
}

function toIdentity(
	{ kind, name }: RosterSubject,
	{ row, state, listComplete }: Answer,
	contents: RosterContent[],
): DirectoryIdentity {
	const provider = row?.provider ?? contents[0]?.provider ?? 'file';
	return {
		username: name,
		provider,
		account: row?.id ?? '',
		name: row?.name ?? '',
		displayName: row?.displayName ?? '',
		type: kind === 'User' ? 'user' : 'group',
		state,
		stateSince: row === null || !['disabled', 'deleted'].includes(state) ? null : row.since,
		human: row?.human ?? 'unknown',
		listComplete,
		cloudService: '',
	};
}

function tooFew(found: number, count: number): Gap {
	const how = 'set identity-field, identity-prefix, identity-pattern or identity-ignore-case';
	const message = `the roster knows ${found} of ${plural(count, 'user')} of this cluster, too few to say who is missing; ${how}`;
	return gap('partial', message);
}

/** Those who are in a roster and of whom it still says nothing. */
function undecided(answers: { match: Match; answer: Answer }[]): Gap[] {
	const open = answers.filter(({ match, answer }) => match.rows.length > 0 && answer.state === 'unknown');
	const reasons: [string, (entry: (typeof answers)[number]) => boolean][] = [
		['several entries that may be one name, or contradict each other', ({ answer }) => answer.row === null],
		['a date that is still to come', ({ answer }) => answer.row !== null && answer.row.state !== 'unknown'],
		['no word of being active', ({ answer }) => answer.row?.state === 'unknown'],
	];
	return reasons.flatMap(([reason, holds]) => {
		const those = open.filter(holds);
		const [first] = those;
		if (first === undefined) return [];
		const places = first.match.rows.slice(0, 3).map(({ place }) => oneLine(place, 80));
		const example = `${oneLine(first.match.subject.name, 60)} (${places.join(', ')})`;
		return [gap('partial', `the roster has ${reason}, for ${plural(those.length, 'name')}, as ${example}`)];
	});
}

function gap(code: GapCode, message: string): Gap {
	return { source: 'identities', code, message, permission: '', subject: '' };
}
