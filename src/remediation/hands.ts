import type { KubernetesWriter } from '../providers/kubernetes/api.ts';
import type { Actor } from './scope.ts';

/** What a remediation may do to one cluster; its caller connects. */
export interface Hands {
	cluster: { uid: string; name: string };
	/** Null where no kubeconfig leads to its API server. */
	kubernetes: KubernetesWriter | null;
	/** Null where it is no cluster of a cloud. */
	cloud: CloudHands | null;
}

/** One kubeconfig as its cloud lists it now; the words are the service's own. */
export interface KubeconfigState {
	account: string;
	accountType: string;
	accountState: string;
	certState: string;
	revokable: boolean;
}

/** A task of the cloud that several clusters are cleaned by. */
export interface CleanTask {
	state: 'running' | 'success' | 'fail' | 'unknown';
	message: string;
}

/** What a cloud is asked for one of its clusters. Every failure is an ApiError. */
export interface CloudHands {
	/** uid of whoever calls. */
	caller(): Promise<string>;
	/** Whether the account's own lists have somebody; null where they do not tell. */
	isGone(account: string): Promise<boolean | null>;
	/** The service's own word for the cluster's state, as `running`. */
	clusterState(): Promise<string>;
	/** Null where the whole list lacks the identity. @throws where the list is not whole. */
	kubeconfig(account: string): Promise<KubeconfigState | null>;
	/** CleanClusterUserPermissions. */
	clean(account: string, force: boolean): Promise<void>;
	/** CleanUserPermissions. @returns the id of its task. */
	cleanMany(account: string, clusters: [string, ...string[]], force: boolean): Promise<string>;
	/** DescribeTaskInfo. */
	task(id: string): Promise<CleanTask>;
	/** RevokeK8sClusterKubeConfig: the caller's own. */
	revokeOwn(): Promise<void>;
}

/** Who acts on a cluster: by its API server, else by its cloud. @throws {ApiError} where neither says. */
export async function actorOf({ kubernetes, cloud }: Hands): Promise<Actor> {
	const account = cloud === null ? '' : await cloud.caller();
	if (kubernetes === null) return { username: account, groups: [], account };
	const review = (await kubernetes.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
		apiVersion: 'authentication.k8s.io/v1',
		kind: 'SelfSubjectReview',
	})) as { status?: { userInfo?: { username?: unknown; groups?: unknown } } } | null;
	const { username, groups } = review?.status?.userInfo ?? {};
	return {
		username: typeof username === 'string' ? username : '',
		groups: Array.isArray(groups) ? groups.filter(group => typeof group === 'string') : [],
		account,
	};
}
