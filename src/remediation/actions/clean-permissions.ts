import { isOfAccount } from '../../lib/alibaba-uid.ts';
import type { Target } from '../../model/plan.ts';
import { accessQuestions, REVIEW_PERMISSION, toSubject } from '../bindings.ts';
import { bothOf, isCleaned, lookAtKubeconfig, ramPermission, restoreKubeconfig } from '../kubeconfigs.ts';
import type { AccessQuestion, Action } from './action.ts';
import { confirm } from './confirm.ts';

type KubeconfigTarget = Extract<Target, { kind: 'kubeconfig' }>;

/** Ends an identity's kubeconfig of one cluster and its bindings there: the console's "Delete KubeConfig File". */
export const cleanPermissions: Action<KubeconfigTarget> = {
	name: 'clean_permissions',
	floor: 'B',
	sources: ['cloud', 'bindings', 'identities'],
	permissions: () => [
		ramPermission('cs:CleanClusterUserPermissions'),
		ramPermission('cs:ListClusterKubeconfigStates'),
		LIST.cluster,
		LIST.local,
		REVIEW_PERMISSION,
	],
	undoPermissions: () => [CREATE.cluster, CREATE.local],
	undo: () =>
		'kubelapse restore puts its bindings back; the file itself is in the recycle bin of the console for 30 days',
	objects: ({ bindings }) => Math.max(1, bindings),
	look: ({ hands }, target, begun) => lookAtKubeconfig(hands, target, begun !== null),
	act: async ({ hands, isDryRun, pause }, { account, force }) => {
		// The service has no dry run: everything up to the call is the same.
		if (isDryRun) return;
		await bothOf(hands).cloud.clean(account, force);
		await confirm(() => isCleaned(hands, account), pause);
	},
	access: async ({ hands }, _, image) => {
		if (image.kind !== 'kubeconfig') return [];
		const { kubernetes } = bothOf(hands);
		const questions: AccessQuestion[] = [];
		for (const { binding } of image.bindings) {
			const own = binding.subjects
				.map(subject => toSubject(subject, binding.namespace))
				.filter(({ kind, name }) => kind === 'User' && isOfAccount(name, image.account));
			questions.push(...(await accessQuestions(kubernetes, binding, own)));
		}
		return questions;
	},
	restore: async (place, _, before) =>
		before.kind === 'kubeconfig'
			? restoreKubeconfig(place, before)
			: { kind: 'refused', why: 'the journal does not say what it was' },
};

const listOf = (resource: string, verb: string) => ({
	name: `${verb} ${resource}.rbac.authorization.k8s.io`,
	attributes: { verb, group: 'rbac.authorization.k8s.io', resource, namespace: '', name: '' },
});
/** The bindings that the service is about to remove are put on record first. */
export const LIST = {
	cluster: listOf('clusterrolebindings', 'list'),
	local: listOf('rolebindings', 'list'),
};
export const CREATE = {
	cluster: listOf('clusterrolebindings', 'create'),
	local: listOf('rolebindings', 'create'),
};
