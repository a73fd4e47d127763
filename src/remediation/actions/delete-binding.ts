import { ApiError } from '../../lib/api-error.ts';
import type { BindingTarget } from '../../model/plan.ts';
import {
	bindingPath,
	bindingPermission,
	bindPermission,
	REVIEW_PERMISSION,
	rolePermission,
} from '../bindings.ts';
import type { Action } from './action.ts';
import { apiOf, askOfRemoved, lookAtBinding, restoreBinding } from './edit-binding.ts';

/** Deletes a binding whose subjects all go. It takes no right on the role, which putting it back does. */
export const deleteBinding: Action<BindingTarget> = {
	name: 'delete_binding',
	floor: 'B',
	sources: ['bindings', 'roles'],
	permissions: target => [
		bindingPermission('get', target),
		bindingPermission('delete', target),
		REVIEW_PERMISSION,
	],
	undoPermissions: target => [
		bindingPermission('create', target),
		bindPermission(target),
		rolePermission(target),
	],
	undo: () =>
		'kubelapse restore creates it again: same name, labels, annotations, role and subjects, another uid',
	objects: () => 1,
	look: (place, target) => lookAtBinding(place, target, image => image === null),
	act: async (place, target, image) => {
		if (image.kind !== 'binding') throw new ApiError('partial', 0, 'the image is of another kind');
		const { uid, resourceVersion } = image.binding;
		await apiOf(place).write({
			method: 'DELETE',
			path: bindingPath(target),
			contentType: 'application/json',
			isDryRun: place.isDryRun,
			metadataOnly: false,
			body: {
				apiVersion: 'meta.k8s.io/v1',
				kind: 'DeleteOptions',
				preconditions: { uid, resourceVersion },
			},
		});
	},
	access: askOfRemoved,
	restore: async (place, _, before, after) =>
		before.kind === 'binding'
			? restoreBinding(place, before, after)
			: { kind: 'refused', why: 'the journal does not say what it was' },
};
