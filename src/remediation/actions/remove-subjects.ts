import { ApiError } from '../../lib/api-error.ts';
import { subjectKey } from '../../lib/subject.ts';
import type { BindingTarget } from '../../model/plan.ts';
import {
	bindingPermission,
	bindPermission,
	REVIEW_PERMISSION,
	rolePermission,
	subjectKeys,
	toSubject,
} from '../bindings.ts';
import type { Action } from './action.ts';
import { askOfRemoved, lookAtBinding, patchSubjects, restoreBinding } from './edit-binding.ts';

/** Takes subjects out of a binding that keeps others. Every form of an equal subject goes together. */
export const removeSubjects: Action<BindingTarget> = {
	name: 'remove_subjects',
	floor: 'B',
	sources: ['bindings', 'roles'],
	permissions: target => [
		bindingPermission('get', target),
		bindingPermission('patch', target),
		bindPermission(target),
		REVIEW_PERMISSION,
	],
	undoPermissions: target => [
		bindingPermission('get', target),
		bindingPermission('patch', target),
		bindPermission(target),
		rolePermission(target),
	],
	undo: () => 'kubelapse restore puts the subjects back as they were written, those who are there by then',
	objects: () => 1,
	look: async (place, target, begun) => {
		const removed = new Set(target.remove.map(subjectKey));
		const kept = new Set(target.subjects.map(subjectKey).filter(key => !removed.has(key)));
		let isOurs = true;
		const found = await lookAtBinding(place, target, image => {
			if (image === null) return false;
			const left = subjectKeys(image);
			isOurs = left.size === kept.size && [...left].every(key => kept.has(key));
			return [...removed].every(key => !left.has(key));
		});
		// Somebody has changed the others since: a restore would not find what we left, and must not take theirs away.
		const isOthers = begun !== null && found.state === 'done' && !isOurs;
		return isOthers ? { ...found, after: null } : found;
	},
	act: async (place, target, image) => {
		if (image.kind !== 'binding') throw new ApiError('partial', 0, 'the image is of another kind');
		const { binding } = image;
		const removed = new Set(target.remove.map(subjectKey));
		const kept = binding.subjects.filter(
			subject => !removed.has(subjectKey(toSubject(subject, binding.namespace))),
		);
		await patchSubjects(place, binding, kept);
	},
	access: askOfRemoved,
	restore: async (place, _, before, after) => {
		if (before.kind !== 'binding' || after === null)
			return { kind: 'refused', why: 'the journal does not say what it left' };
		return restoreBinding(place, before, after);
	},
};
