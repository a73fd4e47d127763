import { oneLine } from '../lib/text.ts';
import type { Binding, Manager, Subject } from '../model/facts.ts';
import type { Collector } from './collector.ts';
import { asList, asObject, asText, type Metadata, readMetadata } from './object.ts';
import { readList } from './read.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const KINDS = ['ClusterRoleBinding', 'RoleBinding'] as const;
const PERMISSION = {
	ClusterRoleBinding: 'list clusterrolebindings.rbac.authorization.k8s.io',
	RoleBinding: 'list rolebindings.rbac.authorization.k8s.io',
} as const;

/** Who is bound to which role, cluster-wide and in each namespace. */
export const bindings: Collector = {
	source: 'bindings',
	permissions: Object.values(PERMISSION),
	collect: async api => {
		const lists = await Promise.all(
			KINDS.map(kind => {
				const what = {
					source: 'bindings',
					permission: PERMISSION[kind],
					path: `${RBAC}/${kind.toLowerCase()}s`,
				} as const;
				return readList(api, what, object => toBinding(kind, object));
			}),
		);
		const found = lists.flatMap(list => list.items);
		return { bindings: found, count: found.length, gaps: lists.flatMap(list => list.gaps) };
	},
};

function toBinding(kind: Binding['kind'], object: unknown): Binding {
	const { subjects, roleRef } = asObject(object);
	const metadata = readMetadata(object);
	const role = asObject(roleRef);
	return {
		uid: metadata.uid,
		kind,
		namespace: metadata.namespace,
		name: metadata.name,
		resourceVersion: metadata.resourceVersion,
		roleKind: role.kind === 'Role' ? 'Role' : 'ClusterRole',
		roleName: asText(role.name),
		subjects: asList(subjects).flatMap(subject => toSubject(subject, metadata.namespace)),
		createdAt: metadata.createdAt,
		manager: managerOf(metadata),
		owner: oneLine(ownerOf(metadata), 200),
	};
}

/** A subject of a kind that RBAC does not know grants nothing. */
function toSubject(subject: unknown, bindingNamespace: string): Subject[] {
	const { kind, name, namespace } = asObject(subject);
	if (kind === 'User' || kind === 'Group') return [{ kind, name: asText(name), namespace: '' }];
	if (kind === 'ServiceAccount') {
		return [{ kind, name: asText(name), namespace: asText(namespace) || bindingNamespace }];
	}
	return [];
}

/** The convention of a8r.io, or our own key where that is taken. */
function ownerOf({ annotations }: Metadata): string {
	return annotations['kubelapse.io/owner'] ?? annotations['a8r.io/owner'] ?? '';
}

/** Whoever would put the object back, by the labels and annotations that the tools document. */
function managerOf({ labels, annotations }: Metadata): Manager {
	if (labels['kubernetes.io/bootstrapping'] === 'rbac-defaults') return 'bootstrap';
	if (labels['addonmanager.kubernetes.io/mode'] !== undefined) return 'addon_manager';
	if (
		annotations['argocd.argoproj.io/tracking-id'] !== undefined ||
		labels['argocd.argoproj.io/instance'] !== undefined
	)
		return 'argocd';
	if (
		labels['kustomize.toolkit.fluxcd.io/name'] !== undefined ||
		labels['helm.toolkit.fluxcd.io/name'] !== undefined
	)
		return 'flux';
	if (labels['olm.owner'] !== undefined) return 'operator';
	if (labels['app.kubernetes.io/managed-by'] === 'Helm') return 'helm';
	return 'none';
}
