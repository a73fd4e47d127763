import { join } from 'node:path';
import type { AuditTrail } from '../../src/model/audit.ts';
import { type AuditLogOptions, readAuditTrail } from '../../src/providers/audit-log/read-audit-trail.ts';

/** 2026-11-22T10:00:00Z. */
export const START = 1_795_341_600;
export const ALICE_ID = `X509SHA256=${'a1'.repeat(32)}`;
const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** What of an event a test cares for. */
export interface EventShape {
	id?: string;
	stage?: string;
	/** Seconds after START. */
	after?: number;
	received?: string;
	username?: string;
	uid?: string;
	credentialId?: string;
	impersonated?: { username: string; groups?: string[] };
	verb?: string;
	uri?: string;
	objectRef?: object | null;
	code?: number;
	decision?: string;
	agent?: string;
	sources?: string[];
	annotations?: object;
	requestObject?: object;
	responseObject?: object;
}

let nextId = 0;

/** An audit.k8s.io/v1 Event as the API server writes it. */
export function auditEvent(shape: EventShape = {}): object {
	const { after = 0, username = 'alice', uid, credentialId = '', impersonated, decision = 'allow' } = shape;
	const time = shape.received ?? new Date((START + after) * 1000).toISOString().replace('Z', '123Z');
	const objectRef =
		shape.objectRef === undefined
			? { resource: 'pods', namespace: 'shop', name: 'web', apiVersion: 'v1' }
			: shape.objectRef;
	return {
		kind: 'Event',
		apiVersion: 'audit.k8s.io/v1',
		level: 'Metadata',
		auditID: shape.id ?? `id-${nextId++}`,
		stage: shape.stage ?? 'ResponseComplete',
		requestURI: shape.uri ?? '/api/v1/namespaces/shop/pods/web?timeout=10s',
		verb: shape.verb ?? 'get',
		user: {
			username,
			...(uid === undefined ? {} : { uid }),
			groups: ['system:authenticated'],
			...(credentialId === '' ? {} : { extra: { [CREDENTIAL_ID]: [credentialId] } }),
		},
		...(impersonated === undefined ? {} : { impersonatedUser: impersonated }),
		sourceIPs: shape.sources ?? ['192.0.2.7'],
		userAgent: shape.agent ?? 'kubectl/v1.34.4',
		...(objectRef === null ? {} : { objectRef }),
		responseStatus: { metadata: {}, code: shape.code ?? 200 },
		...(shape.requestObject === undefined ? {} : { requestObject: shape.requestObject }),
		...(shape.responseObject === undefined ? {} : { responseObject: shape.responseObject }),
		requestReceivedTimestamp: time,
		stageTimestamp: time,
		annotations: {
			...(decision === '' ? {} : { 'authorization.k8s.io/decision': decision }),
			...shape.annotations,
		},
	};
}

/** A log of one event a line. */
export const logOf = (...events: object[]) => events.map(event => `${JSON.stringify(event)}\n`).join('');

/** Options of a reading that shows addresses. */
export function auditOptions(changes: Partial<AuditLogOptions> = {}): AuditLogOptions {
	const { signal } = new AbortController();
	return { knownCredentialIds: [], showSources: true, salt: 'salt', signal, threads: 2, ...changes };
}

/** Reads `*.log*` of a folder as one stream. */
export async function trailOf(
	dir: string,
	changes: Partial<AuditLogOptions> = {},
): Promise<Omit<AuditTrail, 'policy'>> {
	return readAuditTrail([{ name: 'a', globs: [join(dir, '*.log*')] }], auditOptions(changes));
}
