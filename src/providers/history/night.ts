import type { Span } from '../../model/audit.ts';
import type { Cluster, Credential, EpochSeconds } from '../../model/facts.ts';
import type { Params, Row } from './database.ts';
import type { Stage } from './schema.ts';

/** A username that a roster knew, or knew once. */
export interface RosterMatch {
	username: string;
	/** The roster's own id. */
	account: string;
	provider: string;
	/** Which roster, and by which rule it was asked (`rosterKey`). */
	roster: string;
	lastSeen: EpochSeconds;
	/** When it was first missing from the whole roster; null while it is there. */
	missed: EpochSeconds | null;
}

/** What earlier runs saw of one cluster. */
export interface Remembered {
	issued: Credential[];
	/** Times of which the audit log showed every certificate that was issued. */
	spans: Span[];
	matches: RosterMatch[];
}

/** What this run saw of one cluster, with what is to be kept of earlier ones where it replaces that. */
export interface Night extends Remembered {
	cluster: Pick<Cluster, 'uid' | 'name' | 'provider'>;
	/** Whether the cluster is expected again: it was there, and could be told apart. */
	isFound: boolean;
	credentials: Pick<Credential, 'uid' | 'username'>[];
	now: EpochSeconds;
}

/** How the file is asked. */
export type Ask = (sql: string, params?: Params) => Promise<Row[]>;

/** Reads what is known of one cluster, and of no other. @throws where the file is damaged. */
export async function readRemembered(ask: Ask, cluster: string, since: EpochSeconds): Promise<Remembered> {
	const issued = await ask(
		'SELECT credential FROM ledger WHERE cluster = $cluster AND (not_after IS NULL OR not_after >= $since) ORDER BY uid',
		{ cluster, since },
	);
	const spans = await ask('SELECT begins, ends FROM spans WHERE cluster = $cluster ORDER BY begins', {
		cluster,
	});
	const matches = await ask('SELECT * FROM matches WHERE cluster = $cluster ORDER BY username', { cluster });
	return {
		issued: issued.map(({ credential }) => toCredential(credential)),
		spans: spans.map(({ begins, ends }) => ({ from: Number(begins), to: Number(ends) })),
		matches: matches.map(({ username, account, provider, roster, last_seen, missed }) => ({
			username: String(username),
			account: String(account),
			provider: String(provider),
			roster: String(roster),
			lastSeen: Number(last_seen),
			missed: missed === null ? null : Number(missed),
		})),
	};
}

/** What was written as a credential; a file that others wrote to may hold anything. */
function toCredential(text: unknown): Credential {
	const value: unknown = JSON.parse(String(text));
	const isWhole =
		typeof value === 'object' &&
		value !== null &&
		['uid', 'kind', 'state', 'username'].every(key => typeof Reflect.get(value, key) === 'string') &&
		['groups', 'locations'].every(key => Array.isArray(Reflect.get(value, key)));
	if (!isWhole) throw new Error('an entry of the ledger is no credential');
	return value as Credential; // as `rowsOf` wrote it
}

/** The rows that a cluster adds to the stages, each object once. */
export function rowsOf(night: Night): { table: Stage; rows: (string | number | null)[][] }[] {
	const { cluster, isFound, credentials, issued, spans, matches, now } = night;
	const { uid, name, provider } = cluster;
	const unique = new Map(credentials.map(credential => [credential.uid, credential.username]));
	return [
		{ table: 'seen_clusters', rows: isFound ? [[uid, name, provider, now]] : [] },
		{ table: 'seen_credentials', rows: [...unique].map(([id, username]) => [uid, id, username, now]) },
		{
			table: 'seen_ledger',
			rows: issued.map(each => [uid, each.uid, each.notAfter, JSON.stringify(each), now]),
		},
		{ table: 'seen_spans', rows: spans.map(({ from, to }) => [uid, from, to]) },
		{
			table: 'seen_matches',
			rows: matches.map(({ username, account, provider, roster, lastSeen, missed }) => [
				...[uid, username, account, provider, roster, lastSeen],
				missed,
			]),
		},
	];
}
