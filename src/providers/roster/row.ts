import type { EpochSeconds, Gap } from '../../model/facts.ts';

/** Somebody, or a group, as a roster has it. */
export interface RosterRow {
	provider: 'scim' | 'file';
	/** The roster's own id; empty where it has none. */
	id: string;
	/** `userName` of a user, `displayName` of a group. */
	username: string;
	name: string;
	displayName: string;
	emails: string[];
	externalId: string;
	state: 'active' | 'disabled' | 'deleted' | 'unknown';
	/** Since when the state holds. */
	since: EpochSeconds | null;
	human: 'yes' | 'no' | 'unknown';
	/** Where it stands, for messages: `people.csv:12`, or the id in the SCIM service. */
	place: string;
}

/** A group of a roster. */
export interface RosterGroup extends RosterRow {
	/** Ids of its members, users and groups. */
	members: string[];
}

/** What one roster gave. */
export interface RosterContent {
	provider: RosterRow['provider'];
	users: RosterRow[];
	groups: RosterGroup[];
	gaps: Gap[];
	/** The users were read to their end. */
	isComplete: boolean;
	/** So were the groups, of which there are some. */
	hasGroups: boolean;
}

/** What of a row is held against the names that RBAC uses. */
export const matchFields = ['userName', 'email', 'externalId'] as const;
export type MatchField = (typeof matchFields)[number];

/** The values of a row that are held against RBAC's names; never an empty one. */
export function matchedValues(row: RosterRow, field: MatchField): string[] {
	const values = {
		userName: () => [row.username],
		email: () => row.emails,
		externalId: () => [row.externalId],
	}[field]();
	return values.filter(value => value !== '');
}
