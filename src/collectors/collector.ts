import type { EpochSeconds, Facts, Gap, Source } from '../model/facts.ts';
import type { KubernetesApi } from '../providers/kubernetes/api.ts';

/** What a collector may know beside the API. */
export interface CollectorOptions {
	/** Reads the Secret of each bootstrap token for its expiration. */
	readBootstrapTokens: boolean;
	/** From the kubeconfig and the version: access is known to come from outside RBAC; empty when it is not. */
	foreignAuthorizer: string;
	/** The time at which to count API servers; nobody is asked for them where it is left out. */
	countApiServersAt?: EpochSeconds;
}

/** The facts of one source, with what could not be read. */
export interface Collected
	extends Partial<Pick<Facts, 'credentials' | 'bindings' | 'roles' | 'serviceAccounts'>> {
	apiServers?: number;
	/** Objects read. */
	count: number;
	gaps: Gap[];
}

/** Reads one source. It never throws for what the server says: that is a gap. */
export interface Collector {
	source: Source;
	/** What it must be allowed to do, as `list clusterroles.rbac.authorization.k8s.io`. */
	permissions: string[];
	collect(api: KubernetesApi, options: CollectorOptions): Promise<Collected>;
}
