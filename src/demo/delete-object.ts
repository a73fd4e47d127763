import { type Judgement, refuse, type Write } from './judgement.ts';
import { conflict, deleted, notFound } from './status.ts';
import { dropObject, findObject } from './store.ts';
import { resources } from './wire.ts';

/** What comes of a DELETE of an object. */
export function deleteObject({ cluster, target, options }: Write): Judgement {
	const { group, resource, name } = target;
	const found = findObject(cluster, target);
	if (found === undefined) return refuse(notFound(group, resource, name));
	const differs = difference(options.preconditions, found.metadata);
	if (differs !== null) return refuse(conflict(group, resources[resource].kind, name, differs));
	return {
		answer: deleted(group, resource, found.metadata),
		store: () => dropObject(cluster, resource, found),
	};
}

function difference(
	wanted: Write['options']['preconditions'],
	{ uid, resourceVersion }: { uid: string; resourceVersion: string },
): string | null {
	if (wanted.uid !== undefined && wanted.uid !== uid) {
		const isOther = `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid})`;
		return `${isOther}. The object might have been deleted and then recreated`;
	}
	if (wanted.resourceVersion === undefined || wanted.resourceVersion === resourceVersion) return null;
	const stale = `the ResourceVersion in the precondition (${wanted.resourceVersion})`;
	const record = `the ResourceVersion in record (${resourceVersion})`;
	return `${stale} does not match ${record}. The object might have been modified`;
}
