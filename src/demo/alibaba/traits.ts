import type { CloudCluster } from './state.ts';

/** What is peculiar about a cluster of the fleet. */
export type Trait =
	| 'plain'
	| 'auditing_off'
	/** A binding made by hand to `system:users` goes on serving files that were revoked. */
	| 'serves_users'
	| 'serves_authenticated'
	| 'private'
	| 'acs'
	| 'serverless'
	| 'edge'
	| 'registered'
	/** A renewal left the older certificate valid. */
	| 'renewed'
	/** The scan may list no bindings. */
	| 'no_rbac'
	/** The cloud lists no file, and the bindings are there. */
	| 'no_states'
	/** Its API server is gone, and the cloud does not know. */
	| 'cut_off'
	/** Short pages, a list that expires and a 429. */
	| 'hiccups'
	| 'updating'
	| 'deleting'
	| 'delete_failed'
	| 'deleted'
	| 'failed'
	| 'initial'
	| 'waiting'
	| 'unavailable'
	| 'disconnected';

const SPECIAL: Trait[] = [
	'serves_users',
	'auditing_off',
	'acs',
	'deleting',
	'renewed',
	'private',
	'delete_failed',
	'no_rbac',
	'updating',
	'serves_authenticated',
	'registered',
	'failed',
	'no_states',
	'serverless',
	'disconnected',
	'hiccups',
	'edge',
	'cut_off',
	'deleted',
	'initial',
	'unavailable',
	'waiting',
];

/** As many clusters as the demo has by default hold every trap. */
const MIXED = 30;

/** Every other one is special at first, then all until each trap was there, then one in ten. */
export function traitOf(index: number): Trait {
	const late = index - MIXED / 2;
	if (index < MIXED) return (index % 2 === 1 && SPECIAL[(index - 1) / 2]) || 'plain';
	if (late < SPECIAL.length) return SPECIAL[late] ?? 'plain';
	return (index % 10 === 9 && SPECIAL[Math.floor(index / 10) % SPECIAL.length]) || 'plain';
}

/** States in which a cluster serves as ever. */
const BUSY = ['upgrading', 'scaling', 'removing', 'draining', 'inactive'] as const;

/** What the cloud lists of the cluster that comes so late and has that trait. */
export function listedAs(
	trait: Trait,
	index: number,
): Pick<CloudCluster, 'type' | 'profile' | 'spec' | 'state'> {
	const managed = { type: 'ManagedKubernetes', profile: 'Default', spec: 'ack.pro.small' } as const;
	switch (trait) {
		case 'acs':
			return { ...managed, profile: 'Acs', spec: '', state: 'running' };
		case 'serverless':
			return { ...managed, profile: 'Serverless', state: 'running' };
		case 'edge':
			return { ...managed, profile: 'Edge', state: 'running' };
		case 'registered':
			return { type: 'ExternalKubernetes', profile: 'Default', spec: '', state: 'running' };
		case 'disconnected':
			return { type: 'ExternalKubernetes', profile: 'Default', spec: '', state: 'disconnected' };
		case 'renewed':
			return { type: 'Kubernetes', profile: 'Default', spec: '', state: 'running' };
		case 'updating':
		case 'deleting':
		case 'delete_failed':
		case 'deleted':
		case 'failed':
		case 'initial':
		case 'waiting':
		case 'unavailable':
			return { ...managed, state: trait };
		case 'plain':
			return { ...managed, state: (index >= 20 && BUSY[(index / 2) % 10]) || 'running' };
		default:
			return { ...managed, state: 'running' };
	}
}

const UNSERVED: Trait[] = [
	'deleting',
	'delete_failed',
	'deleted',
	'failed',
	'initial',
	'waiting',
	'unavailable',
	'disconnected',
];

/** Whether anything answers behind it. */
export function isServed(trait: Trait): boolean {
	return !UNSERVED.includes(trait);
}
