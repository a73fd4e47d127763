import { ApiError } from '../../lib/api-error.ts';
import {
	INVALID_SINCE,
	INVALID_SINCE_POINTER,
	readSecret,
	type SecretTarget,
	secretPath,
	secretPermission,
} from '../secrets.ts';
import type { Action } from './action.ts';
import { apiOf } from './edit-binding.ts';
import { releaseTokenSecret } from './release-token-secret.ts';

/** Has the API server refuse a token, by the label that its own cleaner sets. The token stays, and can come back. */
export const quarantineTokenSecret: Action<SecretTarget> = {
	name: 'quarantine_token_secret',
	floor: 'C',
	sources: ['token_secrets'],
	permissions: target => [secretPermission('get', target), secretPermission('patch', target)],
	undoPermissions: target => [secretPermission('get', target), secretPermission('patch', target)],
	undo: () => 'kubelapse restore takes the label off, and the token works again within a second',
	objects: () => 1,
	look: async (place, target) => {
		const secret = await readSecret(apiOf(place), target);
		if (secret === null) return { state: 'moved', why: 'it is gone' };
		if (secret.uid !== target.uid) return { state: 'moved', why: 'another Secret has that name now' };
		const { uid, resourceVersion, hasLabels, invalidSince } = secret;
		if (invalidSince !== null) return { state: 'done', after: { uid, resourceVersion } };
		const { namespace, name } = target;
		return {
			state: 'planned',
			image: {
				...{ kind: 'secret', namespace, name, uid, resourceVersion, hasLabels, invalidSince },
				sets: place.today,
			},
		};
	},
	act: async (place, target, image) => {
		if (image.kind !== 'secret') throw new ApiError('partial', 0, 'the image is of another kind');
		await apiOf(place).write({
			method: 'PATCH',
			path: secretPath(target),
			contentType: 'application/json-patch+json',
			isDryRun: place.isDryRun,
			metadataOnly: true,
			body: [
				{ op: 'test', path: '/metadata/uid', value: image.uid },
				{ op: 'test', path: '/metadata/resourceVersion', value: image.resourceVersion },
				image.hasLabels
					? { op: 'add', path: INVALID_SINCE_POINTER, value: image.sets }
					: { op: 'add', path: '/metadata/labels', value: { [INVALID_SINCE]: image.sets } },
			],
		});
	},
	// It still authenticates nobody else: what the account may do stays, and no review asks about a token.
	access: async () => [],
	restore: releaseTokenSecret,
};
