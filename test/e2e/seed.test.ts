import { readFileSync } from 'node:fs';
import { byCodeUnit } from '../../src/lib/text.ts';
import { assert, describe } from '../helpers/describe.ts';
import { fleet } from './fleet.ts';
import { type KubeClient, type KubeObject, kubeClient } from './kube-client.ts';
import type { SeededCluster } from './seed.ts';
import type { SeededCertificate } from './seed-certificates.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const TOKEN_SECRETS = '/api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Fservice-account-token';
const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';
const AS_METADATA = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' };

interface List {
	items: KubeObject[];
}

interface AuditEvent {
	verb: string;
	user: { extra?: Record<string, string[]> };
	objectRef?: { resource: string; name?: string };
	responseObject?: object;
}

interface Review {
	status: { userInfo: { username: string; groups: string[]; extra?: Record<string, string[]> } };
}

/** A client of someone who was seeded, by certificate or by token. */
function clientOf({ cluster }: SeededCluster, who: SeededCertificate | string): KubeClient {
	return kubeClient({
		server: cluster.server,
		ca: cluster.authority.certificatePem,
		...(typeof who === 'string'
			? { token: who }
			: { certificate: { pem: who.pem, keyPem: who.key.privatePem } }),
	});
}

/** Who the API server takes the bearer for, or the status of its refusal. */
async function whoami(seeded: SeededCluster, who: SeededCertificate | string) {
	const answer = await clientOf(seeded, who).ask(
		'POST',
		'/apis/authentication.k8s.io/v1/selfsubjectreviews',
		{ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
	);
	if (answer.status !== 201) return answer.status;
	const { username, groups, extra } = (answer.body as Review).status.userInfo;
	const own = groups.filter(group => group !== 'system:authenticated');
	return { username, groups: own, credential: extra?.[CREDENTIAL_ID] };
}

/** Names of what is there now and was not put there by the API server itself. */
async function listed({ cluster }: SeededCluster, path: string): Promise<string[]> {
	const { items } = await cluster.admin.get<List>(`${path}?labelSelector=!kubernetes.io/bootstrapping`);
	return items.map(({ metadata }) => metadata.uid).sort(byCodeUnit);
}

describe('startFleet', it => {
	it('leaves exactly the seeded bindings beside those of the bootstrap policy', async () => {
		const { east, west } = await fleet();
		for (const seeded of [east, west]) {
			const scanners = ['kubelapse-scanner', 'kubelapse-scanner-secrets'];
			const own = await seeded.cluster.admin.get<List>(`${RBAC}/clusterrolebindings`);
			const ofScanners = own.items.filter(({ metadata }) => scanners.includes(metadata.name));
			const expected = [...Object.values(seeded.bindings), ...seeded.hostileBindings]
				.filter(({ name }) => name !== 'cluster-admin' && name !== 'system:basic-user')
				.concat(
					ofScanners.map(({ metadata }) => ({ ...metadata, kind: 'ClusterRoleBinding', namespace: '' })),
				)
				.map(({ uid }) => uid)
				.sort(byCodeUnit);
			const found = [
				...(await listed(seeded, `${RBAC}/clusterrolebindings`)),
				...(await listed(seeded, `${RBAC}/rolebindings`)),
			].sort(byCodeUnit);
			assert.equal(found, expected);
		}
	});

	it('leaves exactly the seeded signing requests', async () => {
		const { east, west } = await fleet();
		for (const seeded of [east, west]) {
			const requested = Object.values(seeded.certificates).flatMap(({ request }) => request ?? []);
			const expected = [...requested, ...Object.values(seeded.requests)]
				.map(({ uid }) => uid)
				.sort(byCodeUnit);
			assert.equal(await listed(seeded, REQUESTS), expected);
		}
	});

	it('makes certificates that the API server knows by their hash', async () => {
		const { east, west } = await fleet();
		for (const seeded of [east, west]) {
			for (const [id, certificate] of Object.entries(seeded.certificates)) {
				const { username, groups, sha256 } = certificate;
				const expected = id === 'dave' ? 401 : { username, groups, credential: [`X509SHA256=${sha256}`] };
				assert.equal(await whoami(seeded, certificate), expected, id);
			}
		}
	});

	it('shares keys between two people and between two clusters', async () => {
		const { east, west } = await fleet();
		const { erin, frank, grace } = east.certificates;
		assert.is(frank?.publicKeySha256, grace?.publicKeySha256);
		assert.is(erin?.publicKeySha256, west.certificates.erin?.publicKeySha256);
		assert.is.not(erin?.sha256, west.certificates.erin?.sha256);
	});

	it('makes tokens that work until they are quarantined', async () => {
		const { east } = await fleet();
		const answers = await Promise.all(
			[east.tokens.ci, east.tokens.retired].map(token => whoami(east, token?.secret ?? '')),
		);
		assert.equal(
			answers.map(answer => (typeof answer === 'number' ? answer : answer.username)),
			['system:serviceaccount:payments:ci', 401],
		);
	});

	it('writes requests with their objects to the audit log, and of all else the caller', async () => {
		const { east } = await fleet();
		const lines = readFileSync(east.cluster.auditLog, 'utf8').split('\n').filter(Boolean);
		const events = lines.map(line => JSON.parse(line) as AuditEvent);
		const withObjects = events.filter(({ responseObject }) => responseObject !== undefined);
		const resources = new Set(withObjects.map(({ objectRef }) => objectRef?.resource));
		assert.equal([...resources], ['certificatesigningrequests']);
		const signed = withObjects.some(
			({ verb, objectRef }) => verb === 'create' && objectRef?.name === 'alice',
		);
		const named = events.some(({ user }) => user.extra?.[CREDENTIAL_ID]?.[0]?.startsWith('X509SHA256='));
		assert.equal([signed, named], [true, true]);
	});
});

describe('seedScanners', it => {
	it('makes a reader that may not list Secrets, not even their metadata', async () => {
		const { east } = await fleet();
		const { reader } = east.scanners;
		const { status } = await clientOf(east, reader).ask('GET', TOKEN_SECRETS, undefined, AS_METADATA);
		const { items } = await clientOf(east, reader).get<List>(`${RBAC}/clusterroles?limit=1`);
		assert.equal([status, items.length], [403, 1]);
	});

	it('makes a reader that lists the metadata of token Secrets, and no secret with it', async () => {
		const { east, secrets } = await fleet();
		const { full } = east.scanners;
		const { items } = await clientOf(east, full).get<List>(TOKEN_SECRETS, AS_METADATA);
		const day = (label: string, { metadata }: KubeObject) => {
			const text = metadata.labels?.[`kubernetes.io/legacy-token-${label}`];
			return text === undefined ? null : Date.parse(text) / 1000;
		};
		const found = items.map(secret => ({
			uid: secret.metadata.uid,
			lastUsed: day('last-used', secret),
			invalidSince: day('invalid-since', secret),
		}));
		const expected = Object.values(east.tokens).map(({ uid, lastUsed, invalidSince }) => ({
			uid,
			lastUsed,
			invalidSince,
		}));
		assert.equal(byUid(found), byUid(expected));
		// The one secret that metadata can hold is the annotation of kubectl apply.
		assert.is(secrets.filter(secret => JSON.stringify(items).includes(secret)).length, 1);
	});
});

function byUid<T extends { uid: string }>(all: T[]): T[] {
	return all.sort((a, b) => byCodeUnit(a.uid, b.uid));
}
