import { parseRfc3339 } from '../lib/epoch.ts';
import type { EpochSeconds } from '../model/facts.ts';

/** A JSON object of which nothing is trusted yet. */
export type Json = Record<string, unknown>;

/** The value if it is an object, else an empty one: a missing block reads as a block without fields. */
export function asObject(value: unknown): Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** The elements if it is an array; `null` and absent are Go's empty slice. */
export function asList(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

/** The value if it is text, else empty. */
export function asText(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

/** The texts among the elements. */
export function asTexts(value: unknown): string[] {
	return asList(value).filter(element => typeof element === 'string');
}

/** The text members of an object. */
export function asLabels(value: unknown): Record<string, string> {
	const entries = Object.entries(asObject(value)).filter(entry => typeof entry[1] === 'string');
	return Object.fromEntries(entries) as Record<string, string>;
}

/** meta/v1 ObjectMeta as far as it is kept. */
export interface Metadata {
	uid: string;
	namespace: string;
	name: string;
	resourceVersion: string;
	createdAt: EpochSeconds | null;
	labels: Record<string, string>;
	/** To look up single keys in; never kept whole: last-applied-configuration can hold a Secret's data. */
	annotations: Record<string, string>;
}

/** Metadata of one object of a list. */
export function readMetadata(object: unknown): Metadata {
	const metadata = asObject(asObject(object).metadata);
	return {
		uid: asText(metadata.uid),
		namespace: asText(metadata.namespace),
		name: asText(metadata.name),
		resourceVersion: asText(metadata.resourceVersion),
		createdAt: parseRfc3339(asText(metadata.creationTimestamp)),
		labels: asLabels(metadata.labels),
		annotations: asLabels(metadata.annotations),
	};
}
