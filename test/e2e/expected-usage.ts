import type { Usage } from '../../src/model/record.ts';
import type { Report } from '../../src/model/report.ts';
import { type AuditEvent, CREDENTIAL_ID, readEvents } from './audit-log.ts';
import { AGENT, type AuditedCluster } from './seed-usage.ts';

type Facts = Record<string, Usage | null>;

/** Usage by what the seed calls each credential. */
export function usageOfCredentials({ credentials }: Report, audited: AuditedCluster): Facts {
	const names = namesOf(audited);
	return Object.fromEntries(credentials.map(({ uid, usage }) => [names.get(uid) ?? uid, usage]));
}

/** Usage by everybody who is no group. */
export function usageOfIdentities({ identities }: Report): Facts {
	const logins = identities.filter(({ type }) => type !== 'group');
	return Object.fromEntries(logins.map(({ id, usage }) => [id, usage]));
}

/** What the seed calls each credential, by its uid. */
export function namesOf({
	people,
	issued,
	tokens,
	auditor,
	blind,
	log,
}: AuditedCluster): Map<string, string> {
	const admin = readEvents(log).find(({ user }) => user.username === ADMIN);
	const [adminId = ''] = admin?.user.extra?.[CREDENTIAL_ID] ?? [];
	return new Map([
		...Object.entries({ ...people, ...issued, auditor, blind }).map(
			([name, { sha256 }]) => [`x509:${sha256}`, name] as const,
		),
		...Object.entries(tokens).map(([name, { uid }]) => [`secret:${uid}`, name] as const),
		[`x509:${adminId.replace('X509SHA256=', '')}`, 'admin'],
	]);
}

/** What each credential was used for since the log was cut, as the log names them all. */
export function expectedOfCredentials({ people, auditor, log }: AuditedCluster): Facts {
	const { events, used, unused } = expectations(log);
	const own = (sha256: string, allowed: number, denied: number) =>
		used(isOf(sha256), { allowed, denied, evidence: 'credential_id', grade: 'A' });
	const idle = unused({ evidence: 'credential_id', grade: 'A' });
	const issuedAt = events.find(event => isBy('rita')(event) && event.verb === 'create');
	const day = issuedAt?.requestReceivedTimestamp.slice(0, 10);
	const young = { ...idle, reason: `it was issued on ${day}, after the evidence begins` };
	return {
		ursula: own(people.ursula.sha256, 10, 2),
		spare: idle,
		nora: idle,
		ben: idle,
		rita: own(people.rita.sha256, 3, 0),
		olivia: own(people.olivia.sha256, 1, 1),
		auditor: own(auditor.sha256, 1, 0),
		delegate: young,
		deputy: young,
		busy: used(isBy('system:serviceaccount:shop:busy'), {
			allowed: 1,
			denied: 1,
			evidence: 'credential_id',
			grade: 'A',
		}),
		idle,
		// A refused attempt names nobody.
		retired: idle,
		admin: used(isBy(ADMIN), { ...busyAdmin(log), evidence: 'credential_id', grade: 'A' }),
	};
}

/** What each login did since the log was cut, under any of its credentials and through others. */
export function expectedOfIdentities(report: Report, { log }: AuditedCluster): Facts {
	const { used, unused } = expectations(log);
	const byName = { evidence: 'username', grade: 'B' } as const;
	const own = (name: string, allowed: number, denied: number, impersonated = 0) => [
		name,
		used(isBy(name), { ...byName, allowed, denied, impersonated }),
	];
	const logins = report.identities.filter(({ type }) => type !== 'group');
	return {
		...Object.fromEntries(logins.map(({ id }) => [id, unused(byName)])),
		...Object.fromEntries([
			own('ursula', 11, 2, 1),
			own('rita', 3, 0),
			own('olivia', 1, 1),
			own('kubelapse-auditor', 1, 0),
			own('system:serviceaccount:shop:busy', 1, 1),
			[ADMIN, used(isBy(ADMIN), { ...busyAdmin(log), ...byName })],
		]),
	};
}

/** Usages over the window of one log, whole and read without the product. */
function expectations(log: string) {
	const events = readEvents(log);
	const window = windowOf(events);
	const used = (isMine: (event: AuditEvent) => boolean, rest: Partial<Usage>): Usage => {
		const times = (of: AuditEvent[]) => of.map(({ requestReceivedTimestamp: at }) => seconds(at));
		const mine = events.filter(isMine);
		const own = mine.filter(event => isMine({ ...event, impersonatedUser: {} }) && isLetThrough(event));
		const [first, last] = [Math.min(...times(mine)), Math.max(...times(mine))];
		const lastAllowed = Math.max(...times(own));
		const seen = { first, last, lastAllowed, impersonated: 0, agents: [AGENT], sources: 1 };
		return { ...SILENT, result: 'used', reason: '', ...seen, window, ...rest };
	};
	const unused = (rest: Partial<Usage>): Usage => ({
		...SILENT,
		result: 'unused',
		reason: '',
		window,
		...rest,
	});
	return { events, used, unused };
}

/** From the first to the last event that was written. */
export function windowOf(events: AuditEvent[]) {
	const written = events.map(({ stageTimestamp }) => seconds(stageTimestamp));
	return { from: Math.min(...written), to: Math.max(...written), complete: true };
}

/** Whose certificate no file and no request has. */
export const ADMIN = 'e2e-admin';
const SILENT: Omit<Usage, 'result' | 'reason' | 'window'> = {
	first: null,
	last: null,
	lastAllowed: null,
	allowed: 0,
	denied: 0,
	impersonated: 0,
	agents: [],
	sources: 0,
	evidence: 'none',
	grade: 'D',
};

/** The controllers share the administrator's certificate and work when they like. */
function busyAdmin(log: string): Pick<Usage, 'allowed' | 'denied' | 'agents'> {
	const events = readEvents(log).filter(isBy(ADMIN));
	const requests = new Set(events.map(({ auditID }) => auditID));
	const agents = new Set(events.flatMap(({ userAgent = '' }) => (userAgent === '' ? [] : [userAgent])));
	return { allowed: requests.size, denied: 0, agents: [...agents].sort() };
}

function isOf(sha256: string): (event: AuditEvent) => boolean {
	return ({ user }) => user.extra?.[CREDENTIAL_ID]?.includes(`X509SHA256=${sha256}`) === true;
}

function isLetThrough({ responseStatus }: AuditEvent): boolean {
	return responseStatus?.code !== 401 && responseStatus?.code !== 403;
}

/** Whoever made the request, and in whose name. */
export function isBy(username: string): (event: AuditEvent) => boolean {
	return ({ user, impersonatedUser }) => [user.username, impersonatedUser?.username].includes(username);
}

function seconds(timestamp: string): number {
	return Math.floor(Date.parse(timestamp) / 1000);
}
