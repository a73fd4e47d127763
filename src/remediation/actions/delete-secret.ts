import { ApiError } from '../../lib/api-error.ts';
import { readSecret, type SecretState, type SecretTarget, secretPath, secretPermission } from '../secrets.ts';
import type { Action } from './action.ts';
import { apiOf } from './edit-binding.ts';

/** What deleting a Secret of either kind has in common: there is no way back, since its data is never read. */
export function deletionOfSecret(
	name: 'delete_token_secret' | 'delete_bootstrap_token',
	source: 'token_secrets' | 'bootstrap_tokens',
	moved: (secret: SecretState, target: SecretTarget) => string,
): Action<SecretTarget> {
	return {
		name,
		floor: 'C',
		sources: [source],
		permissions: target => [secretPermission('get', target), secretPermission('delete', target)],
		undoPermissions: () => [],
		undo: () => 'nothing brings it back: what it held is never read; make another one',
		objects: () => 1,
		look: async (place, target) => {
			const secret = await readSecret(apiOf(place), target);
			if (secret === null) return { state: 'done', after: null };
			if (secret.uid !== target.uid) return { state: 'moved', why: 'another Secret has that name now' };
			const why = moved(secret, target);
			if (why !== '') return { state: 'moved', why };
			const { uid, resourceVersion, hasLabels, invalidSince } = secret;
			const { namespace, name: secretName } = target;
			return {
				state: 'planned',
				image: {
					...{ kind: 'secret', namespace, name: secretName, uid, resourceVersion, hasLabels, invalidSince },
					sets: null,
				},
			};
		},
		act: async (place, target, image) => {
			if (image.kind !== 'secret') throw new ApiError('partial', 0, 'the image is of another kind');
			const { uid, resourceVersion } = image;
			await apiOf(place).write({
				method: 'DELETE',
				path: secretPath(target),
				contentType: 'application/json',
				isDryRun: place.isDryRun,
				metadataOnly: true,
				body: {
					apiVersion: 'meta.k8s.io/v1',
					kind: 'DeleteOptions',
					preconditions: { uid, resourceVersion },
				},
			});
		},
		access: async () => [],
		restore: async () => ({
			kind: 'refused',
			why: 'a deleted Secret cannot be brought back: make another one',
		}),
	};
}
