import { existsSync } from 'node:fs';
import { oneLine } from '../../lib/text.ts';
import { stableJson } from '../../reporters/stable-json.ts';
import { log } from '../log.ts';
import { printRole } from '../print-role.ts';
import { readResult } from '../read-result.ts';
import { print } from '../stdout.ts';
import type { UsageFlags } from '../usage-command.ts';
import { ofSubject, type Resolved, resolveSubject } from '../usage-result.ts';
import {
	isFound,
	type LogSource,
	missingOf,
	sectionOfFacts,
	sectionOfLogs,
	type UsageSection,
} from '../usage-sections.ts';
import { checkFlags, logOptions, logSources, refuseNothing, savedFacts } from '../usage-sources.ts';
import { parseSince, parseSubject, type UsageSubject, usage } from '../usage-subject.ts';
import { type UsageAccount, usageText } from '../usage-text.ts';

/** Incomplete: as for a scan that could not read everything. */
const INCOMPLETE = 3;

/** Prints what one subject did, or the roles that it took. */
export async function run(flags: UsageFlags): Promise<void> {
	const word = wordOf(flags);
	checkFlags(flags);
	const sources = await logSources(flags);
	refuseNothing(sources, flags);
	const since = flags.since === undefined ? null : parseSince(flags.since, Math.floor(Date.now() / 1000));
	const resolved = await resolve(word, flags);
	if (flags['suggest-role'] !== undefined) return finish(await printRole(resolved, sources, flags));
	const sections = await sectionsOf(resolved, sources, flags, since);
	const { subject, now, uses } = resolved;
	const account = { subject, since, result: now === null ? null : { now, uses }, sections };
	await print(flags.format === 'json' ? json(account) : usageText(account));
	finish(sections.flatMap(missingOf));
}

/** @throws {ScanError} USAGE */
function wordOf({ subject, 'suggest-role': role }: UsageFlags): string {
	if (subject !== undefined && role !== undefined)
		throw usage(
			`two subjects are named: ${JSON.stringify(oneLine(role, 60))} and ${JSON.stringify(oneLine(subject, 60))}`,
			'quote patterns of --audit-log, so that the shell leaves them alone',
		);
	const word = subject ?? role ?? '';
	if (word === '')
		throw usage('usage needs a credential or user', "as in kubelapse usage alice --audit-log 'audit*.log'");
	// A shell that expands the pattern of --audit-log leaves a file's name here.
	if (/\.(log|gz|zst|jsonl?)$/.test(word) && existsSync(word))
		throw usage(
			`${JSON.stringify(oneLine(word, 100))} is a file, not a user`,
			'quote patterns of --audit-log, so that the shell leaves them alone',
		);
	return word;
}

async function resolve(word: string, { result, username }: UsageFlags): Promise<Resolved> {
	const named: UsageSubject | null = username ? { kind: 'username', id: word } : null;
	if (result === undefined) return { subject: named ?? parseSubject(word), holder: '', now: null, uses: [] };
	const report = await readResult(result);
	return named === null ? resolveSubject(word, report) : ofSubject(named, report);
}

/** A section for each cluster; where its log has nothing of a credential, another for who holds it. */
async function sectionsOf(
	{ subject, holder }: Resolved,
	sources: LogSource[],
	flags: UsageFlags,
	since: UsageAccount['since'],
): Promise<UsageSection[]> {
	const fallback: UsageSubject | null = holder === '' ? null : { kind: 'username', id: holder };
	if (flags.facts !== undefined) return savedSections(subject, fallback, flags);
	const options = { ...logOptions(flags), since };
	const sections: UsageSection[] = [];
	for (const source of sources) {
		const section = await sectionOfLogs(source, subject, options);
		sections.push(section);
		if (!isFound(section) && fallback !== null) sections.push(await sectionOfLogs(source, fallback, options));
	}
	return sections;
}

async function savedSections(
	subject: UsageSubject,
	fallback: UsageSubject | null,
	flags: UsageFlags,
): Promise<UsageSection[]> {
	const sections: UsageSection[] = [];
	for await (const facts of savedFacts(flags)) {
		const section = sectionOfFacts(facts, subject);
		sections.push(section);
		if (!isFound(section) && fallback !== null) sections.push(sectionOfFacts(facts, fallback));
	}
	if (sections.some(({ streams }) => streams !== null)) return sections;
	throw usage('those facts hold no audit log', 'scan with --audit-log and --save-facts, or read --audit-log');
}

function json({ subject, since, result, sections }: UsageAccount): string {
	const document = { apiVersion: 'kubelapse/usage/v1', subject, since, result, sections };
	return `${stableJson(document, 2)}\n`;
}

function finish(missing: string[]): void {
	const reasons = [...new Set(missing)];
	for (const reason of reasons.slice(0, 10)) log('warn', `incomplete: ${reason}`);
	if (reasons.length > 0) process.exitCode = INCOMPLETE;
}
