import type { Subject } from '../model/facts.ts';

const SERVICE_ACCOUNT_USER = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** RBAC treats User `system:serviceaccount:ns:name` as that ServiceAccount. */
export function asServiceAccount(subject: Subject): Subject {
	const match = subject.kind === 'User' ? SERVICE_ACCOUNT_USER.exec(subject.name) : null;
	if (match === null) return subject;
	return { kind: 'ServiceAccount', namespace: match[1] ?? '', name: match[2] ?? '' };
}

/** `kind/namespace/name`: the same for equal subjects of one form. */
export function subjectKey({ kind, namespace, name }: Subject): string {
	return `${kind}/${namespace}/${name}`;
}

/** The username of a subject: a ServiceAccount is the user of its long name; empty for a group. */
export function userOf({ kind, namespace, name }: Subject): string {
	if (kind === 'ServiceAccount') return `system:serviceaccount:${namespace}:${name}`;
	return kind === 'User' ? name : '';
}

/** Groups that the API server adds to whoever authenticates. */
export function impliedGroups(subject: Subject): string[] {
	if (subject.name === '') return [];
	if (subject.kind !== 'ServiceAccount') return ['system:authenticated'];
	return ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${subject.namespace}`];
}
