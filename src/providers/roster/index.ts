import { ScanError } from '../../lib/scan-error.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import { readIdentities } from './file.ts';
import { createMatcher, type Identified, type RosterSubject } from './match.ts';
import { createRule, type MatchOptions } from './rule.ts';
import { readScim, type ScimOptions } from './scim.ts';

/** Who is still here, for clusters whose users come from no cloud that we ask. */
export interface Roster {
	/** What the rosters say of the users and groups of one cluster; the gaps are that cluster's. */
	identify: (subjects: RosterSubject[]) => Identified;
	/** The rosters' own ids of all their users. */
	accounts: ReadonlySet<string>;
}

/** Which rosters to read, one or both, and how their rows are matched. */
export interface RosterOptions {
	/** `--identities FILE` */
	file?: string;
	/** `--scim URL` */
	scim?: Omit<ScimOptions, 'signal'>;
	match?: MatchOptions;
	now: EpochSeconds;
	signal: AbortSignal;
}

/**
 * Reads the rosters, once a run. A service that fails is a gap of every cluster; a file that is wrong ends the run.
 * @throws {ScanError} USAGE, CONFIG_INVALID, FILE_UNREADABLE, IDENTITIES_INVALID
 */
export async function createRoster(options: RosterOptions): Promise<Roster> {
	const { file, scim, match = {}, now, signal } = options;
	if (file === undefined && scim === undefined) throw new ScanError('USAGE', 'no roster is given');
	const rule = createRule(match);
	const fromFile = file === undefined ? [] : [readIdentities(file, rule.field)];
	const fromScim = scim === undefined ? [] : [await readScim({ ...scim, signal })];
	const contents = [...fromScim, ...fromFile];
	const ids = contents.flatMap(({ users }) => users.map(({ id }) => id));
	return { identify: createMatcher(contents, rule, { now }), accounts: new Set(ids.filter(id => id !== '')) };
}
