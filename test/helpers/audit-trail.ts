import { DAY, HOUR } from '../../src/lib/epoch.ts';
import type { AuditActor, AuditRequest, AuditStream, AuditTrail } from '../../src/model/audit.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Usage } from '../../src/model/record.ts';
import { clusterFacts, NOW } from './cluster-facts.ts';

/** What the whole trail below covers. */
export const WINDOW = { from: NOW - 120 * DAY, to: NOW - HOUR };

/** The log of one API server, whole and without a hole. */
export function stream(rest: Partial<AuditStream> = {}): AuditStream {
	return {
		name: '/var/log/audit.log',
		files: 1,
		events: 1000,
		malformed: 0,
		duplicates: 0,
		window: WINDOW,
		holes: [],
		holesTotal: 0,
		problems: [],
		...rest,
	};
}

/** One login of `username`, by no id that the log names. */
export function actor(username: string, rest: Partial<AuditActor> = {}): AuditActor {
	return {
		credentialId: '',
		hasOtherId: false,
		username,
		userUid: '',
		tokenSecret: '',
		impersonator: '',
		first: NOW - 10 * DAY,
		last: NOW - DAY,
		lastAllowed: NOW - DAY,
		allowed: 5,
		denied: 1,
		agents: ['kubectl/v1.34.4'],
		sources: ['0011223344556677'],
		sourcesTotal: 1,
		...rest,
	};
}

/** The namespace controller, which shows whose log it is. */
export const CONTROLLER = actor('system:serviceaccount:kube-system:namespace-controller', {
	userUid: 'uid of namespace-controller',
	credentialId: 'JTI=0b4c6a1e',
});

/** `verb resource` of one user, let through once. */
export function request(username: string, text: string, rest: Partial<AuditRequest> = {}): AuditRequest {
	const [verb = '', resource = ''] = text.split(' ');
	return {
		username,
		verb,
		apiGroup: '',
		resource: resource.startsWith('/') ? '' : resource,
		namespace: '',
		path: resource.startsWith('/') ? resource : '',
		allowed: 1,
		denied: 0,
		names: null,
		...rest,
	};
}

/** A whole log of this cluster, with what a case puts into it. */
export function trail(actors: AuditActor[], rest: Partial<AuditTrail> = {}): AuditTrail {
	return {
		origin: 'files',
		streams: [stream()],
		policy: { dropsRequests: false, users: [], groups: [], resources: [] },
		actors: [CONTROLLER, ...actors],
		requests: [],
		issued: [],
		opaqueRequests: 0,
		...rest,
	};
}

/** A cluster of one API server with its audit log. */
export function auditedFacts(audit: AuditTrail, rest: Partial<Facts> = {}): Facts {
	return clusterFacts({
		apiServers: 1,
		audit,
		serviceAccounts: [
			{ uid: 'uid of namespace-controller', namespace: 'kube-system', name: 'namespace-controller' },
		],
		...rest,
	});
}

/** Used as `actor` says, by this very credential, over a whole window. */
export function usage(rest: Partial<Usage> = {}): Usage {
	return {
		result: 'used',
		reason: '',
		first: NOW - 10 * DAY,
		last: NOW - DAY,
		lastAllowed: NOW - DAY,
		allowed: 5,
		denied: 1,
		impersonated: 0,
		agents: ['kubectl/v1.34.4'],
		sources: 1,
		window: { ...WINDOW, complete: true },
		evidence: 'credential_id',
		grade: 'A',
		...rest,
	};
}

/** What is left of a usage where nothing was seen. */
export const SILENT = {
	first: null,
	last: null,
	lastAllowed: null,
	allowed: 0,
	denied: 0,
	impersonated: 0,
	agents: [],
	sources: 0,
} as const satisfies Partial<Usage>;
