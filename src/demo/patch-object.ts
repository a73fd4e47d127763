import { isDeepStrictEqual } from 'node:util';
import { decodeObject } from './decode.ts';
import { escalation } from './escalation.ts';
import { applyPatch, readPatch } from './json-patch.ts';
import { type Judgement, refuse, type Write } from './judgement.ts';
import { present } from './negotiate.ts';
import { badRequest, conflict, failure, invalid, notFound, patchRefused } from './status.ts';
import { findObject, nextRevision, putObject } from './store.ts';
import { changeProblems, isBinding } from './validate.ts';
import { type Answer, type ApiObject, resources, type Target } from './wire.ts';

const MAX_OPERATIONS = 10_000;

/** What comes of a PATCH of an object. */
export function patchObject({ cluster, user, target, body, options, form }: Write): Judgement {
	const { group, resource, name } = target;
	const before = findObject(cluster, target);
	if (before === undefined) return refuse(notFound(group, resource, name));
	const operations = readPatch(body);
	if (operations === null) return refuse(badRequest('error decoding patch'));
	if (operations.length > MAX_OPERATIONS) return refuse(tooMany(operations.length));
	const patched = applyPatch(present(resource, before, 'full'), operations);
	if (patched === undefined) return refuse(patchRefused());
	const read = decodeObject(resource, patched);
	if (typeof read === 'string') return refuse(undecodable(patched, read));
	const asked = inNamespaceOf(before, read);
	const misplaced = misplacement(target, asked);
	if (misplaced !== null) return refuse(misplaced);
	// Whoever only takes a subject away, or sets a label, is asked for the whole role as well.
	const isSame = isDeepStrictEqual(asked, before);
	const refused = isBinding(asked) && !isSame ? escalation(cluster.objects, user, resource, asked) : null;
	if (refused !== null) return refuse(refused);
	const { resourceVersion, creationTimestamp } = before.metadata;
	if (!['', '0', resourceVersion].includes(asked.metadata.resourceVersion)) {
		const why = 'the object has been modified; please apply your changes to the latest version and try again';
		return refuse(conflict(group, resource, name, why));
	}
	const uid = asked.metadata.uid === '' ? before.metadata.uid : asked.metadata.uid;
	const kept = { ...asked, metadata: { ...asked.metadata, uid, resourceVersion, creationTimestamp } };
	const problems = changeProblems(resource, before, kept);
	if (problems.length > 0) return refuse(invalid(group, resources[resource].kind, name, problems));
	if (isDeepStrictEqual(kept, before)) return refuse({ code: 200, body: present(resource, before, form) });
	const next = {
		...kept,
		metadata: { ...kept.metadata, resourceVersion: String(nextRevision(cluster, before)) },
	};
	return {
		answer: { code: 200, body: present(resource, options.isDryRun ? kept : next, form) },
		store: () => putObject(cluster, resource, next),
	};
}

/** A patch that leaves the namespace out means the one that it is sent to. */
function inNamespaceOf({ metadata: { namespace } }: ApiObject, read: ApiObject): ApiObject {
	if (namespace === undefined || read.metadata.namespace !== '') return read;
	return { ...read, metadata: { ...read.metadata, namespace } };
}

function misplacement({ name, namespace }: Target, { metadata }: ApiObject): Answer | null {
	if ((metadata.namespace ?? '') !== namespace)
		return badRequest(
			'the namespace of the provided object does not match the namespace sent on the request',
		);
	if (metadata.name === '')
		return badRequest(
			`the name of the object (${name} based on URL) was undeterminable: name must be provided`,
		);
	if (metadata.name === name) return null;
	return badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
}

function tooMany(count: number): Answer {
	const message = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${count}`;
	return failure(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
}

/** The real server quotes the whole object, the data of a Secret too, whatever form was asked for. */
function undecodable(patched: unknown, why: string): Answer {
	const message = `Invalid value: ${JSON.stringify(JSON.stringify(patched))}: ${why}`;
	return invalid('', '', '', [{ reason: 'FieldValueInvalid', message, field: 'patch' }]);
}
