import { createHash } from 'node:crypto';
import type { ReportedCluster } from '../model/report.ts';

/** A name made of a-z, 0-9 and single hyphens, for file names and paths; `fallback` where nothing is left. */
export function slug(text: string, fallback: string, maxLength = 40): string {
	const words = text
		.slice(0, maxLength * 4)
		.normalize('NFKD')
		.toLowerCase()
		.match(/[a-z0-9]+/g);
	return (words ?? []).join('-').slice(0, maxLength).replace(/-$/, '') || fallback;
}

/** The first characters of SHA-256 as lower-case hex. */
export function shortHash(text: string, length = 8): string {
	return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** `<cluster-slug>-<8 hex of its uid>` by uid: what files, categories and paths of a cluster are named by. */
export function clusterSlugs(clusters: Pick<ReportedCluster, 'uid' | 'name'>[]): Map<string, string> {
	const slugs = new Map<string, string>();
	const taken = new Set<string>();
	for (const { uid, name } of clusters) {
		const wanted = `${slug(name, 'cluster')}-${eightHex(uid)}`;
		const free = taken.has(wanted) ? `${wanted}-${shortHash(`${uid}\n${name}`)}` : wanted;
		taken.add(free);
		slugs.set(uid, free);
	}
	return slugs;
}

/** A UUID lends its own first characters; a server may claim any other uid, so that one is hashed. */
function eightHex(uid: string): string {
	return /^[0-9a-f]{8}-/.test(uid) ? uid.slice(0, 8) : shortHash(uid);
}
