import { DAY } from '../../lib/epoch.ts';
import { byCodeUnit, oneLine, plural } from '../../lib/text.ts';
import type { CredentialState, EpochSeconds } from '../../model/facts.ts';
import type { Report, ReportedCredential } from '../../model/report.ts';
import { count, day, isDate, kindWords, named, stateWords } from '../words.ts';
import { type Capped, capped } from './rows.ts';

export interface CredentialRow {
	kind: string;
	bearer: string;
	groups: string;
	cluster: string;
	state: string;
	ends: string;
	left: string;
	lastUsed: string;
	/** Its grade, and what is missing of it. */
	evidence: string;
	where: string;
	otherPlaces: string;
	isPrivileged: boolean;
}

const MAX_ROWS = 500;
const MAX_GROUPS = 6;

/** Every credential that was met: what works comes first, then by its end. */
export function credentialRows(report: Report): Capped<CredentialRow> {
	const names = new Map(report.clusters.map(cluster => [cluster.uid, cluster.name]));
	const sorted = [...report.credentials].sort(
		(a, b) =>
			STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
			(a.notAfter ?? Number.POSITIVE_INFINITY) - (b.notAfter ?? Number.POSITIVE_INFINITY) ||
			byCodeUnit(a.uid, b.uid),
	);
	return capped(sorted, MAX_ROWS, 'credentials', c =>
		credentialRow(c, names.get(c.cluster) ?? c.cluster, report.run.now),
	);
}

const STATES: CredentialState[] = ['effective', 'unknown', 'expired', 'revoked', 'deleted', 'not_issued'];

function credentialRow(credential: ReportedCredential, cluster: string, now: EpochSeconds): CredentialRow {
	const [place, ...others] = credential.locations;
	const left = credential.groups.length - MAX_GROUPS;
	return {
		kind: kindWords[credential.kind],
		bearer: oneLine(credential.username || credential.plugin || 'known to the server only'),
		groups: [
			...credential.groups.slice(0, MAX_GROUPS).map(group => oneLine(group, 80)),
			...(left > 0 ? [`and ${count(left)} more`] : []),
		].join(', '),
		cluster: named(cluster, 120),
		state: stateWords[credential.state][0],
		...endOf(credential, now),
		...useOf(credential),
		where: place === undefined ? '' : placeOf(place),
		otherPlaces: others.length === 0 ? '' : `and ${plural(others.length, 'other place')}`,
		isPrivileged: credential.isPrivileged,
	};
}

function placeOf(place: ReportedCredential['locations'][number]): string {
	if (place.path !== '') return `${oneLine(place.path)}:${place.line}`;
	return oneLine(`${place.origin} ${[place.namespace, place.name].filter(part => part !== '').join('/')}`);
}

function endOf(credential: ReportedCredential, now: EpochSeconds): Pick<CredentialRow, 'ends' | 'left'> {
	if (credential.notAfter === null) return { ends: noEnd(credential), left: '' };
	if (!isDate(credential.notAfter)) return { ends: day(credential.notAfter), left: '' };
	const days = Math.floor(Math.abs(credential.notAfter - now) / DAY);
	const words = `${count(days)} ${days === 1 ? 'day' : 'days'}`;
	return {
		ends: day(credential.notAfter),
		left: credential.notAfter >= now ? `in ${words}` : `${words} ago`,
	};
}

function useOf({ usage }: ReportedCredential): Pick<CredentialRow, 'lastUsed' | 'evidence'> {
	if (usage === null) return { lastUsed: 'not asked', evidence: '' };
	const { result, last, grade, reason } = usage;
	const words = { used: 'in the window', unused: 'not in the window', unavailable: 'not known' } as const;
	const evidence = [`grade ${grade}`, ...(reason === '' ? [] : [oneLine(reason, 300)])].join(': ');
	return { lastUsed: last === null ? words[result] : day(last), evidence };
}

function noEnd(credential: ReportedCredential): string {
	if (credential.state === 'not_issued') return 'not issued';
	if (credential.kind === 'exec_plugin' || credential.kind === 'auth_provider') return 'set at each login';
	return credential.kind === 'bootstrap_token' || credential.state === 'unknown'
		? 'not known'
		: 'no end date';
}
