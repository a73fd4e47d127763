import { oneLine, plural } from '../../lib/text.ts';
import type { Report } from '../../model/report.ts';
import type { ClusterView, IdentityView, KubeconfigCell, ViewedCluster } from '../../model/views.ts';
import {
	accountStateWords,
	accountTypeWords,
	deletableWords,
	endOf,
	grantWords,
	identityStateWords,
	recordWords,
} from '../view-words.ts';
import { count, named, stateWords } from '../words.ts';
import { type Capped, capped } from './rows.ts';

/** The console's three views of the kubeconfigs that a cloud issued. */
export interface KubeconfigViews {
	hasAny: boolean;
	/** What may be missing from each view; empty where all was read. */
	unread: string;
	deleted: Capped<KubeconfigRow>;
	/** Identities of which nobody can tell; empty for none. */
	doubts: string;
	clusters: Capped<KubeconfigGroup>;
	identities: Capped<KubeconfigGroup>;
}

/** A cluster or an identity that opens. */
export interface KubeconfigGroup {
	name: string;
	words: string;
	/** As `24 kubeconfigs`, or that nobody knows. */
	size: string;
	isWhole: boolean;
	/** What the rows are: identities of a cluster, or clusters of an identity. */
	of: string;
	table: Capped<KubeconfigRow>;
}

export interface KubeconfigRow {
	/** Of the cluster or the identity that the row is about, and what tells it from its namesakes. */
	name: string;
	id: string;
	/** The identity of a row that stands alone; empty within a group. */
	identity: string;
	account: string;
	accountTone: string;
	ends: string;
	state: string;
	stateTone: string;
	grants: string;
	record: string;
	deletable: string;
	mayDelete: boolean;
}

/** Rows of one section. */
const MAX_ROWS = 1000;

/** The rows of all three, worded and cut. */
export function kubeconfigViews({ views }: Report): KubeconfigViews {
	const { clusters, identities, deleted } = views;
	const leftovers = deleted.flatMap(one => one.rows.map(row => ({ one, row })));
	const unread = clusters.filter(({ isWhole }) => !isWhole).map(({ name }) => named(name, 60));
	const doubts = identities.filter(({ state }) => state === 'unknown').length;
	return {
		hasAny: clusters.length > 0,
		unread:
			unread.length === 0
				? ''
				: `Rows may be missing of ${plural(unread.length, 'cluster')} not read whole: ${shortList(unread)}.`,
		deleted: capped(leftovers, MAX_ROWS, 'views.deleted', ({ one, row }) => ({
			...clusterRow(row),
			identity: titleOf(one),
			account: [idBeside(one), accountTypeWords[one.accountType]].filter(Boolean).join(', '),
		})),
		doubts:
			doubts === 0
				? ''
				: `Whether ${plural(doubts, 'more identity is', 'more identities are')} deleted, nobody can tell.`,
		clusters: cappedGroups(clusters, 'views.clusters', clusterGroup),
		identities: cappedGroups([...identities].sort(byUrgency), 'views.identities', identityGroup),
	};
}

/** Groups until the section is full; one that does not fit is cut. */
function cappedGroups<T extends { rows: unknown[] }>(
	all: T[],
	list: string,
	toGroup: (one: T, limit: number) => KubeconfigGroup,
): Capped<KubeconfigGroup> {
	let free = MAX_ROWS;
	let fit = 0;
	const limits: number[] = [];
	for (const { rows } of all) {
		if (free <= 0) break;
		limits.push(free);
		free -= Math.max(1, rows.length);
		fit++;
	}
	const { rows, remainder } = capped(all, fit, list, one => one);
	return { rows: rows.map((one, index) => toGroup(one, limits[index] ?? 0)), remainder };
}

function clusterGroup(
	{ name, id, region, type, clusterState, isWhole, rows }: ClusterView,
	limit: number,
): KubeconfigGroup {
	return {
		name: named(name, 120),
		words: [id, region, type, clusterState]
			.map(word => oneLine(word, 60))
			.filter(Boolean)
			.join(', '),
		size: isWhole || rows.length > 0 ? plural(rows.length, 'kubeconfig') : 'not read',
		isWhole,
		of: 'Identity',
		table: capped(rows, limit, 'views.clusters', row => ({
			...cell(row),
			name: oneLine(row.name || row.displayName || row.accountId, 120),
			id: idBeside(row),
			identity: '',
			account: [
				accountTypeWords[row.accountType],
				accountStateWords[row.accountState],
				oneLine(row.cloudService, 40),
			]
				.filter(Boolean)
				.join(', '),
			accountTone: ACCOUNT_TONES[row.accountState],
		})),
	};
}

function identityGroup(view: IdentityView, limit: number): KubeconfigGroup {
	return {
		name: titleOf(view),
		words: [idBeside(view), accountOf(view)].filter(Boolean).join(', '),
		size: plural(view.rows.length, 'cluster'),
		isWhole: view.listComplete || view.state === 'active',
		of: 'Cluster',
		table: capped(view.rows, limit, 'views.identities', clusterRow),
	};
}

function clusterRow(row: ViewedCluster & KubeconfigCell): KubeconfigRow {
	return {
		...cell(row),
		name: named(row.name, 120),
		id: oneLine(row.id, 60),
		identity: '',
		account: [row.region, row.clusterState]
			.map(word => oneLine(word, 40))
			.filter(Boolean)
			.join(', '),
		accountTone: '',
	};
}

type Cell = Omit<KubeconfigRow, 'name' | 'id' | 'identity' | 'account' | 'accountTone'>;

function cell({ state, hasGrants, activity, deletable, notAfter }: KubeconfigCell): Cell {
	return {
		ends: endOf({ notAfter }),
		state: stateWords[state][0],
		stateTone: STATE_TONES[state],
		grants: grantWords[hasGrants],
		record: recordWords(activity),
		deletable: deletableWords(deletable),
		mayDelete: deletable.may,
	};
}

const ACCOUNT_TONES = { active: 'quiet', inactive: 'open', deleted: 'bad', unknown: 'open' } as const;
const STATE_TONES = {
	effective: 'good',
	not_issued: 'quiet',
	expired: 'quiet',
	revoked: 'quiet',
	deleted: 'quiet',
	unknown: 'open',
} as const satisfies Record<KubeconfigCell['state'], string>;

function titleOf({ name, displayName, accountId }: IdentityView): string {
	return oneLine(name || displayName || accountId, 120);
}

/** The id, unless it stands for the name already. */
function idBeside({
	name,
	displayName,
	accountId,
}: Pick<IdentityView, 'name' | 'displayName' | 'accountId'>): string {
	return name === '' && displayName === '' ? '' : oneLine(accountId, 40);
}

function accountOf({ accountType, state, cloudService }: IdentityView): string {
	return [accountTypeWords[accountType], identityStateWords[state], oneLine(cloudService, 40)]
		.filter(Boolean)
		.join(', ');
}

const URGENCY = ['deleted', 'unknown', 'disabled', 'active'];

function byUrgency(a: IdentityView, b: IdentityView): number {
	return URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state);
}

function shortList(names: string[]): string {
	const left = names.length - 5;
	return [...names.slice(0, 5), ...(left > 0 ? [`${count(left)} more`] : [])].join(', ');
}
