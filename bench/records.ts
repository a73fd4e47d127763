import { createHash } from 'node:crypto';
import { join } from '../src/join/join.ts';
import { emptyCluster, emptyFacts } from '../src/lib/empty-facts.ts';
import { DAY, HOUR } from '../src/lib/epoch.ts';
import type {
	Binding,
	Connection,
	Credential,
	Facts,
	PolicyRule,
	Role,
	Subject,
} from '../src/model/facts.ts';
import { sources } from '../src/model/facts.ts';
import type {
	ClusterRef,
	FindingRecord,
	KeyRecord,
	PolicyRecord,
	RecordKind,
	Sibling,
	WaiverRecord,
} from '../src/model/record.ts';

const NOW = 1_800_000_000;
const PEOPLE = 30_000;
const GROUPS = 30_000;
const ACCOUNTS = 20_000;
const TEAMS = 40;

/** Of a hundred records: mostly what scans find most of. */
const SHARES = {
	credential: 40,
	grant: 40,
	identity: 10,
	connection: 4,
	key: 3,
	finding: 2,
	waiver: 1,
} satisfies Partial<Record<RecordKind, number>>;

/**
 * Records as scans make them, of every kind, some that policies find fault with. Batches of a scan hold one kind; here
 * every worker gets all, so that no two of them run two benchmarks.
 */
export function makeRecords(count: number): PolicyRecord[] {
	const half = Math.ceil(count * 0.4);
	const joined = [...join(makeFacts(half), NOW).records()];
	const [cluster] = joined.filter(record => record.kind === 'cluster');
	if (cluster === undefined) throw new Error('a cluster without a record');
	const made: Record<keyof typeof SHARES, PolicyRecord[]> = {
		credential: joined.filter(({ kind }) => kind === 'credential'),
		grant: joined.filter(({ kind }) => kind === 'grant'),
		identity: joined.filter(({ kind }) => kind === 'identity'),
		connection: joined.filter(({ kind }) => kind === 'connection'),
		...others(Math.ceil(count * 0.03), cluster.cluster),
	};
	const kinds = Object.entries(SHARES).flatMap(([kind, share]) =>
		Array.from({ length: share }, () => kind as keyof typeof SHARES),
	);
	// 37 and 100 have no common divisor: neighbours are of different kinds.
	const next = (at: number) => made[kinds[(at * 37) % kinds.length] ?? 'grant'].pop() ?? cluster;
	return Array.from({ length: count }, (_, at) => next(at));
}

/** What no join of one cluster makes: keys of the fleet, waivers and findings. */
function others(count: number, cluster: ClusterRef) {
	const base = { now: NOW, cluster, gaps: [] };
	const made = Array.from({ length: count }, (_, at) => at);
	return {
		key: made.map((at): KeyRecord => {
			const credential = sibling(at, cluster);
			const siblings = at % 10 === 0 ? [sibling(at + 1, cluster)] : [];
			return { ...base, kind: 'key', credential, siblings, siblingsTotal: siblings.length };
		}),
		finding: made.map((at): FindingRecord => {
			const finding = {
				id: digest(at).slice(0, 16),
				policyId: 'credential/expired',
				severity: 'low',
			} as const;
			const firstSeen = NOW - (at % 400) * DAY;
			return { ...base, kind: 'finding', finding: { ...finding, subject: person(at), firstSeen } };
		}),
		waiver: made.map((at): WaiverRecord => {
			const waiver = { id: `waiver-${at}`, reason: 'until it is moved', owner: person(at), isBroad: false };
			const expires = NOW + ((at % 60) - 5) * DAY;
			return {
				...base,
				kind: 'waiver',
				waiver: { ...waiver, expires, location: `waivers.yaml:${at}` },
				matches: at % 7,
				isExamined: true,
			};
		}),
	};
}

function sibling(at: number, cluster: ClusterRef): Sibling {
	const sha256 = digest(at);
	const location = `person-${at}.kubeconfig:12`;
	return { cluster, uid: `x509:${sha256}`, username: person(at), sha256, ownerUid: 1000, location };
}

function connection(at: number): Connection {
	return {
		uid: digest(at + 3_000_000),
		name: `cluster-${at}`,
		server: `https://192.0.2.${at % 250}:6443`,
		verification: at % 20 === 0 ? 'skipped' : 'verified',
		location: {
			...place,
			origin: 'kubeconfig',
			path: `person-${at}.kubeconfig`,
			line: 4,
			name: `cluster-${at}`,
		},
	};
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
		connections: made.slice(0, half / 10).map(connection),
		bindings: made.map(binding),
		roles: ROLES,
		serviceAccounts: made
			.slice(0, ACCOUNTS - 300)
			.map(at => ({ uid: uuid(at), namespace: team(at), name: `app-${at}` })),
	};
}

const isRead = (source: string) => !['usage', 'identities', 'cloud', 'history'].includes(source);

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
