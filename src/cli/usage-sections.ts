import { type Evidence, judgeTrail } from '../join/evidence.ts';
import { readSubjectUid } from '../lib/alibaba-uid.ts';
import { HOUR } from '../lib/epoch.ts';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';
import type { AuditActor, AuditStream, AuditTrail, TimelineEntry } from '../model/audit.ts';
import type { EpochSeconds, Facts } from '../model/facts.ts';
import type { AuditLogStream } from '../providers/audit-log/files.ts';
import type { UsageSubject } from './usage-subject.ts';

/** What the audit log of one cluster says of one subject. */
export interface UsageSection {
	/** null: of whichever cluster the logs are. */
	cluster: { uid: string; name: string } | null;
	/** Whom the log was asked about. */
	subject: UsageSubject;
	/** null: nobody read a log of this cluster. */
	streams: AuditStream[] | null;
	/** What the log is worth, held against the cluster's facts; null where there are none to hold it against. */
	evidence: Evidence | null;
	/** Logins in the log that say which credential they came with, and those that do not. */
	named: number;
	unnamed: number;
	/** The subject's own, and those in its name. */
	logins: AuditActor[];
	/** null: saved facts keep no hours. */
	entries: TimelineEntry[] | null;
	/** Entries beyond the limit, all of them earlier. */
	leftOut: number;
}

/** The logs of one cluster. */
export interface LogSource {
	cluster: UsageSection['cluster'];
	streams: AuditLogStream[];
}

/** How a log is read. */
export interface LogOptions {
	showSources: boolean;
	salt: string;
	signal: AbortSignal;
	/** Of entries, the latest are kept. */
	limit: number;
	/** Entries of hours that end before it are not shown; null for all. */
	since: EpochSeconds | null;
}

/** Reads the log: who the subject logged in as, and hour by hour what it did. @throws {ScanError} FILE_UNREADABLE */
export async function sectionOfLogs(
	{ cluster, streams }: LogSource,
	subject: UsageSubject,
	{ limit, since, ...options }: LogOptions,
): Promise<UsageSection> {
	const trail = await trailOfLogs(streams, subject, options);
	const { readTimeline } = await import('../providers/audit-log/read-timeline.ts');
	const section = sectionOf(cluster, trail, subject);
	const all: TimelineEntry[] = [];
	for (const each of namesOf(subject, section.logins))
		all.push(...(await readTimeline(streams, queryOf(each), { ...options, knownCredentialIds: [] })));
	all.sort((a, b) => a.at - b.at);
	const entries = since === null ? all : all.filter(({ at }) => at + HOUR > since);
	// A log that grows while it is read has more at the second look.
	return { ...section, entries: entries.slice(-limit), leftOut: Math.max(0, entries.length - limit) };
}

/** Folds the log, with the id of a bound token kept. @throws {ScanError} FILE_UNREADABLE where nothing could be read. */
export async function trailOfLogs(
	streams: AuditLogStream[],
	subject: UsageSubject,
	options: Omit<LogOptions, 'limit' | 'since'>,
): Promise<Omit<AuditTrail, 'policy'>> {
	const { readAuditTrail } = await import('../providers/audit-log/read-audit-trail.ts');
	const knownCredentialIds = subject.kind === 'credential' ? [subject.id] : [];
	const trail = await readAuditTrail(streams, { ...options, knownCredentialIds });
	const problems = trail.streams.flatMap(stream => stream.problems);
	if (problems.length > 0 && trail.streams.every(({ events }) => events === 0))
		throw new ScanError('FILE_UNREADABLE', `no audit log could be read: ${problems.slice(0, 5).join('; ')}`, {
			hint: 'name the files that API servers write (--audit-log-path), as --audit-log GLOB in quotes',
		});
	return trail;
}

/** What saved facts say: totals, since hours are not kept. */
export function sectionOfFacts(facts: Facts, subject: UsageSubject): UsageSection {
	const { cluster, audit } = facts;
	const { uid, name } = cluster;
	const evidence = audit === null ? null : judgeTrail(facts, audit);
	const section = sectionOf({ uid, name }, audit, subject);
	if (!subject.id.startsWith('JTI=') || subject.kind !== 'credential') return { ...section, evidence };
	// Facts keep no ids of bound tokens: this one may be any of theirs.
	const others = (audit?.actors ?? []).filter(actor => actor.hasOtherId && actor.impersonator === '').length;
	return { ...section, named: section.named - others, unnamed: section.unnamed + others, evidence };
}

function sectionOf(
	cluster: UsageSection['cluster'],
	trail: Pick<AuditTrail, 'streams' | 'actors'> | null,
	subject: UsageSubject,
): UsageSection {
	const own = (trail?.actors ?? []).filter(({ impersonator }) => impersonator === '');
	const named = own.filter(isNamed).length;
	return {
		cluster,
		subject,
		streams: trail?.streams ?? null,
		evidence: null,
		named,
		unnamed: own.length - named,
		logins: loginsOf(trail?.actors ?? [], subject),
		entries: null,
		leftOut: 0,
	};
}

/** The logins of a subject. */
export function loginsOf(actors: AuditActor[], { kind, id }: UsageSubject): AuditActor[] {
	if (kind === 'credential') return actors.filter(({ credentialId }) => credentialId === id);
	if (kind === 'token_secret') return actors.filter(({ tokenSecret }) => tokenSecret === id);
	return actors.filter(({ username, impersonator }) => isCalled(username, id) || isCalled(impersonator, id));
}

/** Certificates of Alibaba Cloud name a uid with a suffix, which is another after each revocation. */
export function isCalled(username: string, id: string): boolean {
	return username === id || readSubjectUid(username)?.uid === id;
}

/** The subject by every name that the log has of it. */
function namesOf(subject: UsageSubject, logins: AuditActor[]): UsageSubject[] {
	const { kind, id } = subject;
	if (kind !== 'username') return [subject];
	const names = logins.flatMap(({ username, impersonator }) => [username, impersonator]);
	const called = new Set([id, ...names.filter(name => isCalled(name, id))]);
	return [...called].map(name => ({ kind, id: name }));
}

function queryOf({ kind, id }: UsageSubject) {
	if (kind === 'credential') return { credentialId: id };
	return kind === 'token_secret' ? { tokenSecret: id } : { username: id };
}

/** Whether a login says which credential it came with. */
export function isNamed({
	credentialId,
	tokenSecret,
	hasOtherId = false,
}: Pick<AuditActor, 'credentialId' | 'tokenSecret'> & { hasOtherId?: boolean }): boolean {
	return credentialId !== '' || tokenSecret !== '' || hasOtherId;
}

/** Whether the section says anything of its subject. */
export function isFound({ logins, entries }: UsageSection): boolean {
	return entries === null ? logins.length > 0 : entries.length > 0;
}

/** As in the judgement of a scan: more lines than one in a hundred that are no event leave too much unseen. */
const MAX_MALFORMED = 0.01;

/** Why a log does not show all, a sentence each; empty where nothing is known to be missing. */
export function missingOf({
	cluster,
	streams,
	evidence,
}: Pick<UsageSection, 'cluster' | 'streams' | 'evidence'>): string[] {
	const name = cluster === null ? '' : oneLine(cluster.name, 100);
	const where = name === '' ? '' : ` of ${name}`;
	if (streams === null || streams.length === 0) return [`no audit log${where} was read`];
	if (evidence !== null) return evidence.reasons.map(reason => `${name}: ${reason}`);
	return streams.flatMap(({ name: log, problems, window, holesTotal, malformed, events }) => {
		const stream = `${oneLine(log, 100)}${where}`;
		return [
			...problems.map(problem => `${stream}: ${oneLine(problem, 300)}`),
			...(window === null ? [`${stream} has no event`] : []),
			...(holesTotal > 0 ? [`${stream} has holes of over an hour`] : []),
			...(malformed > (malformed + events) * MAX_MALFORMED
				? [`more than 1 in 100 lines of ${stream} are no events`]
				: []),
		];
	});
}
