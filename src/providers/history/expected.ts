import { DAY } from '../../lib/epoch.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import type { Ask } from './night.ts';

/** How long a cluster is expected after it was last seen. */
const EXPECTED_DAYS = 30;

/** A cluster that a run of some scope found. */
export interface KnownCluster {
	scope: string;
	uid: string;
	name: string;
	lastSeen: EpochSeconds;
}

/** A cluster of this run. */
export interface PresentCluster {
	uid: string;
	name: string;
	/** It was reached, and not only named by a target. */
	isFound: boolean;
}

/** What to make of the clusters of earlier runs. */
export interface Expected {
	/** Each once, with when it was last seen. */
	missing: KnownCluster[];
	/** Another cluster has their name now. */
	replaced: KnownCluster[];
	forgotten: KnownCluster[];
	/** Names to forget that nothing goes by. */
	unknown: string[];
}

/** Every cluster of every scope: thousands at most. */
export async function readClusters(ask: Ask): Promise<KnownCluster[]> {
	const rows = await ask('SELECT scope, uid, name, last_seen FROM clusters ORDER BY last_seen, name, uid');
	return rows.map(({ scope, uid, name, last_seen }) => ({
		scope: String(scope),
		uid: String(uid),
		name: String(name),
		lastSeen: Number(last_seen),
	}));
}

/** Whether a run with these targets also looks wherever the other one did. */
function includes(scope: string, other: string): boolean {
	const parts = new Set(scope.split(' '));
	return other.split(' ').every(part => parts.has(part));
}

/**
 * Compares the clusters of earlier runs, of the same targets or of some of them, with those of this one. A
 * cluster that was built anew under its old name, or could not be asked for its uid, is no missing one.
 */
export function compareClusters(
	known: KnownCluster[],
	present: PresentCluster[],
	{ scope, now, forget }: { scope: string; now: EpochSeconds; forget: string[] },
): Expected {
	const found = new Set(present.map(({ uid }) => uid));
	const gone = known.filter(({ uid }) => !found.has(uid));
	const forgotten = gone.filter(({ uid, name }) => forget.includes(uid) || forget.includes(name));
	const dropped = new Set(forgotten.map(({ uid }) => uid));
	const due = gone.filter(
		each =>
			!dropped.has(each.uid) && includes(scope, each.scope) && each.lastSeen >= now - EXPECTED_DAYS * DAY,
	);
	// Who is known by its own uid stands in for nobody.
	const own = new Set(known.map(({ uid }) => uid));
	const free = present.filter(({ uid }) => !own.has(uid));
	const standIns = new Map<string, PresentCluster>();
	const missing = new Map<string, KnownCluster>();
	for (const each of due.toReversed()) {
		if (standIns.has(each.uid) || missing.has(each.uid)) continue;
		const at = free.findIndex(({ name }) => name === each.name);
		const [standIn] = at === -1 ? [] : free.splice(at, 1);
		if (standIn === undefined) missing.set(each.uid, each);
		else standIns.set(each.uid, standIn);
	}
	return {
		missing: [...missing.values()],
		replaced: due.filter(({ uid }) => standIns.get(uid)?.isFound),
		forgotten,
		unknown: forget.filter(word => !known.some(({ uid, name }) => uid === word || name === word)),
	};
}
