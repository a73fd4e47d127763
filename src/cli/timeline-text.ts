import { formatDay, formatRfc3339 } from '../lib/epoch.ts';
import { groupBy } from '../lib/group-by.ts';
import { oneLine } from '../lib/text.ts';
import type { AuditActor, TimelineEntry } from '../model/audit.ts';
import { wrap } from '../reporters/terminal.ts';
import { isNamed } from './usage-sections.ts';

/** A block a day: each hour's logins, and under each what was asked for. */
export function timelineText(entries: TimelineEntry[], columns: number): string[][] {
	const days: string[][] = [];
	let day = '';
	let login = '';
	for (const group of loginHours(entries)) {
		const [{ at }] = group;
		if (formatDay(at) !== day) {
			day = formatDay(at);
			login = '';
			days.push([day]);
		}
		days.at(-1)?.push(...hourText(group, login, columns));
		login = loginOf(group[0]);
	}
	return days;
}

/** What one login did in one hour. */
type LoginHour = [TimelineEntry, ...TimelineEntry[]];

function loginHours(entries: TimelineEntry[]): LoginHour[] {
	const byLogin = groupBy(entries, ({ at, credentialId, tokenSecret, username, impersonator }) =>
		JSON.stringify([at, credentialId, tokenSecret, username, impersonator]),
	);
	return [...byLogin.values()];
}

const INDENT = 9;

/** @param before the login of the hour before: it is not told twice. */
function hourText(group: LoginHour, before: string, columns: number): string[] {
	const [first] = group;
	const login = loginOf(first);
	const sources = distinct(group.flatMap(entry => entry.sources));
	const agents = distinct(group.flatMap(entry => entry.agents));
	const lines = [
		...(login === before ? [] : [shortened(login)]),
		placesOf(sources, sources.length, agents),
		...group.map(entry => `- ${requestText(entry)}`),
	].flatMap(text => wrap(text, columns - INDENT));
	const hour = formatRfc3339(first.at).replace(/^.*T(\d\d:\d\d).*$/, '$1');
	return lines.map((text, index) => (index === 0 ? `  ${hour}  ` : ' '.repeat(INDENT)) + text);
}

function distinct(texts: string[]): string[] {
	return [...new Set(texts)].sort();
}

/** The whole hash stands above, under `Met as`. */
function shortened(login: string): string {
	return login.replace(/(X509SHA256=[0-9a-f]{12})[0-9a-f]{52}$/, '$1…');
}

/** Who, by which credential, and so on which evidence. */
export function loginOf(
	login: Pick<TimelineEntry, 'credentialId' | 'tokenSecret' | 'username' | 'impersonator'> &
		Partial<Pick<AuditActor, 'hasOtherId'>>,
): string {
	const { credentialId, tokenSecret, username, impersonator } = login;
	const name = oneLine(username, 100) || '(no name)';
	const who = impersonator === '' ? name : `${name}, impersonated by ${oneLine(impersonator, 100)},`;
	if (credentialId !== '') return `${who} by ${oneLine(credentialId, 100)}`;
	if (tokenSecret !== '') return `${who} by the token of Secret ${oneLine(tokenSecret, 150)}`;
	if (isNamed(login)) return `${who} by bound tokens`;
	// Of whom somebody impersonates no credential is asked.
	return impersonator === '' ? `${who}: no credential named, only the user` : who.replace(/,$/, '');
}

const HASH = /^[0-9a-f]{16}$/;
const MAX_SHOWN = 5;
/** An entry has no more. */
const MAX_SOURCES = 50;

/** From where and with what: addresses where the run shows them, else how many. */
export function placesOf(sources: string[], total: number, agents: string[]): string {
	const more = total === sources.length && total >= MAX_SOURCES ? ' or more' : '';
	const count = `${total}${more} ${total === 1 ? 'place' : 'places'}`;
	const isHidden = sources.every(source => HASH.test(source));
	const places = isHidden ? count : list(sources, total);
	const tools = agents.length === 0 ? '' : ` with ${list(agents, agents.length)}`;
	return `from ${places}${tools}`;
}

function list(texts: string[], total: number): string {
	const shown = texts.slice(0, MAX_SHOWN).map(text => oneLine(text, 60));
	const more = total - shown.length;
	return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function requestText(entry: TimelineEntry): string {
	const { verb, apiGroup, resource, namespace, path, allowed, denied } = entry;
	const [plain = '', ...sub] = resource.split('/');
	const kind = [apiGroup === '' ? plain : `${plain}.${apiGroup}`, ...sub].join('/');
	const what = oneLine(resource === '' ? path : kind, 150);
	const where = namespace === '' ? '' : ` (${oneLine(namespace, 63)})`;
	const counts = [...(allowed > 0 ? [`×${allowed}`] : []), ...(denied > 0 ? [`REFUSED ×${denied}`] : [])];
	return `${oneLine(verb, 40)} ${what}${where} ${counts.join(', ')}`;
}
