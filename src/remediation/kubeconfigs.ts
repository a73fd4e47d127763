import { isOfAccount } from '../lib/alibaba-uid.ts';
import { oneLine } from '../lib/text.ts';
import type { BeforeImage, BindingImage } from '../model/journal.ts';
import type { Permission } from '../model/plan.ts';
import type { KubernetesApi } from '../providers/kubernetes/api.ts';
import type { Look, Restored, Workplace } from './actions/action.ts';
import { isAlike, restoreBinding } from './actions/edit-binding.ts';
import { bindingName, findBindings, readBinding, readRoleDigest, subjectKeys } from './bindings.ts';
import type { CloudHands, Hands } from './hands.ts';

export type KubeconfigImage = Extract<BeforeImage, { kind: 'kubeconfig' }>;

/** A RAM action, which nobody can be asked about. */
export function ramPermission(name: string): Permission {
	return { name, attributes: null };
}

/** The cloud and the API server of a cluster. @throws {Error} for a plan that reaches none. */
export function bothOf({ cluster, cloud, kubernetes }: Hands): {
	cloud: CloudHands;
	kubernetes: KubernetesApi;
} {
	if (cloud === null) throw new Error(`${cluster.name} is no cluster of a cloud that is reached`);
	// The bindings that the cloud removes have to be on record first.
	if (kubernetes === null) throw new Error(`no API server of ${cluster.name} is reached`);
	return { cloud, kubernetes };
}

/** States of a cluster in which the service ends no kubeconfig; an empty one is not known. */
const BARRED = ['deleting', 'deleted', 'delete_failed', 'failed', ''];

/** The service's words for a file that it ends. */
const ENDABLE = ['Unexpired', 'Expired'];

/** What there is of one identity on one cluster, and whether it may be ended now. */
export async function lookAtKubeconfig(
	hands: Hands,
	{ account, bindings: planned }: { account: string; bindings: number },
	isBegun: boolean,
): Promise<Look> {
	const { cloud, kubernetes } = bothOf(hands);
	const [clusterState, state, bindings, caller] = await Promise.all([
		cloud.clusterState(),
		cloud.kubeconfig(account),
		bindingsOf(kubernetes, account),
		cloud.caller(),
	]);
	const certState = state?.certState ?? '';
	if (isOver(certState) && bindings.length === 0) return { state: 'done', after: null };
	if (caller === '' || caller === account) return { state: 'moved', why: 'it is whoever applies the plan' };
	if (BARRED.includes(clusterState.toLowerCase()))
		return { state: 'moved', why: `the cluster is ${clusterState || 'in a state that nobody knows'}` };
	if (state?.accountType === 'RootAccount') return { state: 'moved', why: "it is the account's own" };
	if (!isOver(certState) && !ENDABLE.includes(certState))
		return { state: 'moved', why: `its state is ${oneLine(certState, 60)}` };
	if (state !== null && !isOver(certState) && !state.revokable)
		return { state: 'moved', why: 'the service says that it would not revoke it' };
	if (!isBegun && bindings.length > planned)
		return {
			state: 'moved',
			why: `the service would remove ${bindings.length} bindings, and ${planned} were planned on`,
		};
	return { state: 'planned', image: await imageOf(hands, account, certState, bindings) };
}

/** The list of a cluster leaves out what was removed. */
function isOver(certState: string): boolean {
	return certState === '' || certState === 'Removed';
}

async function imageOf(
	hands: Hands,
	account: string,
	certState: string,
	bindings: BindingImage[],
): Promise<KubeconfigImage> {
	const { kubernetes } = bothOf(hands);
	return {
		kind: 'kubeconfig',
		cluster: hands.cluster.uid,
		account,
		certState,
		bindings: await Promise.all(
			bindings.map(async binding => ({ binding, roleDigest: await readRoleDigest(kubernetes, binding) })),
		),
	};
}

/** Bindings of `<uid>` and `<uid>-*`. */
export function bindingsOf(kubernetes: KubernetesApi, account: string): Promise<BindingImage[]> {
	return findBindings(kubernetes, ({ kind, name }) => kind === 'User' && isOfAccount(name, account));
}

/** Whether nothing of it is left. */
export async function isCleaned(hands: Hands, account: string): Promise<boolean> {
	const { cloud, kubernetes } = bothOf(hands);
	const [state, bindings] = await Promise.all([cloud.kubeconfig(account), bindingsOf(kubernetes, account)]);
	return isOver(state?.certState ?? '') && bindings.length === 0;
}

/**
 * Puts back the bindings that the cloud removed, all or none; the file itself is for its console. Where one stands
 * otherwise than the cloud has left it, somebody has changed it since.
 */
export async function restoreKubeconfig(place: Workplace, image: KubeconfigImage): Promise<Restored> {
	const { kubernetes } = bothOf(place.hands);
	const bin = recycleBin(image.account);
	if (image.bindings.length === 0) return { kind: 'refused', why: `there was no binding; ${bin}` };
	const left: (BindingImage | null)[] = [];
	for (const { binding } of image.bindings) {
		const current = await readBinding(kubernetes, binding);
		const isBack = current !== null && isAlike(current, binding);
		if (!isBack && !isAsLeft(binding, current, image.account))
			return { kind: 'refused', why: `${bindingName(binding)} was changed since; ${bin}` };
		left.push(current);
	}
	const refused: string[] = [];
	for (const [at, before] of image.bindings.entries()) {
		const restored = await restoreBinding(place, { kind: 'binding', ...before }, left[at] ?? null);
		if (restored.kind !== 'restored')
			refused.push(`${bindingName(before.binding)} is not put back: ${restored.why}`);
	}
	if (refused.length === 0) return { kind: 'restored', after: null, notes: [bin] };
	return refused.length === image.bindings.length
		? { kind: 'refused', why: [...refused, bin].join('; ') }
		: { kind: 'partial', why: refused.join('; '), notes: [bin] };
}

/** @see the console's help: "Use the kubeconfig recycle bin" */
export function recycleBin(account: string): string {
	return `the kubeconfig of ${account} is in the recycle bin of the console for 30 days: no API restores it`;
}

/** Gone where all its subjects were the identity's; else without them, and still the same object. */
function isAsLeft(before: BindingImage, current: BindingImage | null, account: string): boolean {
	const others = before.subjects.filter(
		subject => subject.kind !== 'User' || !isOfAccount(subject.name, account),
	);
	if (others.length === 0 || current === null) return others.length === 0 && current === null;
	const [kept, found] = [subjectKeys({ ...before, subjects: others }), subjectKeys(current)];
	return current.uid === before.uid && kept.size === found.size && [...kept].every(key => found.has(key));
}
