import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

const FROM = Date.UTC(2026, 10, 1);
const NODES = 40;
const ROBOTS = 60;
const PEOPLE = 50;
const TEAMS = 25;
const KINDS = [
	'pods',
	'configmaps',
	'secrets',
	'services',
	'endpointslices',
	'deployments',
	'nodes',
] as const;
const GROUPS: Record<string, string> = { endpointslices: 'discovery.k8s.io', deployments: 'apps' };
const VERBS = ['get', 'get', 'get', 'list', 'watch', 'update', 'patch'] as const;

/** Writes a log of so many events over seven days, about 1 kB each; the same bytes every time. */
export async function writeAuditLog(path: string, events: number): Promise<void> {
	const file = createWriteStream(path, { highWaterMark: 1 << 22 });
	const next = numbers(20_261_101);
	for (let at = 0; at < events; ) {
		let text = '';
		for (let line = 0; line < 2_000 && at < events; line++, at++) text += `${event(at, events, next)}\n`;
		if (!file.write(text)) await once(file, 'drain');
	}
	file.end();
	await once(file, 'close');
}

/** mulberry32: small, and the same everywhere. */
function numbers(seed: number): (below: number) => number {
	let state = seed;
	return below => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) % below;
	};
}

function event(at: number, events: number, next: (below: number) => number): string {
	const received = FROM + Math.floor((at * 7 * 86_400_000) / events);
	const who = next(10);
	const actor =
		who < 4 ? node(next(NODES), next) : who < 9 ? robot(next(ROBOTS), next) : person(next(PEOPLE), next);
	const verb = who < 4 && next(2) === 0 ? 'update' : (VERBS[next(VERBS.length)] ?? 'get');
	const resource =
		who < 4 && verb === 'update' ? 'leases' : (KINDS[(actor.index + next(3)) % KINDS.length] ?? 'pods');
	const group = resource === 'leases' ? 'coordination.k8s.io' : (GROUPS[resource] ?? '');
	const namespace =
		resource === 'leases' ? 'kube-node-lease' : resource === 'nodes' ? '' : `team-${actor.team}`;
	const name = verb === 'list' || verb === 'watch' ? '' : nameOf(resource, actor, next);
	const isDenied = next(50) === 0;
	const prefix = group === '' ? '/api/v1' : `/apis/${group}/v1`;
	const uri = `${prefix}${namespace === '' ? '' : `/namespaces/${namespace}`}/${resource}${name === '' ? '?limit=500&resourceVersion=0' : `/${name}?timeout=10s`}`;
	const objectRef = {
		resource,
		...(namespace === '' ? {} : { namespace }),
		...(name === '' ? {} : { name }),
		...(group === '' ? {} : { apiGroup: group }),
		apiVersion: 'v1',
	};
	return JSON.stringify({
		kind: 'Event',
		apiVersion: 'audit.k8s.io/v1',
		level: 'Metadata',
		auditID: `${hex(next, 8)}-${hex(next, 4)}-4${hex(next, 3)}-a${hex(next, 3)}-${hex(next, 12)}`,
		stage: verb === 'watch' && next(2) === 0 ? 'ResponseStarted' : 'ResponseComplete',
		requestURI: uri,
		verb,
		user: actor.user,
		sourceIPs: [actor.source],
		userAgent: actor.agent,
		objectRef,
		responseStatus: { metadata: {}, code: isDenied ? 403 : 200 },
		requestReceivedTimestamp: micro(received, next(1000)),
		stageTimestamp: micro(received + 3, next(1000)),
		annotations: {
			'authorization.k8s.io/decision': isDenied ? 'forbid' : 'allow',
			'authorization.k8s.io/reason': actor.reason,
		},
	});
}

/** A lease bears its node's name; one pod in ten is met once, as in a cluster that starts jobs. */
function nameOf(
	resource: string,
	actor: { name: string; index: number },
	next: (below: number) => number,
): string {
	if (resource === 'leases') return actor.name;
	const base = `${resource}-${actor.index}-${next(25)}`;
	return resource === 'pods' && next(10) === 0 ? `${base}-${hex(next, 10)}` : base;
}

const micro = (milliseconds: number, rest: number) =>
	`${new Date(milliseconds).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`;

function hex(next: (below: number) => number, digits: number): string {
	let text = '';
	while (text.length < digits) text += next(0x1000000).toString(16).padStart(6, '0');
	return text.slice(0, digits);
}

const fixedHex = (seed: number) => hex(numbers(seed), 64);
const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

function node(index: number, next: (below: number) => number) {
	const name = `node-${index}.cluster.internal`;
	return {
		name,
		index,
		team: (index + next(3)) % TEAMS,
		user: {
			username: `system:node:${name}`,
			groups: ['system:nodes', 'system:authenticated'],
			extra: { [CREDENTIAL_ID]: [`X509SHA256=${fixedHex(1000 + index)}`] },
		},
		source: `10.1.${next(1)}.${index + 10}`,
		agent: 'kubelet/v1.34.4 (linux/amd64) kubernetes/7b6b6da',
		reason: '',
	};
}

/** Bound tokens change every hour: an id for every few requests. */
function robot(index: number, next: (below: number) => number) {
	const namespace = `team-${index % TEAMS}`;
	return {
		name: `controller-${index}`,
		index,
		team: index % TEAMS,
		user: {
			username: `system:serviceaccount:${namespace}:controller-${index}`,
			uid: `${fixedHex(2000 + index).slice(0, 8)}-aaaa-4bbb-8ccc-${fixedHex(2000 + index).slice(0, 12)}`,
			groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
			extra: {
				[CREDENTIAL_ID]: [
					`JTI=${hex(next, 8)}-${hex(next, 4)}-4${hex(next, 3)}-8${hex(next, 3)}-${hex(next, 12)}`,
				],
				'authentication.kubernetes.io/node-name': [`node-${index % NODES}.cluster.internal`],
				'authentication.kubernetes.io/pod-name': [`controller-${index}-6d5f7c9b8-x2x4z`],
			},
		},
		source: `10.244.${index % NODES}.${next(4) + 2}`,
		agent: `controller-${index}/v0.0.0 (linux/amd64) kubernetes/$Format`,
		reason: `RBAC: allowed by ClusterRoleBinding "controller-${index}" of ClusterRole "controller" to ServiceAccount "controller-${index}/${namespace}"`,
	};
}

function person(index: number, next: (below: number) => number) {
	return {
		name: `person-${index}`,
		index,
		team: (index + next(5)) % TEAMS,
		user: {
			username: `person-${index}@example.org`,
			groups: ['developers', 'system:authenticated'],
			extra: { [CREDENTIAL_ID]: [`X509SHA256=${fixedHex(3000 + index)}`] },
		},
		source: `192.0.2.${index + 1}`,
		agent: 'kubectl/v1.34.4 (linux/amd64) kubernetes/7b6b6da',
		reason: 'RBAC: allowed by RoleBinding "developers/team" of ClusterRole "edit" to Group "developers"',
	};
}
