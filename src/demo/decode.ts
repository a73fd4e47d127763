import { parseRfc3339 } from '../lib/epoch.ts';
import { isObject } from './parse-json.ts';
import { type ApiObject, apiVersionOf, resources, type Writable } from './wire.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** Members that the real server would act upon. */
const UNSERVED = ['generateName', 'finalizers', 'ownerReferences', 'stringData', 'immutable'];

/**
 * What somebody sent, as an object of a resource: in the usual form, without the members that nobody knows, and with
 * empty text where metadata lacks one. A text says why it is no such object.
 */
export function decodeObject(resource: Writable, value: unknown): ApiObject | string {
	const { kind } = resources[resource];
	const reader = createReader();
	const read = reader.object(value ?? {}, kind);
	if (reader.text(read, 'kind') !== '' && read.kind !== kind)
		reader.refuse(`${JSON.stringify(read.kind)} is no ${kind}`);
	const version = apiVersionOf(resource);
	if (reader.text(read, 'apiVersion') !== '' && read.apiVersion !== version)
		reader.refuse(`no kind "${kind}" is registered for version ${JSON.stringify(read.apiVersion)}`);
	const metadata = readMetadata(reader, resource, reader.object(read.metadata ?? {}, 'metadata'));
	const fields = resource === 'secrets' ? readSecret(reader, read) : readBinding(reader, read);
	for (const name of UNSERVED) {
		if (isObject(value) && (name in value || (isObject(value.metadata) && name in value.metadata)))
			reader.refuse(`${name} is not served by this demo`);
	}
	return reader.refusals[0] ?? { metadata, ...fields };
}

type Reader = ReturnType<typeof createReader>;

/** Reads members by their type; what it cannot read it gives empty, and remembers. */
function createReader() {
	const refusals: string[] = [];
	const refuse = (why: string) => {
		refusals.push(why);
	};
	const object = (value: unknown, field: string) => {
		if (isObject(value)) return value;
		refuse(`json: cannot unmarshal a value into Go struct field ${field}`);
		return {};
	};
	const text = (from: Record<string, unknown>, field: string) => {
		const value = from[field] ?? '';
		if (typeof value === 'string') return value;
		refuse(`json: cannot unmarshal a value into Go struct field ${field} of type string`);
		return '';
	};
	const texts = (from: Record<string, unknown>, field: string) => {
		const found = object(from[field] ?? {}, field);
		return Object.fromEntries(Object.keys(found).map(key => [key, text(found, key)]));
	};
	return { refusals, refuse, object, text, texts };
}

function readMetadata(
	reader: Reader,
	resource: Writable,
	from: Record<string, unknown>,
): ApiObject['metadata'] {
	const creationTimestamp = reader.text(from, 'creationTimestamp');
	if (creationTimestamp !== '' && parseRfc3339(creationTimestamp) === null)
		reader.refuse(`parsing time ${JSON.stringify(creationTimestamp)} as "2006-01-02T15:04:05Z07:00"`);
	const namespace = reader.text(from, 'namespace');
	const labels = reader.texts(from, 'labels');
	const annotations = reader.texts(from, 'annotations');
	return {
		name: reader.text(from, 'name'),
		...(resources[resource].isNamespaced ? { namespace } : {}),
		uid: reader.text(from, 'uid'),
		resourceVersion: reader.text(from, 'resourceVersion'),
		creationTimestamp,
		...(Object.keys(labels).length === 0 ? {} : { labels }),
		...(Object.keys(annotations).length === 0 ? {} : { annotations }),
	};
}

function readSecret(reader: Reader, from: Record<string, unknown>) {
	const data = reader.texts(from, 'data');
	const type = reader.text(from, 'type');
	return { ...(Object.keys(data).length === 0 ? {} : { data }), type: type === '' ? 'Opaque' : type };
}

function readBinding(reader: Reader, from: Record<string, unknown>) {
	const { apiGroup, kind, name } = readReference(reader, from.roleRef, 'roleRef');
	const listed = from.subjects ?? [];
	if (!Array.isArray(listed)) reader.refuse('json: cannot unmarshal a value into Go struct field subjects');
	const subjects = Array.isArray(listed) ? listed.map(subject => readSubject(reader, subject)) : [];
	return {
		roleRef: { apiGroup: apiGroup === '' ? RBAC : apiGroup, kind, name },
		...(subjects.length === 0 ? {} : { subjects }),
	};
}

function readSubject(reader: Reader, from: unknown) {
	const { apiGroup, kind, name, namespace } = readReference(reader, from, 'subjects');
	const group = apiGroup === '' && ['User', 'Group'].includes(kind) ? RBAC : apiGroup;
	return {
		kind,
		...(group === '' ? {} : { apiGroup: group }),
		name,
		...(namespace === '' ? {} : { namespace }),
	};
}

function readReference(reader: Reader, value: unknown, field: string) {
	const from = reader.object(value ?? {}, field);
	const text = (name: string) => reader.text(from, name);
	return { apiGroup: text('apiGroup'), kind: text('kind'), name: text('name'), namespace: text('namespace') };
}
