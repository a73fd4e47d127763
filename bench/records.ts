import { createHash } from 'node:crypto';
import { join } from '../src/join/join.ts';
import { emptyCluster, emptyFacts } from '../src/lib/empty-facts.ts';
import { DAY, HOUR } from '../src/lib/epoch.ts';
import type { Binding, Credential, Facts, PolicyRule, Role, Subject } from '../src/model/facts.ts';
import { sources } from '../src/model/facts.ts';
import type { CredentialRecord, GrantRecord } from '../src/model/record.ts';

const NOW = 1_800_000_000;
const PEOPLE = 30_000;
const GROUPS = 30_000;
const ACCOUNTS = 20_000;
const TEAMS = 40;

/** Records as scans make them: half credentials, half grants, some that policies find fault with. */
export function makeRecords(count: number): (CredentialRecord | GrantRecord)[] {
	const half = count / 2;
	const records: (CredentialRecord | GrantRecord)[] = [];
	for (const record of join(makeFacts(half), NOW).records()) {
		if (record.kind === 'credential' || record.kind === 'grant') records.push(record);
	}
	return interleave(records, half);
}

/** Batches of a scan hold one kind; here every worker gets both, so that the halves are not two benchmarks. */
function interleave<T>(all: T[], half: number): T[] {
	return all.map((_, at) => all[(at % 2) * half + Math.floor(at / 2)] as T); // both indexes are below all.length
}

function makeFacts(half: number): Facts {
	const cluster = {
		...emptyCluster('3f2c9a51-7d0e-4a1e-9b6b-1f2f7f0c8d11', 'payments-prod', 'kubernetes'),
		version: 'v1.34.4',
	};
	const made = Array.from({ length: half }, (_, at) => at);
	return {
		...emptyFacts(cluster, NOW, 'unavailable'),
		reachable: true,
		sources: sources.map(source => ({
			source,
			status: isRead(source) ? 'complete' : 'not_configured',
			count: 1,
		})),
		credentials: made.map(at => (at % 3 === 0 ? tokenSecret(at) : certificate(at))),
		bindings: made.map(binding),
		roles: ROLES,
		serviceAccounts: made
			.slice(0, ACCOUNTS - 300)
			.map(at => ({ uid: uuid(at), namespace: team(at), name: `app-${at}` })),
	};
}

const isRead = (source: string) => source !== 'usage' && source !== 'identities';

function certificate(at: number): Credential {
	const sha256 = digest(at);
	return {
		...blank,
		uid: `x509:${sha256}`,
		kind: 'client_certificate',
		username: person(at),
		groups: at % 500 === 0 ? ['system:masters'] : [`group-${at % GROUPS}`],
		notBefore: NOW - 6 * HOUR,
		// One in ten has expired, or lives for ten years.
		notAfter: NOW + (at % 10 === 0 ? -DAY : at % 10 === 1 ? 3650 * DAY : 2 * DAY + (at % 1000)),
		certificate: {
			issuer: 'CN=kubernetes',
			serialNumber: sha256.slice(0, 32),
			sha256,
			publicKeySha256: digest(at + 1_000_000),
			keyAlgorithm: at % 4 === 0 ? 'RSA' : 'ECDSA',
			keyBits: at % 4 === 0 ? (at % 40 === 0 ? 1024 : 3072) : 256,
			signatureHash: 'SHA-256',
			clientAuth: true,
		},
		issuance: {
			signerName: 'kubernetes.io/kube-apiserver-client',
			requester: person(at + 1),
			requesterCredentialIds: [`X509SHA256=${digest(at + 2_000_000)}`],
			approver: '',
			decision: 'approved',
			expirationSeconds: 172_800,
		},
		locations: [{ ...place, origin: 'csr', name: `csr-${at}` }],
	};
}

function tokenSecret(at: number): Credential {
	const account = { namespace: team(at), name: `app-${at % ACCOUNTS}`, uid: uuid(at % ACCOUNTS) };
	return {
		...blank,
		uid: `secret:${uuid(at)}`,
		kind: 'token_secret',
		username: `system:serviceaccount:${account.namespace}:${account.name}`,
		notBefore: NOW - 200 * DAY,
		createdAt: NOW - 200 * DAY,
		lastUsed: at % 2 === 0 ? NOW - 2 * DAY : NOW - 150 * DAY,
		serviceAccount: account,
		locations: [{ ...place, origin: 'secret', namespace: account.namespace, name: `app-token-${at}` }],
	};
}

const team = (at: number) => `team-${at % TEAMS}`;
const person = (at: number) => `person-${at % PEOPLE}@example.com`;
const uuid = (at: number) => `7b1c3a52-0000-4000-8000-${String(at).padStart(12, '0')}`;
const digest = (at: number) => createHash('sha256').update(String(at)).digest('hex');

const place = { path: '', line: 0, namespace: '', mode: null, ownerUid: null } as const;

const blank = {
	state: 'effective',
	username: '',
	groups: [],
	notBefore: null,
	notAfter: null,
	certificate: null,
	serviceAccount: null,
	lastUsed: null,
	invalidSince: null,
	createdAt: NOW - 6 * HOUR,
	issuance: null,
	plugin: '',
	exec: null,
	cloud: null,
} satisfies Partial<Credential>;

function binding(at: number): Binding {
	const isWide = at % 20 === 0;
	return {
		uid: uuid(at + 5_000_000),
		kind: isWide ? 'ClusterRoleBinding' : 'RoleBinding',
		namespace: isWide ? '' : team(at),
		name: `access-${at}`,
		resourceVersion: String(400_000 + at),
		roleKind: 'ClusterRole',
		// One in fifty names a role that is gone, one in a thousand is cluster-admin.
		roleName: at % 50 === 1 ? `gone-${at % 70}` : at % 1000 === 0 ? 'cluster-admin' : `role-${at % 100}`,
		subjects: [subject(at)],
		createdAt: NOW - 90 * DAY,
		manager: at % 4 === 0 ? 'helm' : 'none',
		owner: '',
	};
}

function subject(at: number): Subject {
	if (at % 3 === 0) return { kind: 'ServiceAccount', namespace: team(at), name: `app-${at % ACCOUNTS}` };
	return at % 3 === 1
		? { kind: 'User', namespace: '', name: person(at) }
		: { kind: 'Group', namespace: '', name: `group-${at % GROUPS}` };
}

const rule = (resources: string[], verbs: string[]): PolicyRule => ({
	verbs,
	apiGroups: [''],
	resources,
	resourceNames: [],
	nonResourceURLs: [],
});

const ROLES: Role[] = Array.from({ length: 100 }, (_, at) => {
	const rules = [
		rule(['pods', 'services'], ['get', 'list']),
		...(at % 10 === 0 ? [rule(['secrets'], ['get'])] : []),
	];
	return {
		uid: uuid(at + 9_000_000),
		kind: 'ClusterRole',
		namespace: '',
		name: `role-${at}`,
		labels: {},
		rules,
		aggregates: [],
	} satisfies Role;
}).concat({
	uid: uuid(9_900_000),
	kind: 'ClusterRole',
	namespace: '',
	name: 'cluster-admin',
	labels: {},
	rules: [{ ...rule(['*'], ['*']), apiGroups: ['*'] }],
	aggregates: [],
});
