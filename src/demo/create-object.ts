import { randomUUID } from 'node:crypto';
import { formatRfc3339 } from '../lib/epoch.ts';
import type { DemoCluster } from './cluster.ts';
import { decodeObject } from './decode.ts';
import { escalation } from './escalation.ts';
import { type Judgement, refuse, type Write } from './judgement.ts';
import { present } from './negotiate.ts';
import { isObject, parseJson } from './parse-json.ts';
import { alreadyExists, badRequest, failure, invalid, methodNotAllowed, notFound } from './status.ts';
import { findObject, nextRevision, putObject } from './store.ts';
import { isBinding, problemsOf } from './validate.ts';
import { resources } from './wire.ts';

/** What comes of a POST of an object. */
export function createObject({ cluster, user, target, body, options, form }: Write): Judgement {
	const { group, resource, namespace } = target;
	const { kind, isNamespaced } = resources[resource];
	if (isNamespaced && namespace === '') return refuse(methodNotAllowed());
	const sent = parseJson(body);
	if (sent !== null && !isObject(sent)) {
		const why = "couldn't get version/kind; json parse error";
		return refuse(badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why}`));
	}
	const read = decodeObject(resource, sent);
	if (typeof read === 'string')
		return refuse(badRequest(`${kind} in version "v1" cannot be handled as a ${kind}: ${read}`));
	const { name } = read.metadata;
	if (![undefined, '', namespace].includes(read.metadata.namespace)) {
		const why = 'does not match the namespace sent on the request';
		return refuse(badRequest(`the namespace of the provided object ${why}`));
	}
	if (isNamespaced && !hasNamespace(cluster, namespace)) return refuse(notFound('', 'namespaces', namespace));
	const metadata = {
		...read.metadata,
		...(isNamespaced ? { namespace } : {}),
		uid: randomUUID(),
		resourceVersion: String(nextRevision(cluster)),
		creationTimestamp: formatRfc3339(cluster.now),
	};
	const object = { ...read, metadata };
	const refused = isBinding(object) ? escalation(cluster.objects, user, resource, object) : null;
	if (refused !== null) return refuse(refused);
	const problems = problemsOf(resource, object);
	if (problems.length > 0) return refuse(invalid(group, kind, name, problems));
	// Known to the storage alone, so that a dry run does not meet it.
	if (!options.isDryRun && !['', '0'].includes(read.metadata.resourceVersion))
		return refuse(failure(500, '', 'resourceVersion should not be set on objects to be created'));
	if (findObject(cluster, { ...target, name }) !== undefined)
		return refuse(alreadyExists(group, resource, name));
	const { resourceVersion: _, ...unstored } = metadata;
	const shown = options.isDryRun ? { ...object, metadata: unstored } : object;
	return {
		answer: { code: 201, body: present(resource, shown, form) },
		store: () => putObject(cluster, resource, object),
	};
}

/** Some bindings of the seeds are in namespaces that nothing else tells of. */
function hasNamespace({ objects, seed }: DemoCluster, name: string): boolean {
	return (
		objects.namespaces.some(({ metadata }) => metadata.name === name) ||
		seed.bindings.some(({ namespace }) => namespace === name)
	);
}
