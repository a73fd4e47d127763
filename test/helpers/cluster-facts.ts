import { emptyCluster, emptyFacts } from '../../src/lib/empty-facts.ts';
import {
	type Binding,
	type CertificateDetails,
	type Credential,
	type Facts,
	type Gap,
	type PolicyRule,
	type Role,
	type Source,
	type Subject,
	sources,
} from '../../src/model/facts.ts';
import { NOW } from './kubeconfig-fixtures.ts';

export { NOW };

/** A cluster of which every source was read to its end, with what a case puts into it. */
export function clusterFacts(rest: Partial<Facts> = {}): Facts {
	const cluster = {
		...emptyCluster('uid-1', 'prod', 'kubernetes'),
		server: 'https://prod',
		version: 'v1.34.4',
	};
	const unasked: readonly Source[] = ['identities', 'usage', 'cloud', 'history'];
	const read = sources.filter(source => !unasked.includes(source));
	return {
		...emptyFacts(cluster, NOW, 'unavailable'),
		reachable: true,
		sources: read.map(source => ({ source, status: 'complete', count: 1 })),
		...rest,
	};
}

/** `User alice`, `Group ops`, `ServiceAccount ci/deploy`. */
export function subject(text: string): Subject {
	const [kind = '', name = ''] = text.split(/ (.*)/s);
	if (kind === 'User' || kind === 'Group') return { kind, name, namespace: '' };
	const [namespace = '', account = ''] = name.split('/');
	return { kind: 'ServiceAccount', namespace, name: account };
}

/** A ClusterRoleBinding `name`, or a RoleBinding `namespace/name`, to `Role x` or `ClusterRole x`. */
export function binding(
	path: string,
	role: string,
	subjects: string[],
	rest: Partial<Binding> = {},
): Binding {
	const [name = '', namespace = ''] = path.split('/').reverse();
	const [roleKind, roleName = ''] = role.split(' ');
	return {
		uid: `uid of ${path}`,
		kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
		namespace,
		name,
		resourceVersion: '7',
		roleKind: roleKind === 'Role' ? 'Role' : 'ClusterRole',
		roleName,
		subjects: subjects.map(subject),
		createdAt: NOW - 60,
		manager: 'none',
		owner: '',
		...rest,
	};
}

/** `verbs groups resources [names]`, each split at commas, `core` for the empty group. */
function rule(text: string): PolicyRule {
	const [verbs = '', groups = '', resources = '', names = ''] = text.split(' ');
	const list = (words: string) => (words === '' ? [] : words.split(','));
	return {
		verbs: list(verbs),
		apiGroups: list(groups).map(group => (group === 'core' ? '' : group)),
		resources: list(resources),
		resourceNames: list(names),
		nonResourceURLs: [],
	};
}

/** A ClusterRole `name`, or a Role `namespace/name`. */
export function role(path: string, rules: string[], rest: Partial<Role> = {}): Role {
	const [name = '', namespace = ''] = path.split('/').reverse();
	return {
		uid: `uid of ${path}`,
		kind: namespace === '' ? 'ClusterRole' : 'Role',
		namespace,
		name,
		labels: {},
		rules: rules.map(rule),
		aggregates: [],
		...rest,
	};
}

/** A sound certificate of three months. */
export const certificate: CertificateDetails = {
	issuer: 'CN=kubernetes',
	serialNumber: '2a',
	sha256: 'aa'.repeat(32),
	publicKeySha256: 'bb'.repeat(32),
	keyAlgorithm: 'ECDSA',
	keyBits: 256,
	signatureHash: 'SHA-256',
	clientAuth: true,
};

/** A credential met in its CertificateSigningRequest. */
export function credentialOf(username: string, rest: Partial<Credential> = {}): Credential {
	return {
		uid: `x509:${username}`,
		kind: 'client_certificate',
		state: 'effective',
		username,
		groups: [],
		notBefore: NOW - 60,
		notAfter: NOW + 60,
		certificate,
		serviceAccount: null,
		lastUsed: null,
		invalidSince: null,
		createdAt: NOW - 60,
		issuance: null,
		plugin: '',
		exec: null,
		cloud: null,
		locations: [
			{ origin: 'csr', path: '', line: 0, namespace: '', name: username, mode: null, ownerUid: null },
		],
		...rest,
	};
}

/** A source that may not be read. */
export function forbidden(source: Gap['source'], rest: Partial<Gap> = {}): Gap {
	return {
		source,
		code: 'forbidden',
		message: `no ${source}`,
		permission: `list ${source}`,
		subject: '',
		...rest,
	};
}
