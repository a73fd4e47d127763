import { ApiError } from '../lib/api-error.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { asServiceAccount, subjectKey } from '../lib/subject.ts';
import { sha256 } from '../lib/x509.ts';
import type { Subject } from '../model/facts.ts';
import type { BindingImage, RawSubject } from '../model/journal.ts';
import type { BindingTarget, Permission } from '../model/plan.ts';
import type { KubernetesApi } from '../providers/kubernetes/api.ts';
import type { AccessQuestion } from './actions/action.ts';

export const RBAC = 'rbac.authorization.k8s.io';
const API = `/apis/${RBAC}/v1`;

type Kind = BindingTarget['bindingKind'];
type Named = { bindingKind: Kind; namespace: string; name: string };

const plural = (kind: Kind) => (kind === 'RoleBinding' ? 'rolebindings' : 'clusterrolebindings');

/** Path of the list that a binding is in. */
export function bindingsPath({ bindingKind, namespace }: Omit<Named, 'name'>): string {
	const list = plural(bindingKind);
	return bindingKind === 'RoleBinding'
		? `${API}/namespaces/${encodeURIComponent(namespace)}/${list}`
		: `${API}/${list}`;
}

/** Path of one binding. */
export function bindingPath(binding: Named): string {
	return `${bindingsPath(binding)}/${encodeURIComponent(binding.name)}`;
}

/** `ClusterRoleBinding ops`, `RoleBinding shop/ops`. */
export function bindingName({ bindingKind, namespace, name }: Named): string {
	return `${bindingKind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}

/** The right to do something to one binding. */
export function bindingPermission(verb: string, { bindingKind, namespace, name }: Named): Permission {
	const resource = plural(bindingKind);
	const where = namespace === '' ? '' : ` in ${namespace}`;
	return {
		name:
			verb === 'create'
				? `create ${resource}.${RBAC}${where}`
				: `${verb} ${resource}.${RBAC}/${name}${where}`,
		// Whoever creates names the object in the body, which no rule can limit.
		attributes: { verb, group: RBAC, resource, namespace, name: verb === 'create' ? '' : name },
	};
}

/** The right to hand out a role: without it, or every right of the role, no subject can be changed. */
export function bindPermission({ namespace, role }: Pick<BindingTarget, 'namespace' | 'role'>): Permission {
	const resource = role.kind === 'Role' ? 'roles' : 'clusterroles';
	const where = namespace === '' ? '' : ` in ${namespace}`;
	return {
		name: `bind ${resource}.${RBAC}/${role.name}${where}`,
		attributes: { verb: 'bind', group: RBAC, resource, namespace, name: role.name },
	};
}

/** The right to read what a role allows, without which nothing that was bound to it is put back. */
export function rolePermission({ namespace, role }: Pick<BindingTarget, 'namespace' | 'role'>): Permission {
	const resource = role.kind === 'Role' ? 'roles' : 'clusterroles';
	const own = role.kind === 'Role' ? namespace : '';
	return {
		name: `get ${resource}.${RBAC}/${role.name}${own === '' ? '' : ` in ${own}`}`,
		attributes: { verb: 'get', group: RBAC, resource, namespace: own, name: role.name },
	};
}

/** The right to ask what somebody else may do. */
export const REVIEW_PERMISSION: Permission = {
	name: 'create subjectaccessreviews.authorization.k8s.io',
	attributes: {
		verb: 'create',
		group: 'authorization.k8s.io',
		resource: 'subjectaccessreviews',
		namespace: '',
		name: '',
	},
};

/** A binding as it is now; null where there is none of that name. @throws {ApiError} */
export async function readBinding(api: KubernetesApi, named: Named): Promise<BindingImage | null> {
	const object = await orNull(api.get(bindingPath(named)));
	return object === null ? null : toImage(named.bindingKind, object);
}

/** Every binding of a cluster that some subject of it is picked by. @throws {ApiError} */
export async function findBindings(
	api: KubernetesApi,
	isPicked: (subject: Subject) => boolean,
): Promise<BindingImage[]> {
	const lists = await Promise.all(
		(['ClusterRoleBinding', 'RoleBinding'] as const).map(kind =>
			api.list(`${API}/${plural(kind)}`, object => {
				const image = toImage(kind, object);
				return image.subjects.some(subject => isPicked(toSubject(subject, image.namespace))) ? image : null;
			}),
		),
	);
	return lists.flat();
}

/** What a path answers; null only where the server says that there is no such object. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
	return answer.catch(error => {
		if (error instanceof ApiError && error.status === 404) return null;
		throw error;
	});
}

interface Wire {
	metadata?: {
		uid?: string;
		resourceVersion?: string;
		namespace?: string;
		name?: string;
		labels?: Record<string, string>;
		annotations?: Record<string, string>;
	};
	roleRef?: Partial<BindingImage['roleRef']>;
	subjects?: RawSubject[] | null;
}

function toImage(bindingKind: Kind, object: unknown): BindingImage {
	const { metadata = {}, roleRef = {}, subjects } = (object ?? {}) as Wire;
	if (typeof metadata.uid !== 'string' || typeof metadata.resourceVersion !== 'string')
		throw new ApiError('partial', 200, 'the answer is no binding: it has no uid or resourceVersion');
	return {
		bindingKind,
		uid: metadata.uid,
		resourceVersion: metadata.resourceVersion,
		namespace: metadata.namespace ?? '',
		name: metadata.name ?? '',
		labels: metadata.labels ?? {},
		annotations: metadata.annotations ?? {},
		roleRef: { apiGroup: roleRef.apiGroup ?? '', kind: roleRef.kind ?? '', name: roleRef.name ?? '' },
		subjects: subjects ?? [],
	};
}

/** A subject as RBAC reads it, whatever its form. */
export function toSubject({ kind, name, namespace }: RawSubject, bindingNamespace: string): Subject {
	const known = kind === 'User' || kind === 'Group' ? kind : 'ServiceAccount';
	return asServiceAccount({
		kind: known,
		name,
		namespace: known === 'ServiceAccount' ? (namespace ?? '') || bindingNamespace : '',
	});
}

/** Whether subjects of a kind that RBAC does not know stand beside the others: nobody can say what they are. */
export function hasStrangers({ subjects }: BindingImage): boolean {
	return subjects.some(({ kind }) => !['User', 'Group', 'ServiceAccount'].includes(kind));
}

/** The distinct subjects of a binding, as keys. */
export function subjectKeys({ subjects, namespace }: BindingImage): Set<string> {
	return new Set(subjects.map(subject => subjectKey(toSubject(subject, namespace))));
}

/**
 * SHA-256 over what a role allows; null where there is no such role, empty where it may not be read: what was removed
 * cannot be put back then. @throws {ApiError}
 */
export async function readRoleDigest(
	api: KubernetesApi,
	{ namespace, roleRef }: Pick<BindingImage, 'namespace' | 'roleRef'>,
): Promise<string | null> {
	const rules = await readRules(api, namespace, roleRef).catch(error => {
		if (error instanceof ApiError && error.status === 403) return 'forbidden' as const;
		throw error;
	});
	if (rules === 'forbidden') return '';
	return rules === null ? null : sha256(canonicalJson(rules));
}

interface Rule {
	verbs?: string[];
	apiGroups?: string[];
	resources?: string[];
	nonResourceURLs?: string[];
}

async function readRules(
	api: KubernetesApi,
	namespace: string,
	{ kind, name }: Pick<BindingImage['roleRef'], 'kind' | 'name'>,
): Promise<Rule[] | null> {
	const folder =
		kind === 'Role' ? `${API}/namespaces/${encodeURIComponent(namespace)}/roles` : `${API}/clusterroles`;
	const role = (await orNull(api.get(`${folder}/${encodeURIComponent(name)}`))) as {
		rules?: Rule[] | null;
	} | null;
	return role === null ? null : (role.rules ?? []);
}

/** What to ask about subjects that a binding names no more: the first thing that its role allows. */
export async function accessQuestions(
	api: KubernetesApi,
	{ namespace, name, roleRef }: Pick<BindingImage, 'namespace' | 'name' | 'roleRef'>,
	subjects: Subject[],
): Promise<AccessQuestion[]> {
	const rules = (await readRules(api, namespace, roleRef)) ?? [];
	const [rule] = rules.filter(({ verbs }) => (verbs ?? []).length > 0);
	if (rule === undefined) return [];
	const one = (words: string[] | undefined) => words?.[0] ?? '';
	const verb = one(rule.verbs);
	const path = one(rule.nonResourceURLs);
	const attributes =
		path !== '' && rule.resources === undefined
			? { verb, path }
			: { verb, group: one(rule.apiGroups), resource: one(rule.resources), namespace };
	return subjects.map(subject => ({ subject, binding: name, attributes }));
}
