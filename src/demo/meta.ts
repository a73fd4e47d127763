import { createHash } from 'node:crypto';
import { formatRfc3339 } from '../lib/epoch.ts';
import type { EpochSeconds } from '../model/facts.ts';
import { atDay, type ClusterSeed, type Days } from './seeds/seed.ts';
import type { ApiObject } from './wire.ts';

/** What every object is made from. */
export interface Origin {
	seed: ClusterSeed;
	now: EpochSeconds;
}

/** A UID that is the same in every run. */
export function uidOf(...parts: string[]): string {
	const hex = createHash('sha256').update(parts.join('/')).digest('hex');
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Where an object stands in etcd, under its resource. */
export function keyOf({ metadata }: ApiObject): string {
	return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** What an object's metadata says beside its name. */
interface MetaSeed {
	name: string;
	namespace?: string | undefined;
	created?: Days | undefined;
	labels?: Record<string, string>;
	annotations?: Record<string, string>;
}

/** An object that has nothing but metadata yet. */
export function object({ seed, now }: Origin, kind: string, meta: MetaSeed): ApiObject {
	const uid = uidOf(seed.name, kind, meta.namespace ?? '', meta.name);
	const { labels = {}, annotations = {} } = meta;
	return {
		metadata: {
			name: meta.name,
			...(meta.namespace === undefined ? {} : { namespace: meta.namespace }),
			uid,
			// Any number will do, as long as it is the same in every run.
			resourceVersion: String(1000 + Number.parseInt(uid.slice(0, 4), 16)),
			creationTimestamp: formatRfc3339(atDay(now, meta.created ?? seed.created)),
			...(Object.keys(labels).length === 0 ? {} : { labels }),
			...(Object.keys(annotations).length === 0 ? {} : { annotations }),
		},
	};
}

/** Reads `namespace/name`. */
export function splitName(text: string): { namespace: string; name: string } {
	const [namespace = '', name = ''] = text.split('/');
	return { namespace, name };
}
