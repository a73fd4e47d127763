import { formatDay } from '../lib/epoch.ts';
import { oneLine, plural } from '../lib/text.ts';
import type { ReportedCredential, ReportedGrant, ReportedIdentity } from '../model/report.ts';
import { type Holding, type Holdings, isWhole, type Remaining } from '../remediation/holdings.ts';
import { shortId } from '../remediation/remains.ts';
import { wrap } from '../reporters/terminal.ts';

const COLUMNS = 80;

/** Everything a person holds, on one page. */
export function holdingsText({ name, holdings, unread, partly }: Holdings): string {
	const count = <K extends 'credentials' | 'grants'>(key: K) =>
		holdings.reduce((sum, each) => sum + each[key].length, 0);
	const head = `${oneLine(name, 100)}: ${plural(count('credentials'), 'credential')} and ${plural(count('grants'), 'grant')} on ${plural(holdings.length, 'cluster')}`;
	const lines = [
		...wrap(head, COLUMNS),
		...holdings.flatMap(clusterLines),
		...(unread.length === 0
			? []
			: [
					'',
					...wrap(
						`Not read, so nobody can say what is there: ${unread.map(each => `${oneLine(each.name, 60)} (${each.status.replace('_', ' ')})`).join(', ')}`,
						COLUMNS,
					),
				]),
		...(partly.length === 0 ? [] : ['', ...partlyLines(partly)]),
	];
	return `${lines.join('\n')}\n`;
}

function partlyLines(partly: Holdings['partly']): string[] {
	const clusters = partly.map(({ name, sources }) => {
		const what = sources.length === 0 ? '' : ` (${sources.join(', ').replaceAll('_', ' ')})`;
		return `${oneLine(name, 60)}${what}`;
	});
	return wrap(`Partly read: ${clusters.join(', ')}: what is there is not known.`, COLUMNS);
}

function clusterLines({ cluster, identities, credentials, grants, groupGrants }: Holding): string[] {
	const partly = cluster.status === 'partial' ? ' (partly read)' : '';
	return [
		'',
		`${oneLine(cluster.name, 60)}${partly}`,
		...identities.flatMap(each => indented(identityText(each))),
		...credentials.flatMap(each => indented(`credential  ${credentialText(each)}`)),
		...grants.flatMap(each => indented(`grant       ${grantText(each)}`)),
		...groupGrants.flatMap(each =>
			indented(`by group    ${oneLine(each.subject.name, 60)}: ${grantText(each)}; stays for its members`),
		),
	];
}

/** Under the name of a cluster. */
function indented(text: string): string[] {
	return wrap(text, COLUMNS - 4).map((line, at) => (at === 0 ? '  ' : '    ') + line);
}

function identityText({ id, type, state, displayName, usage }: ReportedIdentity): string {
	const shown = displayName === '' ? '' : ` (${oneLine(displayName, 60)})`;
	const used =
		usage === null || usage.result === 'unavailable'
			? `use not known: ${usage?.reason || 'no evidence was read'}`
			: usage.last === null
				? `not seen, evidence of grade ${usage.grade}`
				: `last seen ${formatDay(usage.last)}, evidence of grade ${usage.grade}`;
	return `${type.replaceAll('_', ' ')} ${oneLine(id, 80)}${shown}, ${state}; ${used}`;
}

function credentialText(credential: ReportedCredential): string {
	const { kind, state, notAfter, usage } = credential;
	const end = notAfter === null ? 'no end date' : `until ${formatDay(notAfter)}`;
	const used = usage?.last == null ? '' : `, last seen ${formatDay(usage.last)}`;
	return `${kind.replaceAll('_', ' ')} ${shortId(credential)}, ${state.replace('_', ' ')}, ${end}${used}`;
}

function grantText({
	bindingKind,
	namespace,
	bindingName,
	roleKind,
	roleName,
	powers,
}: ReportedGrant): string {
	const what = powers.length === 0 ? '' : ` [${powers.join(', ')}]`;
	return `${bindingKind} ${oneLine(namespace === '' ? bindingName : `${namespace}/${bindingName}`, 120)} → ${roleKind} ${oneLine(roleName, 60)}${what}`;
}

/** What a scan afterwards shows. */
export function endStateText(holdings: Holdings, left: Remaining[]): string {
	const { name, unread, partly } = holdings;
	const who = oneLine(name, 100);
	const lines =
		left.length === 0
			? [
					isWhole(holdings)
						? `A scan afterwards finds nothing of ${who} that works.`
						: `In what a scan afterwards could read, nothing of ${who} works.`,
				]
			: [
					`A scan afterwards finds that this of ${who} still works:`,
					...left.flatMap(({ cluster, what, until }) =>
						indented(
							`${oneLine(cluster, 60)}: ${oneLine(what, 200)}${until === null ? '' : `, until ${formatDay(until)}`}`,
						),
					),
				];
	const gap =
		unread.length === 0
			? []
			: wrap(
					`It could not read ${unread.map(each => oneLine(each.name, 60)).join(', ')}: what is there is not known.`,
					COLUMNS,
				);
	const cut = partly.length === 0 ? [] : partlyLines(partly);
	return `\n${[...lines, ...gap, ...cut].join('\n')}\n`;
}
