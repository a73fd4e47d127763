import { judgeTrail } from '../join/evidence.ts';
import { oneLine } from '../lib/text.ts';
import type { AuditTrail } from '../model/audit.ts';
import { log } from './log.ts';
import { roleYaml } from './role-yaml.ts';
import { print } from './stdout.ts';
import type { UsageFlags } from './usage-command.ts';
import type { Resolved } from './usage-result.ts';
import {
	isCalled,
	type LogSource,
	loginsOf,
	missingOf,
	trailOfLogs,
	type UsageSection,
} from './usage-sections.ts';
import { logOptions, savedFacts } from './usage-sources.ts';
import { subjectWords, usage } from './usage-subject.ts';

/** What of a trail roles are made of. */
type Trail = Pick<AuditTrail, 'streams' | 'actors' | 'requests'> & {
	cluster: UsageSection['cluster'];
	evidence: UsageSection['evidence'];
};

/** Prints the roles, and nothing else, to stdout; gives why the log does not show all. @throws {ScanError} USAGE */
export async function printRole(
	resolved: Resolved,
	sources: LogSource[],
	flags: UsageFlags,
): Promise<string[]> {
	const trail =
		flags.facts === undefined
			? await trailOfSource(resolved, sources, flags)
			: await savedTrail(resolved, flags);
	const username = usernameOf(resolved, trail);
	const missing = missingOf(trail);
	const own = trail.requests.filter(request => request.username === username);
	if (!own.some(({ allowed }) => allowed > 0))
		log('warn', `nothing was let through of ${oneLine(username)} in this log: there is no role to suggest`);
	await print(roleYaml(username, { streams: trail.streams, requests: own }, missing));
	return missing;
}

async function trailOfSource(
	{ subject }: Resolved,
	[source, ...others]: LogSource[],
	flags: UsageFlags,
): Promise<Trail> {
	if (source === undefined || others.length > 0)
		throw usage(
			'a role is for one cluster, and the config names logs of several',
			'choose one with --cluster',
		);
	const trail = await trailOfLogs(source.streams, subject, logOptions(flags));
	return { ...trail, cluster: source.cluster, evidence: null };
}

/** The one cluster whose log knows the subject: roles of two are not one. */
async function savedTrail({ subject, holder }: Resolved, flags: UsageFlags): Promise<Trail> {
	const found: Trail[] = [];
	let audited = 0;
	for await (const facts of savedFacts(flags)) {
		const { cluster, audit } = facts;
		if (audit === null) continue;
		audited++;
		const logins = loginsOf(audit.actors, subject);
		const knows =
			logins.length > 0 || audit.requests.some(({ username }) => isOne(username, subject, holder));
		if (knows)
			found.push({
				...audit,
				cluster: { uid: cluster.uid, name: cluster.name },
				evidence: judgeTrail(facts, audit),
			});
	}
	const [only, ...others] = found;
	const who = oneLine(subjectWords(subject));
	if (only === undefined)
		throw usage(
			audited === 0 ? 'those facts hold no audit log' : `no audit log of those facts knows ${who}`,
			audited === 0
				? 'scan with --audit-log and --save-facts'
				: 'check the name: kubelapse usage tells who is met',
		);
	if (others.length === 0) return only;
	const names = found
		.slice(0, 5)
		.flatMap(({ cluster }) => (cluster === null ? [] : [oneLine(cluster.name, 60)]));
	throw usage(`${found.length} clusters know ${who}: ${names.join(', ')}`, 'choose one with --cluster');
}

function isOne(username: string, { kind, id }: Resolved['subject'], holder: string): boolean {
	return username === (kind === 'username' ? id : holder) && username !== '';
}

/** Whom RBAC would name. */
function usernameOf({ subject, holder }: Resolved, { actors }: Trail): string {
	const { kind, id } = subject;
	const own = loginsOf(actors, subject).filter(({ username, impersonator }) =>
		kind === 'username' ? isCalled(username, id) : impersonator === '',
	);
	const names = [...new Set(own.map(({ username }) => username))];
	const [only = kind === 'username' ? id : holder, ...others] = names;
	const who = oneLine(subjectWords(subject));
	if (others.length > 0)
		throw usage(
			`${who} came as ${names.length} users: ${names
				.slice(0, 5)
				.map(name => oneLine(name, 60))
				.join(', ')}`,
			'name one of them',
		);
	if (only === '') throw usage(`the log has no login by ${who}`, 'name its user');
	return only;
}
