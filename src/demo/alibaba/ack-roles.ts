import { allow, allowPaths, type RoleSeed } from '../seeds/seed.ts';

const READ = 'get list watch';
const EVERY = 'create delete deletecollection get list patch update watch';
const WORKLOADS = [
	allow(EVERY, 'apps', 'daemonsets deployments replicasets statefulsets'),
	allow(EVERY, 'batch', 'cronjobs jobs'),
	allow(EVERY, 'core', 'configmaps persistentvolumeclaims pods services'),
	allow('create get', 'core', 'pods/exec pods/log'),
];

/** The ClusterRoles that ACK puts into every cluster, as far as they have been seen. */
export const ackRoles: RoleSeed[] = [
	{ name: 'cs:admin', rules: [allow('*', '*', '*'), allowPaths('*', '*')] },
	{
		name: 'cs:ops',
		rules: [
			...WORKLOADS,
			allow(EVERY, 'core', 'secrets'),
			allow(`${READ} patch update`, 'core', 'namespaces nodes persistentvolumes'),
		],
	},
	{ name: 'cs:dev', rules: [...WORKLOADS, allow(READ, 'core', 'namespaces nodes')] },
	{ name: 'cs:ns:dev', rules: [...WORKLOADS, allow(EVERY, 'core', 'secrets')] },
	{
		name: 'cs:restricted',
		rules: [
			allow(READ, 'core', 'configmaps namespaces nodes pods services'),
			allow(READ, 'apps', 'deployments'),
		],
	},
	{ name: 'cs:ns:restricted', rules: [allow(READ, 'core', 'pods services')] },
];
