/** Fields of a message by number: text, or the fields of another message. */
interface Shape {
	[field: number]: [name: string, of: 'text' | Shape];
}

const MAGIC = Buffer.from('k8s\0');

/** The envelope that every object travels in. */
const ENVELOPE: Shape = { 1: ['typeMeta', { 2: ['kind', 'text'] }] };
const RAW = 2;

const RESOURCE: Shape = {
	1: ['namespace', 'text'],
	2: ['verb', 'text'],
	3: ['group', 'text'],
	4: ['version', 'text'],
	5: ['resource', 'text'],
	6: ['subresource', 'text'],
	7: ['name', 'text'],
};
const PATH: Shape = { 1: ['path', 'text'], 2: ['verb', 'text'] };

/** The spec of each review; its own field number is 2. */
const SPECS: Record<string, Shape> = {
	SelfSubjectReview: {},
	SelfSubjectAccessReview: { 1: ['resourceAttributes', RESOURCE], 2: ['nonResourceAttributes', PATH] },
	SelfSubjectRulesReview: { 1: ['namespace', 'text'] },
};

/**
 * A review as kubectl sends it; null for what is no such thing. Empty text is left out, as in JSON.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export function readReview(bytes: Buffer): object | null {
	if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
	const envelope = fieldsOf(bytes.subarray(MAGIC.length));
	if (envelope === null) return null;
	const { typeMeta } = read(envelope, ENVELOPE) as { typeMeta?: { kind?: string } };
	const kind = typeMeta?.kind ?? '';
	const shape = Object.hasOwn(SPECS, kind) ? SPECS[kind] : undefined;
	const raw = fieldsOf(envelope.find(([number]) => number === RAW)?.[1] ?? Buffer.alloc(0));
	if (shape === undefined || raw === null) return null;
	return read(raw, { 2: ['spec', shape] });
}

function read(fields: [number, Buffer][], shape: Shape): Record<string, unknown> {
	const found: Record<string, unknown> = {};
	for (const [number, bytes] of fields) {
		const [name, of] = shape[number] ?? [];
		if (name === undefined || of === undefined) continue;
		if (of !== 'text') found[name] = read(fieldsOf(bytes) ?? [], of);
		else if (bytes.length > 0) found[name] = bytes.toString();
	}
	return found;
}

/** Those that have a length; null where the message is cut or has fields of another kind than varints. */
function fieldsOf(bytes: Buffer): [number, Buffer][] | null {
	const fields: [number, Buffer][] = [];
	let at = 0;
	const varint = () => {
		let value = 0;
		for (let shift = 0; shift < 35; shift += 7) {
			const byte = bytes[at++];
			if (byte === undefined) return null;
			value += (byte & 0x7f) * 2 ** shift;
			if (byte < 0x80) return value;
		}
		return null;
	};
	while (at < bytes.length) {
		const tag = varint();
		const value = varint();
		if (tag === null || value === null || (tag % 8 !== 0 && tag % 8 !== 2)) return null;
		if (tag % 8 === 0) continue;
		if (at + value > bytes.length) return null;
		fields.push([Math.floor(tag / 8), bytes.subarray(at, at + value)]);
		at += value;
	}
	return fields;
}
