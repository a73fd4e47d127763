import { oneLine, plural } from '../../lib/text.ts';
import type { ActionName } from '../../model/plan.ts';
import type { ReportedCredential } from '../../model/report.ts';
import { isChosen, stepId } from '../choose.ts';
import type { Because, Drafter } from '../draft.ts';
import { type Bar, kubeconfigBar } from '../guards.ts';
import { remainsOfKubeconfig } from '../remains.ts';
import type { Scope } from '../scope.ts';
import { endGrants } from './grant.ts';
import { usedOtherwise } from './used-otherwise.ts';

/** Ends a kubeconfig that a cloud issued, with all bindings of its user; one's own is revoked. */
export function endKubeconfig(drafter: Drafter, credential: ReportedCredential, because: Because) {
	const { scope, options, guards, add, refuse, barOf } = drafter;
	const account = credential.cloud?.accountId ?? '';
	const name = `kubeconfig of ${oneLine(account)}`;
	const isOwn = scope.actors.some(actor => actor.account !== '' && actor.account === account);
	if (isOwn && options.revokeOwn) {
		const bar = barOf(because, 'revoke_kubeconfig', credential.uid);
		if (bar !== null) return refuse(name, bar, because);
		return add({
			action: 'revoke_kubeconfig',
			target: kubeconfigTarget(scope, credential, false),
			because: [because],
			ends: [`every file of ${oneLine(account)} on this cluster, and connections that use one`],
			remains: ['its grants: a new file is issued at once'],
			instructions: [],
			users: [],
		});
	}
	const bar =
		barOf(because, 'clean_permissions', credential.uid) ??
		goneBar(scope, account, because) ??
		usedOtherwise(scope, account, because) ??
		kubeconfigBar(credential, scope, guards);
	if (bar !== null) {
		refuse(name, bar, because);
		// The file has ended, or is not the service's to end: what is bound to its user can still go.
		if (bar.code === 'kubeconfig_state' || bar.code === 'service_refuses')
			endGrants(drafter, account, because);
		return;
	}
	// Whoever leaves the cloud's own call out still wants the bindings gone.
	if (!isWanted(drafter, credential)) return endGrants(drafter, account, because);
	const target = kubeconfigTarget(scope, credential, options.force && mayForce(because));
	add({
		action: 'clean_permissions',
		target,
		because: [because],
		ends: [
			`the kubeconfig of ${oneLine(account)} on this cluster, and ${plural(target.bindings, 'binding')} of it`,
		],
		remains: remainsOfKubeconfig(scope),
		instructions: [],
		users: [account],
	});
}

/** Whether `--only` and `--exclude` leave the call in, by itself or with those of other clusters. */
function isWanted({ scope, options }: Drafter, { uid }: ReportedCredential): boolean {
	const step = (action: ActionName) => ({ id: stepId(action, scope.cluster.uid, uid), action });
	return (
		isChosen(step('clean_permissions'), options) ||
		(options.bulk && isChosen(step('clean_user_permissions'), options))
	);
}

/** The account's lists and the cluster's own have to agree that somebody is gone: either may be wrong. */
function goneBar(scope: Scope, account: string, { finding }: Because): Bar | null {
	const claimed: readonly string[] = (finding && GONE[finding.policyId]) ?? [];
	if (claimed.length === 0 || claimed.includes(scope.identityOf(account)?.state ?? '')) return null;
	const reason = `whether ${oneLine(account)} is gone is not known: the account's lists do not say so, and the cluster's list does`;
	return { code: 'outcome_unknown', reason };
}

/** Policies that say of somebody that they are gone, and the states that bear it out. */
const GONE: Record<string, readonly string[]> = {
	'orphan/identity_deleted': ['deleted'],
	'usage/used_by_deleted_identity': ['deleted', 'disabled'],
};

/** Only where it is known that nobody depends on it, or that whoever uses it must not. */
function mayForce({ finding, usage }: Because): boolean {
	const isUnused = usage?.result === 'unused' && (usage.grade === 'A' || usage.grade === 'B');
	return isUnused || finding?.policyId === 'usage/used_by_deleted_identity';
}

function kubeconfigTarget(scope: Scope, { uid, cloud }: ReportedCredential, force: boolean) {
	const account = cloud?.accountId ?? '';
	return {
		kind: 'kubeconfig' as const,
		...{ uid, account, force },
		region: scope.cluster.cloud?.region ?? '',
		bindings: new Set(scope.grantsOfAccount(account).map(({ bindingUid }) => bindingUid)).size,
	};
}
