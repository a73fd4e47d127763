import { byCodeUnit } from '../lib/text.ts';
import type { EpochSeconds } from '../model/facts.ts';
import { requestObject, secretObject } from './credential-objects.ts';
import type { IssuedRequest } from './issue.ts';
import { keyOf, type Origin, object, splitName } from './meta.ts';
import { bindingObject, roleObject } from './rbac-objects.ts';
import type { ClusterSeed } from './seeds/seed.ts';
import type { ApiObject, Objects } from './wire.ts';

/** The objects of one cluster as its API server would store them. */
export function buildObjects(seed: ClusterSeed, requests: IssuedRequest[], now: EpochSeconds): Objects {
	const origin = { seed, now };
	const roles = seed.roles.map(role => roleObject(origin, role));
	const bindings = seed.bindings.map(binding => bindingObject(origin, binding));
	const namespaces = new Set(['kube-system', ...seed.serviceAccounts.map(name => splitName(name).namespace)]);
	return {
		namespaces: sorted([...namespaces].map(name => namespaceObject(origin, name ?? ''))),
		serviceaccounts: sorted(
			seed.serviceAccounts.map(name => object(origin, 'ServiceAccount', splitName(name))),
		),
		secrets: sorted(seed.secrets.map(secret => secretObject(origin, secret))),
		clusterroles: sorted(roles.filter(role => role.metadata.namespace === undefined)),
		clusterrolebindings: sorted(bindings.filter(binding => binding.metadata.namespace === undefined)),
		roles: sorted(roles.filter(role => role.metadata.namespace !== undefined)),
		rolebindings: sorted(bindings.filter(binding => binding.metadata.namespace !== undefined)),
		certificatesigningrequests: sorted(requests.map(request => requestObject(origin, request))),
	};
}

function namespaceObject(origin: Origin, name: string): ApiObject {
	const labels = { 'kubernetes.io/metadata.name': name };
	return {
		...object(origin, 'Namespace', { name, labels }),
		spec: { finalizers: ['kubernetes'] },
		status: { phase: 'Active' },
	};
}

function sorted<T extends ApiObject>(items: T[]): T[] {
	return items.toSorted((a, b) => byCodeUnit(keyOf(a), keyOf(b)));
}
