import type { DemoCluster } from './cluster.ts';
import type { Hiccup } from './seeds/seed.ts';

/** Takes what has to go wrong with such a request of a resource, so that it goes wrong once. */
export function takeHiccup<T extends Hiccup>(
	{ hiccups }: DemoCluster,
	resource: string,
	isMeant: (hiccup: Hiccup) => hiccup is T,
): T | undefined {
	const found = hiccups
		.filter(isMeant)
		.find(hiccup => hiccup.resource === '*' || hiccup.resource === resource);
	if (found !== undefined) hiccups.splice(hiccups.indexOf(found), 1);
	return found;
}
