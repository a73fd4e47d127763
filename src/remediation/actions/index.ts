import type { Deed, Step } from '../../model/plan.ts';
import type { Action } from './action.ts';
import { cleanPermissions } from './clean-permissions.ts';
import { cleanUserPermissions } from './clean-user-permissions.ts';
import { deleteBinding } from './delete-binding.ts';
import { deleteBootstrapToken } from './delete-bootstrap-token.ts';
import { deleteTokenSecret } from './delete-token-secret.ts';
import { quarantineTokenSecret } from './quarantine-token-secret.ts';
import { removeSubjects } from './remove-subjects.ts';
import { revokeKubeconfig } from './revoke-kubeconfig.ts';

/** Everything that changes a cluster. */
export const actions = {
	quarantine_token_secret: quarantineTokenSecret,
	delete_token_secret: deleteTokenSecret,
	delete_bootstrap_token: deleteBootstrapToken,
	clean_permissions: cleanPermissions,
	clean_user_permissions: cleanUserPermissions,
	remove_subjects: removeSubjects,
	delete_binding: deleteBinding,
	revoke_kubeconfig: revokeKubeconfig,
} satisfies Record<Deed, unknown>;

/** The action of a step; null for advice. The plan's schema holds each action to its kind of target. */
export function actionOf({ action }: Pick<Step, 'action'>): Action | null {
	return Object.hasOwn(actions, action) ? (actions[action as Deed] as unknown as Action) : null;
}
