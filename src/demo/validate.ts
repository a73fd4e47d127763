import type { Cause } from './status.ts';
import { type ApiBinding, type ApiObject, type ApiSubject, resources, type Writable } from './wire.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** Why an object cannot be stored; nothing where it can. */
export function problemsOf(resource: Writable, object: ApiObject): Cause[] {
	const { name, labels = {}, annotations = {} } = object.metadata;
	return [
		...(name === '' ? [required('metadata.name', 'name or generateName is required')] : []),
		...nameProblems(name).map(why => wrong('metadata.name', name, why)),
		...Object.keys(labels).flatMap(key => keyProblems('metadata.labels', key)),
		...Object.values(labels).flatMap(value => valueProblems(value)),
		...Object.keys(annotations).flatMap(key => keyProblems('metadata.annotations', key.toLowerCase())),
		...(isBinding(object) ? bindingProblems(resources[resource].isNamespaced, object) : []),
	];
}

/** Why an object cannot become another one; nothing where it can. */
export function changeProblems(resource: Writable, before: ApiObject, after: ApiObject): Cause[] {
	const { uid } = after.metadata;
	return [
		...(uid === before.metadata.uid ? [] : [wrong('metadata.uid', uid, 'field is immutable')]),
		...problemsOf(resource, after),
		...(after.type === before.type ? [] : [wrong('type', after.type, 'field is immutable')]),
		...(isBinding(before) && isBinding(after) ? referenceProblems(before, after) : []),
	];
}

/** Whether an object grants a role; only the lists of bindings hold such. */
export function isBinding(object: ApiObject): object is ApiBinding {
	return 'roleRef' in object;
}

function referenceProblems({ roleRef: before }: ApiBinding, { roleRef: after }: ApiBinding): Cause[] {
	const { apiGroup, kind, name } = after;
	if (before.apiGroup === apiGroup && before.kind === kind && before.name === name) return [];
	return [wrong('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef')];
}

function bindingProblems(isNamespaced: boolean, { roleRef, subjects = [] }: ApiBinding): Cause[] {
	const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
	return [
		...unsupported('roleRef.apiGroup', roleRef.apiGroup, [RBAC]),
		...unsupported('roleRef.kind', roleRef.kind, kinds),
		...(roleRef.name === '' ? [required('roleRef.name')] : []),
		...nameProblems(roleRef.name).map(why => wrong('roleRef.name', roleRef.name, why)),
		...subjects.flatMap((subject, index) => subjectProblems(isNamespaced, subject, `subjects[${index}]`)),
	];
}

function subjectProblems(isNamespaced: boolean, subject: ApiSubject, at: string): Cause[] {
	const { kind, name, apiGroup = '', namespace } = subject;
	const isAccount = kind === 'ServiceAccount';
	const known = unsupported(`${at}.kind`, kind, ['ServiceAccount', 'User', 'Group']);
	return [
		...(name === '' ? [required(`${at}.name`)] : []),
		...known,
		...(known.length === 0 ? unsupported(`${at}.apiGroup`, apiGroup, [isAccount ? '' : RBAC]) : []),
		...(isAccount && namespace === undefined && !isNamespaced ? [required(`${at}.namespace`)] : []),
	];
}

/** Names of roles and bindings may be anything that can stand in a path. */
function nameProblems(name: string): string[] {
	if (name === '.' || name === '..') return [`may not be '${name}'`];
	return ['/', '%'].filter(part => name.includes(part)).map(part => `may not contain '${part}'`);
}

const PART = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const CONSIST = "must consist of alphanumeric characters, '-', '_' or '.'";

function keyProblems(field: string, key: string): Cause[] {
	const [name = '', prefix, ...more] = key.split('/').reverse();
	const isFit = more.length === 0 && PART.test(name) && (prefix === undefined || PREFIX.test(prefix));
	return isFit
		? []
		: [wrong(field, key, `a qualified name ${CONSIST}, with an optional DNS subdomain prefix and '/'`)];
}

function valueProblems(value: string): Cause[] {
	const isFit = value === '' || PART.test(value);
	return isFit
		? []
		: [wrong('metadata.labels', value, `a valid label must be an empty string or ${CONSIST.slice(5)}`)];
}

function unsupported(field: string, value: string, supported: string[]): Cause[] {
	if (supported.includes(value)) return [];
	const list = supported.map(each => JSON.stringify(each)).join(', ');
	const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
	return [{ reason: 'FieldValueNotSupported', message, field }];
}

function required(field: string, why = ''): Cause {
	return { reason: 'FieldValueRequired', message: `Required value${why === '' ? '' : `: ${why}`}`, field };
}

function wrong(field: string, value: unknown, why: string): Cause {
	return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}
