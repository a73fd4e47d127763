import type { Evidence } from '../join/evidence.ts';
import { formatDuration, formatRfc3339 } from '../lib/epoch.ts';
import { oneLine, plural } from '../lib/text.ts';
import type { AuditActor, AuditStream } from '../model/audit.ts';
import type { EpochSeconds } from '../model/facts.ts';
import type { Usage } from '../model/record.ts';
import { wrap } from '../reporters/terminal.ts';
import { loginOf, placesOf, timelineText } from './timeline-text.ts';
import type { ReportedUse } from './usage-result.ts';
import { isFound, missingOf, type UsageSection } from './usage-sections.ts';
import { subjectWords, type UsageSubject } from './usage-subject.ts';

/** All that is told of one subject. */
export interface UsageAccount {
	subject: UsageSubject;
	since: EpochSeconds | null;
	/** null: no result was given. */
	result: { now: EpochSeconds; uses: ReportedUse[] } | null;
	sections: UsageSection[];
}

const COLUMNS = 80;
/** More clusters or credentials than anybody reads; JSON has all. */
const MAX_USES = 20;
const MAX_LOGINS = 20;
const MAX_HOLES = 5;

/** The account as a terminal shows it: at most 80 columns, nothing of a cluster's text acted on. */
export function usageText({ subject, since, result, sections }: UsageAccount): string {
	const from = since === null ? '' : `, since ${formatRfc3339(since)} (whole hours)`;
	const blocks = [
		line(0, `Use of ${oneLine(subjectWords(subject))}${from}`),
		...(result === null ? [] : [resultText(result)]),
		...sections.flatMap(section => sectionBlocks(section, since)),
	];
	return `${blocks.map(lines => lines.join('\n')).join('\n\n')}\n`;
}

/** Text in lines, all of them indented. */
function line(indent: number, text: string): string[] {
	return wrap(text, COLUMNS - indent).map(part => ' '.repeat(indent) + part);
}

const EVIDENCE = {
	credential_id: 'by its own id in the log',
	username: 'by its user alone',
	cloud_activity: "by the cloud's seven-day record",
	token_label: "by the token's label",
	none: 'no evidence',
} as const satisfies Record<Usage['evidence'], string>;

function resultText({ now, uses }: NonNullable<UsageAccount['result']>): string[] {
	const more = uses.length - MAX_USES;
	return [
		`The result of ${formatRfc3339(now)} says`,
		...(uses.length === 0 ? line(2, 'nothing: it has neither such a credential nor such a user') : []),
		...uses.slice(0, MAX_USES).flatMap(useText),
		...(more > 0 ? line(2, `and ${more} more, which --format json lists`) : []),
	];
}

function useText({ cluster, kind, id, usage }: ReportedUse): string[] {
	const head = line(2, `${kind} ${oneLine(id)} on cluster ${oneLine(cluster, 60)}`);
	if (usage === null) return [...head, ...line(4, 'no evidence of use was given to that scan')];
	const { result, grade, evidence, window, first, last, allowed, denied, reason } = usage;
	const span =
		window.from === null || window.to === null
			? ''
			: `, ${formatRfc3339(window.from)} to ${formatRfc3339(window.to)}${window.complete ? '' : ', incomplete'}`;
	return [
		...head,
		...line(4, `${result}, grade ${grade}: ${EVIDENCE[evidence]}${span}`),
		...(first === null || last === null ? [] : line(4, spanText({ first, last, allowed, denied }))),
		...(reason === '' ? [] : line(4, oneLine(reason, 500))),
	];
}

function spanText({
	first,
	last,
	allowed,
	denied,
}: Pick<AuditActor, 'first' | 'last' | 'allowed' | 'denied'>) {
	const counts = `${plural(allowed, 'request')} let through, ${denied} refused`;
	return `${counts}, first ${formatRfc3339(first)}, last ${formatRfc3339(last)}`;
}

function sectionBlocks(section: UsageSection, since: EpochSeconds | null): string[][] {
	const { subject, streams, logins, entries, leftOut } = section;
	if (streams === null) return [logText(section)];
	if (!isFound(section)) return [logText(section), nothingText(section, since)];
	const caveat = subject.kind === 'username' ? '' : namingText(section);
	return [
		logText(section),
		...(logins.length === 0 ? [] : [loginsText(section, since)]),
		...(caveat === '' ? [] : [line(0, caveat)]),
		...(leftOut === 0 ? [] : [line(0, `${plural(leftOut, 'earlier line')} left out; --limit shows more`)]),
		...(entries === null ? [] : timelineText(entries, COLUMNS)),
	];
}

function logText({ cluster, streams, evidence }: UsageSection): string[] {
	const uid = cluster === null || cluster.uid === '' ? '' : ` (${oneLine(cluster.uid, 60)})`;
	const title = cluster === null ? 'Log' : `Cluster ${oneLine(cluster.name, 100)}${uid}`;
	if (streams === null) return [...line(0, title), ...line(2, 'no audit log of it was read')];
	const judged = evidence === null ? [JUDGED_ELSEWHERE] : judgedText(evidence);
	return [
		...line(0, title),
		...streams.flatMap(streamText),
		...judged.flatMap(sentence => line(2, oneLine(sentence, 500))),
	];
}

const JUDGED_ELSEWHERE =
	'Silence proves nothing yet: whether this log is whole, and of this cluster, is judged by kubelapse scan --audit-log.';

function judgedText({ reasons }: Evidence): string[] {
	return reasons.length === 0
		? ['This log is whole, and of this cluster.']
		: reasons.map(reason => `Silence proves nothing: ${reason}`);
}

function loginsText({ logins, entries }: UsageSection, since: EpochSeconds | null): string[] {
	const more = logins.length - MAX_LOGINS;
	return [
		`Met as${entries === null || since === null ? '' : ' (over the whole log)'}`,
		...logins.slice(0, MAX_LOGINS).flatMap(loginText),
		...(more > 0 ? line(2, `and ${more} more, which --format json lists`) : []),
	];
}

function streamText(stream: AuditStream): string[] {
	const { name, files, events, malformed, duplicates, window, holes, holesTotal, problems } = stream;
	const more = holesTotal - Math.min(holes.length, MAX_HOLES);
	return [
		...line(2, `${oneLine(name)}: ${plural(events, 'event')} in ${plural(files, 'file')}`),
		...line(4, window === null ? 'no event' : `${formatRfc3339(window.from)} to ${formatRfc3339(window.to)}`),
		...line(4, `${malformed} malformed, ${duplicates} twice, ${plural(holesTotal, 'hole')} of over an hour`),
		...holes.slice(0, MAX_HOLES).flatMap(hole => {
			const length = formatDuration(hole.to - hole.from);
			return line(4, `hole: ${formatRfc3339(hole.from)} to ${formatRfc3339(hole.to)} (${length})`);
		}),
		...(more > 0 ? line(4, `and ${plural(more, 'more hole')}`) : []),
		...problems.flatMap(problem => line(4, `problem: ${oneLine(problem, 300)}`)),
	];
}

function loginText(login: AuditActor): string[] {
	const { agents, sources, sourcesTotal } = login;
	return [
		...line(2, loginOf(login)),
		...line(4, spanText(login)),
		...line(4, placesOf(sources, sourcesTotal, agents)),
	];
}

/** Nothing is said of a credential by a login that does not say which it came with. */
function namingText({ named, unnamed }: UsageSection): string {
	if (unnamed === 0) return '';
	return `${unnamed} of ${plural(named + unnamed, 'login')} in this log name no credential: requests of this one may be among theirs.`;
}

function nothingText(section: UsageSection, since: EpochSeconds | null): string[] {
	const caveat = section.subject.kind === 'username' ? '' : namingText(section);
	const missing = missingOf(section).length === 0 ? '' : ' The log does not show all: see above.';
	return [
		...line(
			0,
			`Nothing found of ${oneLine(subjectWords(section.subject))}: ${searched(section, since)}.${missing}`,
		),
		...(caveat === '' ? [] : line(0, caveat)),
	];
}

function searched({ streams }: UsageSection, since: EpochSeconds | null): string {
	const windows = (streams ?? []).flatMap(({ window }) => window ?? []);
	if (windows.length === 0) return 'the log has no event';
	const from = Math.max(since ?? 0, Math.min(...windows.map(window => window.from)));
	const to = Math.max(...windows.map(window => window.to));
	if (from > to) return `the log ends before that, at ${formatRfc3339(to)}`;
	return `no request between ${formatRfc3339(from)} and ${formatRfc3339(to)}`;
}
