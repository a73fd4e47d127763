import { createHash } from 'node:crypto';
import { DAY } from '../../lib/epoch.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import { createRandom, type Random } from './random.ts';
import type { LogRow } from './sls-engine.ts';
import type { IndexedFields } from './sls-search.ts';
import type { CloudCluster, IssuedKubeconfig, LogStoreTraits } from './state.ts';

const REASON = 'annotations.authorization.k8s.io/reason';
const DECISION = 'annotations.authorization.k8s.io/decision';

const TEXTS = [
	'auditID',
	'level',
	'stage',
	'verb',
	'requestURI',
	'user.username',
	'user.uid',
	'user.groups',
	'impersonatedUser.username',
	'sourceIPs',
	'userAgent',
	'objectRef.resource',
	'objectRef.subresource',
	'objectRef.apiGroup',
	'objectRef.namespace',
	'objectRef.name',
	'requestObject',
	'requestReceivedTimestamp',
	DECISION,
	REASON,
];

/** What the index of a cluster's audit log has: `user.extra` is not part of it unless a test wants it. */
export function indexedFields({ unindexed = [], indexed = [] }: LogStoreTraits): IndexedFields {
	const fields: IndexedFields = { 'responseStatus.code': 'long' };
	for (const name of [...TEXTS, ...indexed]) fields[name] = 'text';
	return Object.fromEntries(Object.entries(fields).filter(([name]) => !unindexed.includes(name)));
}

/** Days that logs are kept, by the kind of cluster. */
export function ttlOf({ type }: CloudCluster, { ttl }: LogStoreTraits): number {
	return ttl ?? (type === 'Kubernetes' ? 365 : 30);
}

/** When what everybody did is laid down, and up to when the control plane's own goes on. */
interface Times {
	from: EpochSeconds;
	born: EpochSeconds;
	now: EpochSeconds;
}

/** Logs of no more days than that are made. */
const MOST_DAYS = 90;

/** The audit log of a cluster, the same for the same cluster. */
export async function auditRows(
	cluster: CloudCluster,
	traits: LogStoreTraits,
	{ born, now }: Pick<Times, 'born' | 'now'>,
): Promise<LogRow[]> {
	const days = Math.min(ttlOf(cluster, traits), MOST_DAYS);
	const from = Math.max(traits.createdAt ?? cluster.createdAt, now - days * DAY);
	const more = traits.rows ?? [];
	if (traits.isEmpty === true) return more;
	const people = cluster.kubeconfigs.flatMap((issued, index) => personRows(cluster, issued, index, born));
	const own = [...people, ...(await systemRows(cluster, { from, born, now }))];
	return [...own.filter(({ __time__ }) => Number(__time__) >= from && Number(__time__) < now), ...more];
}

function seeded(text: string): Random {
	return createRandom(createHash('sha256').update(text).digest().readUInt32BE());
}

interface Event {
	at: EpochSeconds;
	username: string;
	verb: string;
	namespace?: string;
	resource?: string;
	group?: string;
	name?: string;
	uri?: string;
	isDenied?: boolean;
	auditId: string;
	agent?: string;
	ip: string;
	more?: LogRow;
}

/** One event, flattened as the log service does it. */
function row(event: Event): LogRow {
	const { at, username, verb, namespace = '', resource = '', group = '', name = '', more = {} } = event;
	const root = group === '' ? '/api/v1' : `/apis/${group}/v1`;
	const within = namespace === '' ? '' : `/namespaces/${namespace}`;
	const uri = event.uri ?? `${root}${within}/${resource}${name === '' ? '' : `/${name}`}`;
	const time = new Date(at * 1000).toISOString().replace('Z', '123Z');
	return {
		__time__: String(at),
		__topic__: '',
		__source__: '10.0.0.5',
		auditID: event.auditId,
		level: resource === 'secrets' ? 'Metadata' : 'Request',
		stage: 'ResponseComplete',
		verb,
		requestURI: uri,
		'user.username': username,
		'user.groups': JSON.stringify(['system:users', 'system:authenticated']),
		sourceIPs: JSON.stringify([event.ip]),
		userAgent: event.agent ?? 'kubectl/v1.33.1 (linux/amd64) kubernetes/8adc0f0',
		...(resource === '' ? {} : { 'objectRef.resource': resource }),
		...(group === '' ? {} : { 'objectRef.apiGroup': group }),
		...(namespace === '' ? {} : { 'objectRef.namespace': namespace }),
		...(name === '' ? {} : { 'objectRef.name': name }),
		'responseStatus.code': event.isDenied === true ? '403' : '200',
		[DECISION]: event.isDenied === true ? 'forbid' : 'allow',
		[REASON]:
			event.isDenied === true
				? ''
				: `RBAC: allowed by ClusterRoleBinding "b-${username.slice(-4)}" of ClusterRole "cs:ops" to User "${username}"`,
		requestReceivedTimestamp: time,
		...more,
	};
}

type Work = Pick<Event, 'verb' | 'resource' | 'group' | 'namespace' | 'name' | 'uri'>;

const WORK: [Work, ...Work[]] = [
	{ verb: 'list', resource: 'pods', namespace: 'shop' },
	{ verb: 'get', resource: 'deployments', group: 'apps', namespace: 'shop', name: 'web' },
	{ verb: 'patch', resource: 'deployments', group: 'apps', namespace: 'shop', name: 'web' },
	{ verb: 'list', resource: 'nodes' },
	{ verb: 'get', resource: 'secrets', namespace: 'billing', name: 'db' },
	{ verb: 'get', uri: '/apis?timeout=32s' },
];

/** What one kubeconfig was used for: whoever the cloud says was active was, and last when it says so. */
function personRows(
	cluster: CloudCluster,
	{ accountId, suffix, activity }: IssuedKubeconfig,
	index: number,
	born: EpochSeconds,
): LogRow[] {
	const random = seeded(`${cluster.id}/${accountId}`);
	const isOld = activity.answer !== 'found' && random.next() < 0.5;
	if (activity.answer !== 'found' && !isOld) return [];
	const last = activity.answer === 'found' ? activity.last : born - random.between(8, 25) * DAY;
	const username = index % 5 === 4 ? accountId : `${accountId}-${suffix}`;
	const isDenied = index % 6 === 5;
	const isHidden = index % 7 === 6 && !isDenied;
	const ip = `203.0.113.${random.between(1, 250)}`;
	const extra = createHash('sha256').update(`${cluster.id}/${accountId}/${suffix}`).digest('hex');
	return Array.from({ length: random.between(3, 12) }, (_, at) => {
		const isLast = at === 0;
		const id = isLast && activity.answer === 'found' ? activity.auditId : auditId(random);
		const event = row({
			...random.pick(WORK),
			at: isLast ? last : last - random.between(1, 3 * DAY),
			username,
			auditId: id,
			ip,
			isDenied,
			more: {
				'user.extra': JSON.stringify({
					'authentication.kubernetes.io/credential-id': [`X509SHA256=${extra}`],
				}),
				...(index === 0 && isLast ? { 'impersonatedUser.username': 'support' } : {}),
			},
		});
		// Console paths log the administrator and name the person in the reason alone.
		return isHidden ? { ...event, 'user.username': 'kubernetes-admin' } : event;
	});
}

/** Seconds between two signs of life of the control plane. */
const BEAT = 1200;

async function systemRows(cluster: CloudCluster, { from, now }: Times): Promise<LogRow[]> {
	const account = await serviceAccount(cluster);
	const random = seeded(`${cluster.id}/system`);
	const rows: LogRow[] = [];
	for (let at = Math.ceil(from / BEAT) * BEAT; at < now; at += BEAT) {
		rows.push(lease(random, at, 'system:kube-controller-manager', 'kube-controller-manager'));
		if (at % (9 * BEAT) === 0) rows.push(lease(random, at + 60, 'system:kube-scheduler', 'kube-scheduler'));
		if (at % (18 * BEAT) === 0 && account !== null) rows.push(...watch(random, at + 120, account));
	}
	return rows;
}

function lease(random: Random, at: EpochSeconds, username: string, name: string): LogRow {
	const object = {
		verb: 'update',
		resource: 'leases',
		group: 'coordination.k8s.io',
		namespace: 'kube-system',
	};
	return row({ ...object, name, at, username, auditId: auditId(random), agent: name, ip: '10.0.0.5' });
}

/** One watch, with an event for its start and one for its end. */
function watch(
	random: Random,
	at: EpochSeconds,
	{ username, uid }: { username: string; uid: string },
): LogRow[] {
	const id = auditId(random);
	const of = (seconds: EpochSeconds, stage: string) =>
		row({
			verb: 'watch',
			resource: 'certificatesigningrequests',
			group: 'certificates.k8s.io',
			at: seconds,
			username,
			auditId: id,
			agent: 'ack-certificates/1.0',
			ip: '10.0.0.9',
			more: { stage, 'user.uid': uid },
		});
	return [of(at, 'ResponseStarted'), of(at + 300, 'ResponseComplete')];
}

async function serviceAccount({
	kubernetes,
}: CloudCluster): Promise<{ username: string; uid: string } | null> {
	const { objects } = (await kubernetes?.open()) ?? { objects: null };
	const found = objects?.serviceaccounts.find(({ metadata }) => metadata.name === 'ack-certificates');
	if (found === undefined) return null;
	return {
		username: `system:serviceaccount:${found.metadata.namespace}:ack-certificates`,
		uid: String(found.metadata.uid),
	};
}

function auditId(random: Random): string {
	return `${random.digits(8)}-${random.digits(4)}-4000-8000-${random.digits(12)}`;
}
