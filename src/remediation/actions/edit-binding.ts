import { canonicalJson } from '../../lib/canonical-json.ts';
import { subjectKey } from '../../lib/subject.ts';
import type { AfterImage, BeforeImage, BindingImage } from '../../model/journal.ts';
import type { BindingTarget } from '../../model/plan.ts';
import type { KubernetesWriter } from '../../providers/kubernetes/api.ts';
import {
	accessQuestions,
	bindingName,
	bindingPath,
	bindingsPath,
	hasStrangers,
	RBAC,
	readBinding,
	readRoleDigest,
	subjectKeys,
	toSubject,
} from '../bindings.ts';
import type { AccessQuestion, Look, Restored, Workplace } from './action.ts';

/** What removing subjects and deleting a binding have in common. */

export type BindingBefore = Extract<BeforeImage, { kind: 'binding' }>;

/** @throws {Error} for a plan that reaches no API server: nothing plans such a step. */
export function apiOf({ hands }: Pick<Workplace, 'hands'>): KubernetesWriter {
	if (hands.kubernetes === null) throw new Error(`no API server of ${hands.cluster.name} is reached`);
	return hands.kubernetes;
}

/** Reads a binding, and holds it to what was planned on. */
export async function lookAtBinding(
	place: Workplace,
	target: BindingTarget,
	isDone: (image: BindingImage | null) => boolean,
): Promise<Look> {
	const api = apiOf(place);
	const image = await readBinding(api, target);
	if (image !== null && image.uid !== target.uid)
		return { state: 'moved', why: 'another binding has that name now' };
	if (isDone(image)) return { state: 'done', after: image && afterOf(image) };
	if (image === null) return { state: 'moved', why: 'it is gone' };
	const { kind, name } = image.roleRef;
	if (kind !== target.role.kind || name !== target.role.name)
		return { state: 'moved', why: `it binds ${kind} ${name} now` };
	const planned = new Set(target.subjects.map(subjectKey));
	const found = subjectKeys(image);
	if (hasStrangers(image) || found.size !== planned.size || [...found].some(key => !planned.has(key)))
		return { state: 'moved', why: 'its subjects are others than those that were planned on' };
	return {
		state: 'planned',
		image: { kind: 'binding', binding: image, roleDigest: await readRoleDigest(api, image) },
	};
}

function afterOf({ uid, resourceVersion }: BindingImage): AfterImage {
	return { uid, resourceVersion };
}

/** What to ask of those who are removed. */
export async function askOfRemoved(
	place: Workplace,
	target: BindingTarget,
	image: BeforeImage,
): Promise<AccessQuestion[]> {
	if (image.kind !== 'binding') return [];
	return accessQuestions(apiOf(place), image.binding, target.remove);
}

/** Puts a binding back as it was: its subjects, or the whole of it. */
export async function restoreBinding(
	place: Workplace,
	{ binding: before, roleDigest }: BindingBefore,
	after: AfterImage | null,
): Promise<Restored> {
	const api = apiOf(place);
	const digest = await readRoleDigest(api, before);
	if (digest === null) return refused('its role is gone');
	if (digest === '' || roleDigest === '')
		return refused('the rules of its role could not be read, then or now: it takes get on the role');
	if (digest !== roleDigest) return refused('the rules of its role are others now');
	const current = await readBinding(api, before);
	const gone = await missingAccounts(place, before, current);
	if (gone !== '') return refused(`${gone} is deleted`);
	// An earlier restore that was cut short, or somebody else, has put back the very same.
	if (current !== null && isAlike(current, before)) return restored(current);
	if (after === null) {
		if (current !== null) return refused(`a ${bindingName(before)} is there again`);
		return restored(await create(place, before));
	}
	if (current === null) return refused('it is gone');
	if (current.uid !== after.uid || current.resourceVersion !== after.resourceVersion)
		return refused('it was changed since');
	return restored(await patchSubjects(place, current, before.subjects));
}

const refused = (why: string): Restored => ({ kind: 'refused', why });
const restored = (image: BindingImage | null): Restored => ({
	kind: 'restored',
	after: image && afterOf(image),
	notes: [],
});

/** Whether two bindings grant the same to the same, under the same labels and annotations. */
export function isAlike(current: BindingImage, before: BindingImage): boolean {
	const essence = ({ labels, annotations, roleRef, subjects }: BindingImage) =>
		canonicalJson({ labels, annotations, roleRef, subjects });
	return essence(current) === essence(before);
}

/** An account that would be given something back and is not there; what it was never without is no matter. */
async function missingAccounts(
	place: Workplace,
	{ subjects, namespace }: BindingImage,
	current: BindingImage | null,
): Promise<string> {
	const api = apiOf(place);
	const kept = current === null ? new Set<string>() : subjectKeys(current);
	for (const subject of subjects.map(each => toSubject(each, namespace))) {
		if (subject.kind !== 'ServiceAccount' || kept.has(subjectKey(subject))) continue;
		const accounts = `/api/v1/namespaces/${encodeURIComponent(subject.namespace)}/serviceaccounts`;
		const name = encodeURIComponent(subject.name);
		const found = await api.getMetadata(`${accounts}/${name}`).catch(error => {
			if (error instanceof Error && 'status' in error && error.status === 404) return null;
			throw error;
		});
		if (found === null) return `the service account ${subject.namespace}/${subject.name}`;
	}
	return '';
}

async function create(place: Workplace, before: BindingImage): Promise<BindingImage | null> {
	const { bindingKind, namespace, name, labels, annotations, roleRef, subjects } = before;
	await apiOf(place).write({
		method: 'POST',
		path: bindingsPath(before),
		contentType: 'application/json',
		isDryRun: place.isDryRun,
		metadataOnly: false,
		body: {
			apiVersion: `${RBAC}/v1`,
			kind: bindingKind,
			metadata: {
				name,
				...(namespace === '' ? {} : { namespace }),
				...(Object.keys(labels).length === 0 ? {} : { labels }),
				...(Object.keys(annotations).length === 0 ? {} : { annotations }),
			},
			roleRef,
			subjects,
		},
	});
	return place.isDryRun ? null : readBinding(apiOf(place), before);
}

/**
 * Replaces the subjects of the very object that was just read. The version is tested too: without it the API server
 * would try the patch again on whatever the object has become.
 */
export async function patchSubjects(
	place: Workplace,
	image: BindingImage,
	subjects: BindingImage['subjects'],
): Promise<BindingImage | null> {
	await apiOf(place).write({
		method: 'PATCH',
		path: bindingPath(image),
		contentType: 'application/json-patch+json',
		isDryRun: place.isDryRun,
		metadataOnly: false,
		body: [
			{ op: 'test', path: '/metadata/uid', value: image.uid },
			{ op: 'test', path: '/metadata/resourceVersion', value: image.resourceVersion },
			{ op: 'test', path: '/roleRef', value: image.roleRef },
			...(image.subjects.length === 0
				? [{ op: 'add', path: '/subjects', value: subjects }]
				: [
						{ op: 'test', path: '/subjects', value: image.subjects },
						{ op: 'replace', path: '/subjects', value: subjects },
					]),
		],
	});
	return place.isDryRun ? null : readBinding(apiOf(place), image);
}
