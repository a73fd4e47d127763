import { oneLine, plural } from '../lib/text.ts';
import type { Report } from '../model/report.ts';
import type {
	ClusterView,
	Deletable,
	DeletionWarning,
	IdentityView,
	KubeconfigCell,
	ShownActivity,
	ViewName,
} from '../model/views.ts';
import { type Ink, ink, table, wrap } from './terminal.ts';
import {
	accountStateWords,
	accountTypeWords,
	activityWords,
	barWords,
	endOf,
	grantWords,
	identityStateWords,
	recordWords,
	warningWords,
} from './view-words.ts';
import { count, named, stateWords } from './words.ts';

/** Rows of one view that a terminal shows; all of them are in the reports. */
const MAX_ROWS = 1000;
/** A name may be cut to so many cells; ids and dates never are. */
const LEAST_NAME = 8;

/** One view alone, as `report --view` prints it. */
export function viewText(
	report: Report,
	view: ViewName,
	{ color, width }: { color: boolean; width: number },
): string {
	return `${viewLines(report, view, Math.max(40, Math.min(width, 80)), ink(color)).join('\n')}\n`;
}

/** One of the three views of a cloud's kubeconfigs, in lines of at most `columns`. */
export function viewLines({ views }: Report, view: ViewName, columns: number, colors: Ink): string[] {
	const blocks =
		view === 'cluster'
			? views.clusters.map(clusterBlock)
			: sorted(view === 'identity' ? views.identities : views.deleted).map(identityBlock);
	const { shown, left } = firstRows(blocks);
	const cells = shown.flatMap(block => block.cells);
	return [
		...heading(views, view).flatMap((line, index) =>
			wrap(line, columns).map(text => (index === 0 ? colors.bold(text) : colors.open(text))),
		),
		...shown.flatMap(block => blockLines(block, columns, colors)),
		...(left > 0 ? [colors.quiet(`and ${count(left)} more in the reports`)] : []),
		...legend(cells).flatMap(line => wrap(line, columns).map(colors.quiet)),
	];
}

/** A cluster or an identity, and its rows. */
interface Block {
	title: string;
	/** What makes its rows less than all; empty for most. */
	note: string;
	heads: string[];
	rows: string[][];
	cells: Pick<KubeconfigCell, 'deletable' | 'activity'>[];
}

const TITLES = {
	cluster: 'Kubeconfigs by cluster',
	identity: 'Kubeconfigs by identity',
	deleted: 'What deleted identities left in force',
} as const satisfies Record<ViewName, string>;

/** What a view shows, and what it cannot. */
function heading({ clusters, identities, deleted }: Report['views'], view: ViewName): string[] {
	if (clusters.length === 0) return [TITLES[view], 'No cluster of a cloud was scanned: add --alibaba.'];
	const shown = { cluster: clusters, identity: identities, deleted }[view].length;
	const notes = view === 'cluster' ? [] : unread(clusters);
	const nobody = view === 'deleted' ? doubts(identities) : [];
	const none = view === 'deleted' && notes.length + nobody.length === 0 ? ['nothing'] : [];
	return [`${TITLES[view]}  ${count(shown)}`, ...notes, ...nobody, ...(shown === 0 ? none : [])];
}

/** Clusters that were not read whole: somebody may be missing below. */
function unread(clusters: ClusterView[]): string[] {
	const names = clusters.filter(({ isWhole }) => !isWhole).map(({ name }) => named(name, 60));
	if (names.length === 0) return [];
	const left = names.length - 5;
	const list = [...names.slice(0, 5), ...(left > 0 ? [`${count(left)} more`] : [])].join(', ');
	return [`Not read whole, so rows may be missing: ${list}`];
}

function doubts(identities: IdentityView[]): string[] {
	const { length } = identities.filter(({ state }) => state === 'unknown');
	if (length === 0) return [];
	return [`Whether ${plural(length, 'more identity is', 'more identities are')} deleted, nobody can tell.`];
}

function clusterBlock({ name, id, region, type, clusterState, isWhole, rows }: ClusterView): Block {
	return {
		title: [name, id, region, type, clusterState]
			.filter(word => word !== '')
			.map(word => named(word, 60))
			.join(', '),
		note: isWhole ? '' : 'not read whole: rows may be missing',
		heads: ['Name', 'Id', 'Type', 'Account', 'Expires', 'State', 'Delete'],
		rows: rows.map(row => [
			oneLine(row.name, 60) || '-',
			named(row.accountId, 20),
			accountTypeWords[row.accountType],
			accountStateWords[row.accountState],
			endOf(row),
			stateOf(row),
			barWords[row.deletable.reason][0],
		]),
		cells: rows,
	};
}

function identityBlock({ name, accountId, accountType, state, listComplete, rows }: IdentityView): Block {
	const words = [
		oneLine(name, 60),
		named(accountId, 20),
		accountTypeWords[accountType],
		identityStateWords[state],
	];
	return {
		title: words.filter(word => word !== '').join(', '),
		note: listComplete || state === 'active' ? '' : 'the lists of identities were not read whole',
		heads: ['Cluster', 'Id', 'Expires', 'State', 'RBAC', '7 days', 'Delete'],
		rows: rows.map(row => [
			named(row.name, 60),
			row.id === '' ? '-' : `${named(row.id, 20).slice(0, 9)}…`,
			endOf(row),
			stateOf(row),
			grantWords[row.hasGrants],
			activityWords[row.activity.answer],
			barWords[row.deletable.reason][0],
		]),
		cells: rows,
	};
}

function stateOf({ state }: KubeconfigCell): string {
	return stateWords[state][0].toLowerCase();
}

/** Those to act on first. */
function sorted(identities: IdentityView[]): IdentityView[] {
	const order = ['deleted', 'unknown', 'disabled', 'active'];
	return [...identities].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

function firstRows(blocks: Block[]): { shown: Block[]; left: number } {
	let free = MAX_ROWS;
	const shown: Block[] = [];
	for (const block of blocks) {
		if (free <= 0) break;
		shown.push({ ...block, rows: block.rows.slice(0, free), cells: block.cells.slice(0, free) });
		free -= Math.max(1, block.rows.length);
	}
	const all = blocks.reduce((sum, { rows }) => sum + rows.length, 0);
	return { shown, left: all - shown.reduce((sum, { rows }) => sum + rows.length, 0) };
}

function blockLines({ title, note, heads, rows }: Block, columns: number, colors: Ink): string[] {
	const lines = table([heads, ...rows], columns - 2, heads.length, LEAST_NAME);
	return [
		'',
		...wrap(title, columns).map(colors.bold),
		...(note === '' ? [] : [colors.open(`  ${note}`)]),
		...(rows.length === 0
			? [colors.quiet(note === '' ? '  none' : '  nothing is known')]
			: lines.map((line, index) => `  ${index === 0 ? colors.quiet(line) : line}`)),
	];
}

/** The words of the last columns that are used above. */
function legend(cells: { deletable: Deletable; activity: ShownActivity }[]): string[] {
	const reasons = new Set(cells.map(({ deletable }) => deletable.reason));
	const bars = [...reasons].filter(reason => reason !== '').map(reason => barWords[reason]);
	const failures = new Set(
		cells.flatMap(({ activity }) => (activity.answer === 'failed' ? [recordWords(activity)] : [])),
	);
	const warned = new Set(cells.map(({ deletable }) => deletable.warning));
	return [
		...(cells.length === 0 ? [] : ['']),
		...bars.map(([word, sentence]) => `Delete ${word}: no. ${sentence}`),
		...[...warned].flatMap(warning => (warning === '' ? [] : [`Delete yes, ${warnings(cells, warning)}`])),
		...[...failures].slice(0, 5).map(words => `7 days ${words}`),
	];
}

function warnings(cells: { deletable: Deletable }[], warning: DeletionWarning): string {
	const { length } = cells.filter(({ deletable }) => deletable.warning === warning);
	return `${count(length)} of them: ${warningWords[warning]}.`;
}
