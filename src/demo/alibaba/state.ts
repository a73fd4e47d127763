import type { EpochSeconds } from '../../model/facts.ts';
import type { DemoCluster } from '../cluster.ts';
import type { Fault } from './faults.ts';

/** One Alibaba Cloud account of the demo, as its API servers hold it. */
export interface CloudState {
	/** The root account, 16 digits. */
	accountId: string;
	accessKeys: AccessKey[];
	users: CloudUser[];
	recycled: RecycledUser[];
	roles: CloudRole[];
	clusters: CloudCluster[];
	tasks: Map<string, CleanTask>;
	/** Kubeconfigs that were deleted and can be restored for 30 days. */
	recycleBin: { clusterId: string; accountId: string; suffix: string; at: EpochSeconds }[];
	faults: Fault[];
	/** Answers are held back for so long. */
	latencyMs: number;
	/** Calls a second for each product; 0 for any number. */
	rate: number;
	/** Seconds since 1970 by the cloud's clock. */
	now: () => EpochSeconds;
	/** What is peculiar about the audit log of a cluster, by its id. */
	logs: Map<string, LogStoreTraits>;
	/** The calls that were let in, in order; of very many only the last. */
	calls: CloudCall[];
}

/** A call that was let in. */
export interface CloudCall {
	product: Product;
	action: string;
	/** uid of whoever called. */
	caller: string;
	/** Path and query of a call of the Container Service, as `/users/2000/permissions?Force=false`; empty for others. */
	target: string;
}

export type Product = 'cs' | 'ram' | 'ims' | 'sts' | 'sls';

/** What may be peculiar about the log store of a cluster's audit trail. */
export interface LogStoreTraits {
	/** The cloud's list names its project all the same. */
	isMissing?: 'project' | 'logstore';
	/** Days. */
	ttl?: number;
	createdAt?: EpochSeconds;
	/** Without an index nothing can be searched. */
	hasNoIndex?: boolean;
	/** Fields that the index leaves out. */
	unindexed?: string[];
	/** Further fields of it that hold text, as `user.extra`. */
	indexed?: string[];
	/** Logs beside the ones that it has. */
	rows?: Record<string, string>[];
	/** In place of the ones that it has. */
	isEmpty?: boolean;
}

/** A key pair and whose it is. */
export interface AccessKey {
	id: string;
	secret: string;
	/** Of temporary keys: they are refused without it. */
	securityToken: string;
	/** uid of the account itself, a RAM user or a RAM role. */
	holder: string;
	/** Session name of a role that was assumed. */
	session?: string;
	/** Null never ends. */
	expiresAt: EpochSeconds | null;
	/** RAM actions that it may call, as `cs:DescribeClustersV1`; null for all. */
	allowed: string[] | null;
}

export interface CloudUser {
	/** 18 digits, more than a number holds. */
	id: string;
	name: string;
	displayName: string;
	status: 'active' | 'freeze';
	createdAt: EpochSeconds;
}

export interface RecycledUser extends Omit<CloudUser, 'status'> {
	recycledAt: EpochSeconds;
}

export interface CloudRole {
	id: string;
	name: string;
	description: string;
	createdAt: EpochSeconds;
}

export interface CloudCluster {
	/** `c` and 32 hex digits. */
	id: string;
	name: string;
	type: 'ManagedKubernetes' | 'Kubernetes' | 'ExternalKubernetes';
	profile: 'Default' | 'Serverless' | 'Edge' | 'Acs';
	spec: string;
	region: string;
	state: string;
	version: string;
	createdAt: EpochSeconds;
	audit: { isEnabled: boolean; project: string };
	kubeconfigs: IssuedKubeconfig[];
	/** The API server behind it; null where none answers. */
	kubernetes: KubernetesBehind | null;
	hasPublicEndpoint: boolean;
}

/** The API server behind a cluster of the cloud. */
export interface KubernetesBehind {
	/** `https://127.0.0.1:<port>`. */
	url: string;
	/** Its objects and its authority, made when they are first needed. */
	open(): Promise<DemoCluster>;
}

/** What the cloud has on record of one identity's kubeconfig for one cluster. */
export interface IssuedKubeconfig {
	accountId: string;
	accountType: 'RootAccount' | 'RamUser' | 'RamRole';
	/** Shown for identities that are gone; else the lists tell. */
	name: string;
	suffix: string;
	notAfter: EpochSeconds;
	/** Hours that its next long-term file lives, where the account has set them. */
	nextHours?: number;
	/** `Removed` is shown to the identity view only. */
	certState: 'Unexpired' | 'Expired' | 'Unknown' | 'Removed';
	/** Null: as the lists of users and roles say. */
	accountState: 'Active' | 'InActive' | 'Deleted' | null;
	/** `cs` for a role of a cloud service; empty for people and robots. */
	cloudService: string;
	activity: Activity;
}

/** What the service's own look into the audit log of seven days gives. */
export type Activity =
	| { answer: 'found'; last: EpochSeconds; auditId: string }
	| { answer: 'none' | 'failed' };

export interface CleanTask {
	state: 'running' | 'success' | 'fail';
	createdAt: EpochSeconds;
	clusters: { id: string; status: 'success' | 'failed' | 'initial'; message: string }[];
}
