/** What a reader looks for first in any object; the other keys follow in the order of their code units. */
const LEADING = [
	'apiVersion',
	'id',
	'uid',
	'policyId',
	'outcome',
	'severity',
	'kind',
	'name',
	'status',
	'source',
	'code',
	'cluster',
	'subject',
	'title',
	'message',
];
const RANK = new Map(LEADING.map((key, index) => [key, index]));

/** C1 controls, DEL, line separators and what reorders or hides text: legal in JSON, not fit for a terminal. */
const UNSAFE = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** JSON whose key order does not depend on how the value was built, and that is safe to print. */
export function stableJson(value: unknown, indent = 0): string {
	return escapeUnsafe(JSON.stringify(ordered(value), null, indent));
}

/**
 * The same on one line, for a long list: sorting each element's keys and copying it takes three times as
 * long as writing it by the order of the element before, and what elements share is written once.
 */
export function lineWriter(): (value: unknown) => string {
	const shapes = new Map<string, Shape>();
	const root = newSlot();
	return value => escapeUnsafe(write(value, root, shapes) ?? 'null');
}

/** Objects of the same keys, in the same order as they were set. */
interface Shape {
	keys: string[];
	/** Places in `keys`, in the order of writing. */
	order: { at: number; prefix: string; slot: Slot }[];
}

/** A place where values stand, and what the last one was. */
interface Slot {
	shape: Shape | null;
	value: object | null;
	text: string;
	/** Of the elements, where the value is an array. */
	elements: Slot | null;
}

function newSlot(): Slot {
	return { shape: null, value: null, text: '', elements: null };
}

/** Undefined where JSON has no word for the value. */
function write(value: unknown, slot: Slot, shapes: Map<string, Shape>): string | undefined {
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	if (value === slot.value) return slot.text;
	const text = Array.isArray(value)
		? writeArray(value, slot, shapes)
		: writeObject(value as Record<string, unknown>, slot, shapes);
	slot.value = value;
	slot.text = text;
	return text;
}

function writeArray(values: unknown[], slot: Slot, shapes: Map<string, Shape>): string {
	if (values.length === 0) return '[]';
	slot.elements ??= newSlot();
	let text = '';
	for (const value of values)
		text += `${text === '' ? '[' : ','}${write(value, slot.elements, shapes) ?? 'null'}`;
	return `${text}]`;
}

function writeObject(value: Record<string, unknown>, slot: Slot, shapes: Map<string, Shape>): string {
	const keys = Object.keys(value);
	const shape = slot.shape !== null && isSame(slot.shape.keys, keys) ? slot.shape : shapeOf(keys, shapes);
	slot.shape = shape;
	let text = '';
	for (const { at, prefix, slot: inner } of shape.order) {
		const written = write(value[keys[at] ?? ''], inner, shapes);
		if (written !== undefined) text += `${text === '' ? '{' : ','}${prefix}${written}`;
	}
	return text === '' ? '{}' : `${text}}`;
}

function isSame(a: string[], b: string[]): boolean {
	if (a.length !== b.length) return false;
	for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
	return true;
}

/** Labels may be anything: shapes that only one object has are not worth keeping. */
const MAX_SHAPES = 1000;

function shapeOf(keys: string[], shapes: Map<string, Shape>): Shape {
	const id = JSON.stringify(keys);
	const known = shapes.get(id);
	if (known !== undefined) return known;
	// As an object has them: what looks like an array's index comes first in it.
	const sorted = Object.keys(ordered(Object.fromEntries(keys.map(key => [key, 0]))) as object);
	const shape: Shape = {
		keys,
		order: sorted.map(key => ({
			at: keys.indexOf(key),
			prefix: `${JSON.stringify(key)}:`,
			slot: newSlot(),
		})),
	};
	if (shapes.size < MAX_SHAPES) shapes.set(id, shape);
	return shape;
}

function escapeUnsafe(text: string): string {
	return text.replace(UNSAFE, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function ordered(value: unknown): unknown {
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map(ordered);
	const copy: Record<string, unknown> = {};
	const entries = Object.entries(value).sort(byRank);
	for (const [key, inner] of entries) {
		// Assigning to `__proto__` would set the prototype instead: a hostile key stays a plain one.
		if (key === '__proto__') Object.defineProperty(copy, key, { value: ordered(inner), enumerable: true });
		else copy[key] = ordered(inner);
	}
	return copy;
}

function byRank([a]: [string, unknown], [b]: [string, unknown]): number {
	const ranks = (RANK.get(a) ?? LEADING.length) - (RANK.get(b) ?? LEADING.length);
	return ranks !== 0 ? ranks : a < b ? -1 : 1;
}
