import { INVALID_SINCE_POINTER, readSecret, type SecretTarget, secretPath } from '../secrets.ts';
import type { Action } from './action.ts';
import { apiOf } from './edit-binding.ts';

/** Takes a quarantine off again: only the very label that was set, so that nobody else's is lifted. */
export const releaseTokenSecret: Action<SecretTarget>['restore'] = async (place, target, before) => {
	if (before.kind !== 'secret' || before.sets === null)
		return { kind: 'refused', why: 'the journal does not say what was set' };
	const api = apiOf(place);
	const secret = await readSecret(api, target);
	if (secret === null) return { kind: 'refused', why: 'the Secret is gone' };
	if (secret.uid !== before.uid) return { kind: 'refused', why: 'another Secret has that name now' };
	if (secret.invalidSince === null)
		return {
			...{ kind: 'restored', after: { uid: secret.uid, resourceVersion: secret.resourceVersion } },
			notes: ['its label was off already'],
		};
	if (secret.invalidSince !== before.sets) return { kind: 'refused', why: 'its label was set anew since' };
	await api.write({
		method: 'PATCH',
		path: secretPath(target),
		contentType: 'application/json-patch+json',
		isDryRun: place.isDryRun,
		metadataOnly: true,
		body: [
			{ op: 'test', path: '/metadata/uid', value: before.uid },
			{ op: 'test', path: INVALID_SINCE_POINTER, value: before.sets },
			{ op: 'remove', path: INVALID_SINCE_POINTER },
		],
	});
	const now = place.isDryRun ? null : await readSecret(api, target);
	return {
		kind: 'restored',
		after: now && { uid: now.uid, resourceVersion: now.resourceVersion },
		notes: [],
	};
};
