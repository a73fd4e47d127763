import { ApiError } from '../../lib/api-error.ts';
import type { Target } from '../../model/plan.ts';
import { bindingsOf, bothOf, type KubeconfigImage, ramPermission } from '../kubeconfigs.ts';
import type { Action } from './action.ts';
import { LIST } from './clean-permissions.ts';
import { confirm } from './confirm.ts';

type KubeconfigTarget = Extract<Target, { kind: 'kubeconfig' }>;

/**
 * Ends the caller's own file of one cluster; the service issues a new one at once. There is no call to do so for
 * anybody else.
 */
export const revokeKubeconfig: Action<KubeconfigTarget> = {
	name: 'revoke_kubeconfig',
	floor: 'C',
	sources: ['cloud', 'bindings'],
	permissions: () => [ramPermission('cs:RevokeK8sClusterKubeConfig'), LIST.cluster, LIST.local],
	undoPermissions: () => [],
	undo: () => 'nothing brings the old file back: fetch the new one',
	objects: () => 1,
	look: async ({ hands }, { account }, begun) => {
		const { cloud, kubernetes } = bothOf(hands);
		if ((await cloud.caller()) !== account)
			return { state: 'moved', why: 'it is not the file of whoever applies the plan' };
		const bindings = await bindingsOf(kubernetes, account).catch(error => {
			// The login that is used here may be the very file that has ended.
			if (begun !== null && isShutOut(error)) return null;
			throw error;
		});
		if (bindings === null) return { state: 'done', after: null };
		// A second call would end the file that the first has issued.
		if (begun?.kind === 'kubeconfig' && begun.bindings.length === 0)
			throw new ApiError('partial', 0, 'nothing names the file: whether it was revoked does not show');
		if (begun?.kind === 'kubeconfig') {
			const before = new Set(begun.bindings.flatMap(({ binding }) => namesOf(binding.subjects)));
			const now = bindings.flatMap(({ subjects }) => namesOf(subjects));
			if (!now.some(name => before.has(name))) return { state: 'done', after: null };
		}
		const state = await cloud.kubeconfig(account);
		const image: KubeconfigImage = {
			kind: 'kubeconfig',
			cluster: hands.cluster.uid,
			account,
			certState: state?.certState ?? '',
			bindings: bindings.map(binding => ({ binding, roleDigest: null })),
		};
		return { state: 'planned', image };
	},
	act: async ({ hands, isDryRun, pause }, _, image) => {
		if (isDryRun) return;
		if (image.kind !== 'kubeconfig') throw new ApiError('partial', 0, 'the image is of another kind');
		const { cloud, kubernetes } = bothOf(hands);
		await cloud.revokeOwn();
		const before = new Set(image.bindings.flatMap(({ binding }) => namesOf(binding.subjects)));
		const isOut = async () =>
			bindingsOf(kubernetes, image.account).then(
				bindings => !bindings.some(({ subjects }) => namesOf(subjects).some(name => before.has(name))),
				isShutOut,
			);
		await confirm(isOut, pause);
	},
	access: async () => [],
	restore: async () => ({ kind: 'refused', why: 'a revoked file cannot be brought back: fetch the new one' }),
};

const isShutOut = (error: unknown) =>
	error instanceof ApiError && (error.status === 401 || error.status === 403);
const namesOf = (subjects: { kind: string; name: string }[]) =>
	subjects.flatMap(({ kind, name }) => (kind === 'User' ? [name] : []));
