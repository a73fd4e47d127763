import { asServiceAccount, subjectKey, userOf } from '../../lib/subject.ts';
import { oneLine } from '../../lib/text.ts';
import type { Subject } from '../../model/facts.ts';
import type { Target } from '../../model/plan.ts';
import type { ReportedGrant } from '../../model/report.ts';
import type { Because, BindingDraft, Draft, Drafter } from '../draft.ts';
import { subjectBar } from '../guards.ts';
import { managedAdvice } from '../managed.ts';
import { grantName, remainsOfUser } from '../remains.ts';
import { distinctSubjects } from '../scope.ts';

/** Takes a user or service account out of every binding. */
export function endGrants(drafter: Drafter, username: string, because: Because) {
	for (const grant of drafter.scope.grantsOf(username)) endGrant(drafter, grant, because);
}

/** Takes one subject out of one binding. */
export function endGrant(
	{ scope, guards, bindings, refuse, barOf }: Drafter,
	grant: ReportedGrant,
	because: Because,
) {
	const who = oneLine(`${grant.subject.kind} ${nameOf(grant.subject)}`);
	const name = `${who} in ${grantName(grant)}`;
	const bar = barOf(because, 'remove_subjects', grant.uid) ?? subjectBar(grant.subject, grant, scope, guards);
	if (bar !== null) return refuse(name, bar, because);
	const known = bindings.get(grant.bindingUid) ?? { grants: [], because: [] };
	if (!known.grants.some(({ uid }) => uid === grant.uid)) known.grants.push(grant);
	known.because.push(because);
	bindings.set(grant.bindingUid, known);
}

/** One draft a binding. What the cloud takes out of it with a kubeconfig is gone by then. */
export function bindingDrafts(drafter: Drafter): Draft[] {
	return [...drafter.bindings.values()].flatMap(({ grants, because }) => {
		const left = grants.filter(({ subject }) => !drafter.isCleaned(subject));
		return left.length === 0 ? [] : [bindingDraft(drafter, { grants: left, because })];
	});
}

const nameOf = ({ kind, namespace, name }: Subject) =>
	kind === 'ServiceAccount' ? `${namespace}/${name}` : name;

/** One step for a binding, with all that goes from it: a second one would meet an object that has changed. */
function bindingDraft({ scope, isCleaned }: Drafter, { grants, because }: BindingDraft): Draft {
	const [grant] = grants as [ReportedGrant]; // never empty
	const all = distinctSubjects(
		scope.binding(grant.bindingUid).flatMap(({ subject }) => (isCleaned(subject) ? [] : [subject])),
	);
	const going = new Set(grants.map(({ subject }) => subjectKey(asServiceAccount(subject))));
	const remove = all.filter(subject => going.has(subjectKey(subject)));
	const target: Target = {
		kind: 'binding',
		uid: grant.bindingUid,
		bindingKind: grant.bindingKind,
		namespace: grant.namespace,
		name: grant.bindingName,
		role: { kind: grant.roleKind, name: grant.roleName },
		subjects: all,
		remove,
	};
	const who = remove.map(subject => oneLine(`${subject.kind} ${nameOf(subject)}`, 100));
	const parts = {
		target,
		because: [...new Set(because)],
		users: remove.map(userOf).filter(user => user !== ''),
	};
	const advice = managedAdvice(grant, target);
	if (advice !== null)
		return { ...parts, action: 'advise', ends: [], remains: [], users: [], instructions: advice };
	// What the API server makes at every start is not deleted: it would come back with its defaults.
	const isWhole = remove.length === all.length && grant.manager !== 'bootstrap';
	return {
		...parts,
		action: isWhole ? 'delete_binding' : 'remove_subjects',
		ends: who.map(each => `what ${each} is granted by ${grantName(grant)}`),
		remains: [...new Set(parts.users.flatMap(user => remainsOfUser(scope, user)))],
		instructions: [],
	};
}
