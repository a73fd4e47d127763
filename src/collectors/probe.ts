import { ApiError, toGap } from '../lib/api-error.ts';
import type { EpochSeconds, Gap } from '../model/facts.ts';
import type { KubernetesApi } from '../providers/kubernetes/api.ts';
import { asObject, asText, readMetadata } from './object.ts';

/** What tells one cluster from another, as far as one context may read it. */
export interface Probe {
	/** UID of the kube-system namespace; empty where it could not be read. */
	uid: string;
	createdAt: EpochSeconds | null;
	/** gitVersion; empty where it could not be read. */
	version: string;
	/** False when the server did not answer as an API server at all. */
	isReachable: boolean;
	/** All of source `cluster`. */
	gaps: Gap[];
}

export const PROBE_PERMISSIONS = {
	namespace: 'get namespaces/kube-system',
	version: 'get /version',
} as const;

const NO_API_SERVER = 'is this the address of a Kubernetes API server?';

/** Asks a server who it is. Never throws for what the server says. */
export async function probe(api: KubernetesApi): Promise<Probe> {
	const result: Probe = { uid: '', createdAt: null, version: '', isReachable: true, gaps: [] };
	try {
		result.version = asText(asObject(await api.get('/version')).gitVersion);
		if (result.version === '') throw new ApiError('partial', 200, `/version names none; ${NO_API_SERVER}`);
	} catch (error) {
		result.gaps.push(toGap('cluster', PROBE_PERMISSIONS.version, error));
		// A server that lets us in and says no is reachable; one that knows no such credential is not.
		if (!(error instanceof ApiError && error.status === 403)) return { ...result, isReachable: false };
	}
	try {
		const { uid, createdAt } = readMetadata(await api.get('/api/v1/namespaces/kube-system'));
		if (uid === '')
			throw new ApiError('partial', 200, `the kube-system namespace has no UID; ${NO_API_SERVER}`);
		return { ...result, uid, createdAt };
	} catch (error) {
		result.gaps.push(toGap('cluster', PROBE_PERMISSIONS.namespace, error));
		return result;
	}
}
