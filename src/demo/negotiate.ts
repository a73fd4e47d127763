import { apiVersionOf, type Objects, resources } from './wire.ts';

/** How an object is answered: whole, or its metadata alone. */
export type Form = 'full' | 'partial';

/**
 * The first form of an Accept header that is served; null when none is.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 */
export function negotiate(accept: string | undefined, isList: boolean): Form | null {
	const partial = isList ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
	for (const wanted of (accept ?? '*/*').split(',')) {
		const [type = '', ...rest] = wanted.split(';').map(part => part.trim());
		if (!['application/json', 'application/*', '*/*'].includes(type)) continue;
		const parameters = new Map(rest.map(part => part.split('=', 2) as [string, string]));
		if (!parameters.has('as')) return 'full';
		const isMeta = parameters.get('g') === 'meta.k8s.io' && parameters.get('v') === 'v1';
		if (parameters.get('as') === partial && isMeta) return 'partial';
	}
	return null;
}

/** An object in that form. */
export function present(resource: keyof Objects, object: { metadata: object }, form: Form): object {
	const { kind } = resources[resource];
	return form === 'full' ? { kind, apiVersion: apiVersionOf(resource), ...object } : toPartial(object);
}

/** An object's metadata alone. */
export function toPartial({ metadata }: { metadata: object }): object {
	return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}
