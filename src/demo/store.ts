import { byCodeUnit } from '../lib/text.ts';
import type { DemoCluster } from './cluster.ts';
import { keyOf } from './meta.ts';
import type { ApiObject, Target, Writable } from './wire.ts';

/** The object that a path names; undefined where there is none. */
export function findObject(
	cluster: DemoCluster,
	{ resource, namespace, name }: Target & { resource: keyof DemoCluster['objects'] },
): ApiObject | undefined {
	const all: ApiObject[] = cluster.objects[resource];
	return all.find(({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace);
}

/** The revision of the next write: greater than that of what it replaces, since those of the seeds run ahead. */
export function nextRevision({ revision }: DemoCluster, replaced?: ApiObject): number {
	return Math.max(revision, Number(replaced?.metadata.resourceVersion ?? 0)) + 1;
}

/** Puts an object at its place, over the one of its key if there is one. */
export function putObject(cluster: DemoCluster, resource: Writable, object: ApiObject): void {
	const others = without(cluster, resource, object);
	const sorted = [...others, object].sort((a, b) => byCodeUnit(keyOf(a), keyOf(b)));
	Object.assign(cluster.objects, { [resource]: sorted });
	cluster.revision = Number(object.metadata.resourceVersion);
}

/** Takes an object away. */
export function dropObject(cluster: DemoCluster, resource: Writable, object: ApiObject): void {
	Object.assign(cluster.objects, { [resource]: without(cluster, resource, object) });
	cluster.revision = nextRevision(cluster);
}

function without(cluster: DemoCluster, resource: Writable, object: ApiObject): ApiObject[] {
	const all: ApiObject[] = cluster.objects[resource];
	return all.filter(other => keyOf(other) !== keyOf(object));
}
