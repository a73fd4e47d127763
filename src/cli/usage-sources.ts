import { randomBytes } from 'node:crypto';
import type { Facts } from '../model/facts.ts';
import { auditTargets } from './audit-targets.ts';
import { readFactsFolder } from './facts-folder.ts';
import { interruption } from './interrupt.ts';
import { loadSettings } from './settings.ts';
import type { UsageFlags } from './usage-command.ts';
import type { LogOptions, LogSource } from './usage-sections.ts';
import { usage } from './usage-subject.ts';

/** The logs that the flags name, or else the config of each cluster; `--cluster` chooses. @throws {ScanError} USAGE */
export async function logSources(flags: UsageFlags): Promise<LogSource[]> {
	const settings = await loadSettings(settingsOf(flags));
	if (flags.facts !== undefined) return [];
	const given = flags['audit-log'] === undefined ? {} : { targets: [] };
	const targets = await auditTargets({ ...settings, 'audit-policy': undefined, ...given });
	const named = targets.map(({ context, streams }) => ({
		cluster: context === null ? null : { uid: '', name: context },
		streams,
	}));
	const wanted = flags.cluster;
	if (wanted === undefined) return named;
	const found = named.filter(({ cluster }) => cluster?.name === wanted);
	if (found.length > 0) return found;
	throw usage(
		`no audit log of a cluster ${JSON.stringify(wanted)} is named`,
		'write it as FILE#CONTEXT of the config, or leave --cluster away',
	);
}

function settingsOf({ config, quiet, debug, ...flags }: UsageFlags) {
	const { 'log-level': level, 'log-format': format, 'no-color': plain } = flags;
	const own = flags['audit-log'];
	return {
		config,
		quiet,
		debug,
		'log-level': level,
		'log-format': format,
		'no-color': plain,
		'audit-log': own,
	};
}

const DEFAULT_LIMIT = 200;

/** How the flags want a log read. */
export function logOptions(flags: UsageFlags): Omit<LogOptions, 'since'> {
	return {
		showSources: flags['show-sources'] ?? false,
		// Of one run alone: hashes of addresses cannot be looked up in a table.
		salt: randomBytes(16).toString('hex'),
		signal: interruption,
		limit: flags.limit ?? DEFAULT_LIMIT,
	};
}

/** Saved facts of the clusters that are wanted. @throws {ScanError} USAGE where `--cluster` names none of them. */
export async function* savedFacts({ facts: dir, cluster }: UsageFlags): AsyncGenerator<Facts> {
	if (dir === undefined) return;
	let isKnown = false;
	for await (const facts of await readFactsFolder(dir)) {
		const { uid, name } = facts.cluster;
		if (cluster !== undefined && cluster !== uid && cluster !== name) continue;
		isKnown = true;
		yield facts;
	}
	if (isKnown) return;
	throw usage(`the facts in ${dir} have no cluster ${cluster}`, 'name it as reports do, or by its uid');
}

/** Refuses what would be ignored. @throws {ScanError} USAGE */
export function checkFlags(flags: UsageFlags): void {
	const { facts, since, 'suggest-role': role } = flags;
	const refuse = (flag: string, why: string, hint: string) => {
		throw usage(`--${flag} ${why}`, hint);
	};
	if (facts !== undefined && since !== undefined)
		refuse(
			'since',
			'needs hours, and saved facts keep totals alone',
			'read the log itself: --audit-log GLOB',
		);
	if (facts !== undefined && flags['show-sources'])
		refuse('show-sources', 'cannot undo the hashes of saved facts', 'scan with --show-sources');
	if (role !== undefined && since !== undefined)
		refuse('since', 'goes with no --suggest-role: a role is for the whole log', 'leave it away');
	if (role !== undefined && flags.format !== undefined)
		refuse('format', 'goes with no --suggest-role, which is YAML', 'leave it away');
}

/** @throws {ScanError} USAGE where there is nothing to look at. */
export function refuseNothing(
	sources: LogSource[],
	{ facts, result, 'suggest-role': role }: UsageFlags,
): void {
	if (sources.length > 0 || facts !== undefined || (result !== undefined && role === undefined)) return;
	throw usage(
		'usage needs an audit log',
		"add --audit-log 'audit*.log', one for each API server, or --facts DIR of scan --audit-log --save-facts DIR",
	);
}
