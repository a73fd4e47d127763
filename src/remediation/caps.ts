import { oneLine, plural } from '../lib/text.ts';
import type { Step } from '../model/plan.ts';
import { actionOf } from './actions/index.ts';

/** Most objects of one cluster that a run and those of the day before it change, unless more is asked for. */
const MOST_OBJECTS = 20;
/** And most of the cluster's grants. */
const MOST_SHARE = 0.1;

/** How many objects of a cluster may be changed within a day: at least one. @param raised what was asked for instead. */
export function capOf(grants: number, raised: number | null): number {
	return raised ?? Math.max(1, Math.min(MOST_OBJECTS, Math.floor(grants * MOST_SHARE)));
}

/** How many objects steps change, by cluster. */
export function objectsByCluster(steps: readonly Step[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const { action, target, cluster } of steps) {
		const deed = actionOf({ action });
		if (deed === null) continue;
		const parts =
			target.kind === 'kubeconfigs'
				? target.clusters.map(({ uid, bindings }) => [uid, Math.max(1, bindings)] as const)
				: [[cluster.uid, deed.objects(target)] as const];
		for (const [uid, objects] of parts) counts.set(uid, (counts.get(uid) ?? 0) + objects);
	}
	return counts;
}

/** Why a run is too large, a sentence for each cluster; empty where it is not. */
export function overCaps(
	steps: readonly Step[],
	clusters: readonly { uid: string; name: string; grants: number; spent: number }[],
	raised: number | null,
): string[] {
	const counts = objectsByCluster(steps);
	return clusters.flatMap(({ uid, name, grants, spent }) => {
		const wanted = counts.get(uid) ?? 0;
		const cap = capOf(grants, raised);
		if (wanted === 0 || wanted + spent <= cap) return [];
		const before = spent === 0 ? '' : ` and ${spent} within the last 24 h`;
		return [
			`${oneLine(name, 100)}: ${plural(wanted, 'object')}${before} of at most ${cap} (of ${plural(grants, 'grant')})`,
		];
	});
}
