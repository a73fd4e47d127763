import { toGap } from '../lib/api-error.ts';
import type { Gap, Source } from '../model/facts.ts';
import type { KubernetesApi, ListOptions } from '../providers/kubernetes/api.ts';

/** A list and the gap in its place when it could not be read: then the list is empty, and the gap says why. */
export async function readList<T>(
	api: KubernetesApi,
	what: { source: Source; permission: string; path: string; options?: ListOptions },
	parse: (object: unknown) => T | null,
): Promise<{ items: T[]; gaps: Gap[] }> {
	try {
		return { items: await api.list(what.path, parse, what.options), gaps: [] };
	} catch (error) {
		return { items: [], gaps: [toGap(what.source, what.permission, error)] };
	}
}
