import { z } from 'zod';
import type { Facts } from '../model/facts.ts';
import { sources } from '../model/facts.ts';
import { auditSchema } from './audit-schema.ts';

const text = z.string();
const texts = z.array(text);
const seconds = z.int();
const moment = seconds.nullable();
const count = z.int().min(0);

const location = z.object({
	origin: z.enum(['csr', 'secret', 'kubeconfig', 'connection', 'cloud', 'ledger', 'audit']),
	path: text,
	line: count,
	namespace: text,
	name: text,
	mode: count.nullable(),
	ownerUid: z.int().nullable(),
});

const cluster = z.object({
	uid: text,
	name: text,
	provider: z.enum(['kubernetes', 'files', 'alibaba']),
	cloud: z
		.object({
			accountId: text,
			callerUid: text,
			region: text,
			type: text,
			profile: text,
			state: text,
			auditProject: text,
		})
		.nullable(),
	server: text,
	contexts: texts,
	version: text,
	createdAt: moment,
	auditing: z.object({
		state: z.enum(['on', 'off', 'unknown']),
		from: moment,
		to: moment,
		credentialIds: z.boolean(),
	}),
	certificateAuthorities: z.array(z.object({ sha256: text, subject: text, notAfter: seconds })),
	configuredNames: texts,
});

const certificate = z.object({
	issuer: text,
	serialNumber: text,
	sha256: text,
	publicKeySha256: text,
	keyAlgorithm: z.enum(['RSA', 'ECDSA', 'Ed25519', 'unknown']),
	keyBits: count,
	signatureHash: text,
	clientAuth: z.boolean(),
});

const issuance = z.object({
	signerName: text,
	requester: text,
	requesterCredentialIds: texts,
	approver: text,
	decision: z.enum(['approved', 'denied', 'failed', 'pending']),
	expirationSeconds: z.number().nullable(),
});

const cloud = z.object({
	accountId: text,
	accountType: z.enum(['root', 'ram_user', 'ram_role', 'unknown']),
	accountState: z.enum(['active', 'inactive', 'deleted', 'unknown']),
	accountName: text,
	displayName: text,
	cloudService: text,
	certState: text,
	revokable: z.boolean(),
	clusterState: text,
	activity: z
		.object({ answer: z.enum(['no_record', 'records_found', 'failed']), last: moment, reason: text })
		.nullable(),
});

const credential = z.object({
	uid: text,
	kind: z.enum([
		'client_certificate',
		'cloud_kubeconfig',
		'token_secret',
		'bound_token',
		'bootstrap_token',
		'static_token',
		'basic_auth',
		'exec_plugin',
		'auth_provider',
	]),
	state: z.enum(['not_issued', 'effective', 'expired', 'revoked', 'deleted', 'unknown']),
	username: text,
	groups: texts,
	notBefore: moment,
	notAfter: moment,
	certificate: certificate.nullable(),
	serviceAccount: z.object({ namespace: text, name: text, uid: text }).nullable(),
	lastUsed: moment,
	invalidSince: moment,
	createdAt: moment,
	tokenId: z.exactOptional(text),
	issuance: issuance.nullable(),
	plugin: text,
	exec: z
		.object({ form: z.enum(['absolute', 'relative', 'bare']), apiVersion: text, environmentNames: texts })
		.nullable(),
	cloud: cloud.nullable(),
	locations: z.array(location),
});

const connection = z.object({
	uid: text,
	name: text,
	server: text,
	verification: z.enum(['verified', 'skipped', 'plain_http', 'system_roots']),
	location,
});

const binding = z.object({
	uid: text,
	kind: z.enum(['RoleBinding', 'ClusterRoleBinding']),
	namespace: text,
	name: text,
	resourceVersion: text,
	roleKind: z.enum(['Role', 'ClusterRole']),
	roleName: text,
	subjects: z.array(
		z.object({ kind: z.enum(['User', 'Group', 'ServiceAccount']), name: text, namespace: text }),
	),
	createdAt: moment,
	manager: z.enum(['bootstrap', 'helm', 'argocd', 'flux', 'operator', 'addon_manager', 'none']),
	owner: text,
});

const role = z.object({
	uid: text,
	kind: z.enum(['Role', 'ClusterRole']),
	namespace: text,
	name: text,
	labels: z.record(text, text),
	rules: z.array(
		z.object({
			verbs: texts,
			apiGroups: texts,
			resources: texts,
			resourceNames: texts,
			nonResourceURLs: texts,
		}),
	),
	aggregates: z.array(
		z.object({
			matchLabels: z.record(text, text),
			matchExpressions: z.array(z.object({ key: text, operator: text, values: texts })),
		}),
	),
});

const gapCodes = z.enum([
	'forbidden',
	'throttled',
	'timeout',
	'unreachable',
	'auditing_off',
	'partial',
	'not_configured',
]);

const identity = z.object({
	username: text,
	provider: z.enum(['alibaba', 'scim', 'file']),
	account: text,
	name: text,
	displayName: text,
	type: z.enum(['root', 'ram_user', 'ram_role', 'user', 'group']),
	state: z.enum(['active', 'disabled', 'deleted', 'unknown']),
	stateSince: moment,
	human: z.enum(['yes', 'no', 'unknown']),
	listComplete: z.boolean(),
	cloudService: text,
});

/** The file that `--save-facts` writes and `--facts` reads; what it does not name is dropped on reading. */
export const factsSchema = z.object({
	apiVersion: z.literal('kubelapse/facts/v1'),
	collectedAt: seconds,
	cluster,
	reachable: z.boolean(),
	credentials: z.array(credential),
	connections: z.array(connection),
	bindings: z.array(binding),
	roles: z.array(role),
	serviceAccounts: z.array(z.object({ uid: text, namespace: text, name: text })),
	identities: z.array(identity),
	apiServers: count.nullable(),
	audit: auditSchema(credential).nullable(),
	ledger: z.object({ since: moment, credentials: z.array(credential) }).nullable(),
	sources: z.array(
		z.object({
			source: z.enum(sources),
			status: z.enum(['complete', 'partial', 'denied', 'unavailable', 'not_configured']),
			count,
		}),
	),
	gaps: z.array(
		z.object({ source: z.enum(sources), code: gapCodes, message: text, permission: text, subject: text }),
	),
}) satisfies z.ZodType<Facts>;
