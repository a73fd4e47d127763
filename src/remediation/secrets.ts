import { ApiError } from '../lib/api-error.ts';
import type { Permission, Target } from '../model/plan.ts';
import type { KubernetesApi } from '../providers/kubernetes/api.ts';

export type SecretTarget = Extract<Target, { kind: 'secret' }>;

/** The API server refuses the token of a Secret with it. @see kubernetes.io/docs/reference/labels-annotations-taints */
export const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
const LAST_USED = 'kubernetes.io/legacy-token-last-used';

/** A Secret as it is now, but for what it holds. */
export interface SecretState {
	uid: string;
	resourceVersion: string;
	hasLabels: boolean;
	/** Day, or null. */
	invalidSince: string | null;
	lastUsed: string | null;
}

/** Path of one Secret. */
export function secretPath({ namespace, name }: Pick<SecretTarget, 'namespace' | 'name'>): string {
	return `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
}

/** The right to do something to one Secret. */
export function secretPermission(verb: string, { namespace, name }: SecretTarget): Permission {
	return {
		name: `${verb} secrets/${name} in ${namespace}`,
		attributes: { verb, group: '', resource: 'secrets', namespace, name },
	};
}

/** Metadata of a Secret; null where there is none of that name. @throws {ApiError} */
export async function readSecret(
	api: KubernetesApi & { getMetadata(path: string): Promise<unknown> },
	target: Pick<SecretTarget, 'namespace' | 'name'>,
): Promise<SecretState | null> {
	const object = await api.getMetadata(secretPath(target)).catch(error => {
		if (error instanceof ApiError && error.status === 404) return null;
		throw error;
	});
	if (object === null) return null;
	const { metadata } = object as {
		metadata?: { uid?: unknown; resourceVersion?: unknown; labels?: Record<string, unknown> | null };
	};
	const { uid, resourceVersion, labels } = metadata ?? {};
	if (typeof uid !== 'string' || typeof resourceVersion !== 'string')
		throw new ApiError('partial', 200, 'the answer is no Secret: it has no uid or resourceVersion');
	const label = (name: string) => {
		const value = labels?.[name];
		return typeof value === 'string' && value !== '' ? value : null;
	};
	return {
		uid,
		resourceVersion,
		hasLabels: (labels ?? null) !== null,
		invalidSince: label(INVALID_SINCE),
		lastUsed: label(LAST_USED),
	};
}

/** The label as a JSON pointer names it (RFC 6901). */
export const INVALID_SINCE_POINTER = `/metadata/labels/${INVALID_SINCE.replaceAll('~', '~0').replaceAll('/', '~1')}`;
