import { withActivity } from './activity.ts';
import { type CloudTrail, readTrail } from './cloud-audit.ts';
import { type CloudTime, createCloudTime } from './cloud-time.ts';
import { collectLive } from './collect.ts';
import { boundUids, toIdentities, withHolders } from './collectors/alibaba/identities.ts';
import { boundWithoutState, toCredential } from './collectors/alibaba/states.ts';
import { type LiveCluster, reach, type Way } from './discover.ts';
import { ApiError, toGap } from './lib/api-error.ts';
import { emptyCluster, emptyFacts } from './lib/empty-facts.ts';
import { normalizeServer } from './lib/server-url.ts';
import { byCodeUnit, oneLine } from './lib/text.ts';
import type {
	Auditing,
	CloudState,
	Cluster,
	Credential,
	Facts,
	Gap,
	Source,
	SourceStatus,
} from './model/facts.ts';
import type { CloudTarget, ScanRequest } from './model/scan.ts';
import { type Account, type CallerIdentity, readCaller } from './providers/alibaba/account.ts';
import { createCaller } from './providers/alibaba/call.ts';
import {
	type ClusterRow,
	issueTemporaryKubeconfig,
	listClusters,
	listStates,
	listUserStates,
	readAudit,
} from './providers/alibaba/container-service.ts';
import { type Directory, readDirectory, unreadDirectory } from './providers/alibaba/directory.ts';
import { readIssued } from './providers/alibaba/issued.ts';
import type { Listing } from './providers/alibaba/pages.ts';
import { createClients, DEFAULT_REGION } from './providers/alibaba/sdk.ts';
import { attachEndpoints } from './providers/files/attach.ts';
import { type FileEndpoint, readKubeconfigFile } from './providers/files/file-facts.ts';
import { type LiveTarget, targetOfText } from './providers/kubernetes/targets.ts';

/** One cluster that the cloud lists, and how its facts are had. */
export interface CloudCluster {
	uid: string;
	name: string;
	/** Addresses by which kubeconfig files may name it. */
	servers: string[];
	/** The same cluster, reached by a kubeconfig of one's own; null where none leads to it. */
	own: LiveCluster | null;
	facts: (files: FileEndpoint[]) => Promise<Facts>;
	/** A way to its API server, by one's own kubeconfig or one issued for half an hour; a gap where there is none. */
	open: () => Promise<Way | Gap>;
	account: Account;
	row: ClusterRow;
}

/** What the clouds' accounts have; an account that could not be listed is a cluster that nobody saw. */
export interface CloudDiscovered {
	clusters: CloudCluster[];
	broken: Facts[];
}

/** Lists every account's clusters. Nothing of a cluster is read before its `facts` are asked for. */
export async function discoverCloud(request: ScanRequest, live: LiveCluster[]): Promise<CloudDiscovered> {
	const targets = request.clouds;
	const caller = createCaller({
		timeoutMs: request.requestTimeoutSeconds * 1000,
		signal: request.signal,
		atOneAddress: Object.keys(targets[0]?.access.endpoints ?? {}),
	});
	const accounts = await Promise.all(
		targets.map(target => listAccount({ ...target, caller, profile: target.access.profile ?? '' }, request)),
	);
	const serversOf = ownServers(accounts.flatMap(({ rows }) => rows));
	const clusters = accounts.flatMap(({ wanted, context }) =>
		context === null ? [] : wanted.map(row => cloudClusterOf(row, live, serversOf, context)),
	);
	return {
		// Two profiles may be of one account.
		clusters: clusters.filter(({ uid }, at) => clusters.findIndex(other => other.uid === uid) === at),
		broken: accounts.flatMap(({ broken }) => broken),
	};
}

function cloudClusterOf(
	row: ClusterRow,
	live: LiveCluster[],
	serversOf: (row: ClusterRow) => string[],
	context: Context,
): CloudCluster {
	const isHere = ({ ways }: LiveCluster) =>
		ways.some(({ target }) => serversOf(row).includes(target.cluster.server));
	const own = live.find(isHere) ?? null;
	const time = createCloudTime(context.account, context.request);
	return {
		uid: row.id,
		name: row.name || row.id,
		servers: allServers(row),
		own,
		facts: files => clusterFacts(row, own, files, context),
		open: () => openWay(row, own, time, context),
		account: context.account,
		row,
	};
}

type AccountTarget = CloudTarget & Pick<Account, 'caller' | 'profile'>;

/** The clusters of one account, and those that are to be scanned. */
interface ListedAccount {
	rows: ClusterRow[];
	wanted: ClusterRow[];
	/** Null where nothing could be listed. */
	context: Context | null;
	broken: Facts[];
}

async function listAccount(target: AccountTarget, request: ScanRequest): Promise<ListedAccount> {
	const account: Account = {
		clients: createClients(target.access),
		caller: target.caller,
		profile: target.profile,
	};
	try {
		const known = readCaller(account, target.regions[0] ?? DEFAULT_REGION);
		const directory = readDirectory(
			account,
			known.then(({ accountId }) => accountId),
		);
		// It is awaited with the first cluster: until then a failure is nobody's.
		directory.catch(() => {});
		const [caller, { rows, fault }] = await Promise.all([known, listClusters(account, target.regions)]);
		const wanted = rows.filter(
			({ id, name }) =>
				target.clusters.length === 0 || target.clusters.includes(id) || target.clusters.includes(name),
		);
		const userStates = userStatesOnce(account);
		const toldCodes = new Set<string>();
		const context = { account, caller, directory, target, request, userStates, toldCodes };
		const cut = new ApiError('partial', 0, `the list of clusters is not whole: ${fault}`);
		return { rows, wanted, context, broken: fault === '' ? [] : [unlisted(account, request, cut)] };
	} catch (error) {
		if (request.signal.aborted) throw error;
		return { rows: [], wanted: [], context: null, broken: [unlisted(account, request, error)] };
	}
}

/** An account whose clusters nobody could list stays in the report. */
function unlisted({ profile }: Account, { now }: ScanRequest, error: unknown): Facts {
	const name = profile === '' ? 'Alibaba Cloud account' : `Alibaba Cloud account ${oneLine(profile, 60)}`;
	const cluster = emptyCluster(`alibaba:${profile}`, name, 'alibaba');
	return {
		...emptyFacts(cluster, now, 'unavailable'),
		gaps: [toGap('cloud', 'cs:DescribeClustersV1', error)],
	};
}

interface Context {
	account: Account;
	caller: CallerIdentity;
	directory: Promise<Directory>;
	target: AccountTarget;
	request: ScanRequest;
	userStates: (uid: string) => Promise<Map<string, string>>;
	/** Of seven-day records that failed. */
	toldCodes: Set<string>;
}

/** Each identity's own list is asked for once, however many clusters it is in doubt on. */
function userStatesOnce(account: Account): Context['userStates'] {
	const known = new Map<string, Promise<Map<string, string>>>();
	return uid => {
		const asked =
			known.get(uid) ??
			listUserStates(account, uid).then(
				({ rows }) => new Map(rows.map(({ clusterId, certState }) => [clusterId, certState])),
			);
		known.set(uid, asked);
		return asked;
	};
}

/** Of one of many clusters: the first handshake is then the only whole one. */
const FEW_SOCKETS = 2;

/** States of a cluster in which its API server is not to be asked. */
const DOWN = [
	'initial',
	'deleting',
	'deleted',
	'delete_failed',
	'failed',
	'disconnected',
	'unavailable',
	'waiting',
	'create_timeout',
];

async function clusterFacts(
	row: ClusterRow,
	own: LiveCluster | null,
	files: FileEndpoint[],
	context: Context,
): Promise<Facts> {
	const { request } = context;
	const time = createCloudTime(context.account, request);
	const { account } = time;
	const gaps: Gap[] = [];
	const lose =
		<T>(action: string, otherwise: T) =>
		(error: unknown): T => {
			request.signal.throwIfAborted();
			gaps.push(toGap('cloud', action, error));
			return otherwise;
		};
	const audited = time.spend(readAudit(account, row)).catch(lose('cs:GetClusterAuditProject', null));
	const [states, audit, live, directory, logged] = await Promise.all([
		time
			.spend(listStates(account, row))
			.catch(lose<Listing<never> | null>('cs:ListClusterKubeconfigStates', null)),
		audited,
		liveFacts(row, own, files, time, context),
		// Not of the cluster's own time: the account's lists are long for whoever comes first.
		createCloudTime(context.account, request).spend(context.directory).catch(lateDirectory(context)),
		audited.then(found => trailOf(row, found, context)),
	]);
	if (states !== null && states.fault !== '')
		gaps.push({
			source: 'cloud',
			code: 'partial',
			message: `the list of kubeconfigs is not whole: ${states.fault}`,
			permission: '',
			subject: '',
		});
	const bound = boundUids(live.bindings);
	const listed = await kubeconfigs(row, states, bound, { ...context, time }, gaps);
	const cloudStates = listed.flatMap(({ cloud }) => cloud ?? []);
	const usernames = live.credentials.map(({ username }) => username);
	const identities = toIdentities(withHolders(bound, usernames), cloudStates, directory);
	const { credentials, failures } = await withActivity(listed, {
		account,
		spend: time.spend,
		cluster: row,
		of: context.target.activity,
		isAudited: audit?.isEnabled ?? null,
		identities,
		now: request.now,
		signal: request.signal,
	});
	tellFailures(failures, row, context);
	const kubeconfigCount = states?.rows.length ?? 0;
	return {
		...live,
		cluster: cloudCluster(row, live.cluster, audit, context),
		reachable: live.reachable || states !== null,
		credentials: [...live.credentials, ...credentials],
		identities,
		audit: logged?.trail ?? live.audit,
		sources: [
			...live.sources.filter(
				({ source }) =>
					!(source === 'usage' && logged !== null) && source !== 'cloud' && source !== 'identities',
			),
			status('cloud', gaps, states === null, kubeconfigCount),
			status('identities', directory.gaps, false, cloudStates.length),
			...(logged === null ? [] : [logged.status]),
		],
		gaps: [...live.gaps, ...gaps, ...directory.gaps, ...(logged?.gaps ?? [])],
	};
}

/** The account's lists may come too late for a cluster: then nobody of it is known to be gone, or to be there. */
function lateDirectory({ caller, request }: Context): (error: unknown) => Directory {
	return error => {
		request.signal.throwIfAborted();
		if (!(error instanceof ApiError)) throw error;
		return unreadDirectory(caller.accountId, toGap('identities', 'ram:ListUsers', error));
	};
}

/** Each reason once in a run: the views say it of every record. */
function tellFailures(failures: Map<string, string>, row: ClusterRow, { toldCodes, request }: Context): void {
	for (const [code, why] of failures) {
		if (toldCodes.has(code)) continue;
		toldCodes.add(code);
		const message = `${oneLine(row.name || row.id, 60)}: seven-day record: ${why}; further ones of this kind are in the views only`;
		request.onEvent({ kind: 'notice', message });
	}
}

/** Null where nobody wants it. */
function trailOf(
	row: ClusterRow,
	audit: { isEnabled: boolean | null; project: string } | null,
	{ account, target, request }: Context,
): Promise<CloudTrail> | null {
	if (target.audit === null) return null;
	const { now, signal, showSources, sourceSalt: salt } = request;
	// A time of its own: a long log costs the cluster nothing else.
	const time = createCloudTime(account, request);
	return readTrail(time, { ...row, ...audit }, { ...target.audit, now, showSources, salt, signal });
}

function status(source: Source, gaps: Gap[], isLost: boolean, count: number): SourceStatus {
	const denied = gaps.some(({ code }) => code === 'forbidden');
	const some = denied ? 'denied' : isLost ? 'unavailable' : 'partial';
	return { source, status: gaps.length === 0 ? 'complete' : some, count };
}

function cloudCluster(
	row: ClusterRow,
	live: Cluster,
	audit: { isEnabled: boolean | null; project: string } | null,
	{ caller }: Context,
): Cluster {
	const state: Auditing['state'] =
		audit?.isEnabled === true ? 'on' : audit?.isEnabled === false ? 'off' : 'unknown';
	return {
		...live,
		uid: row.id,
		name: row.name || row.id,
		provider: 'alibaba',
		server: live.server || normalizeServer(row.publicEndpoint || row.privateEndpoint),
		version: live.version || row.version,
		createdAt: live.createdAt ?? row.createdAt,
		auditing: { ...live.auditing, state },
		cloud: {
			accountId: caller.accountId,
			callerUid: caller.uid,
			region: row.region,
			type: row.type,
			profile: row.profile,
			state: row.state,
			auditProject: audit?.project ?? '',
		},
	};
}

/** The states of the cluster, and of whoever bindings name and they do not. */
async function kubeconfigs(
	row: ClusterRow,
	states: Listing<Parameters<typeof toCredential>[1]> | null,
	bound: Map<string, Set<string>>,
	{ userStates, request, time }: Context & { time: CloudTime },
	gaps: Gap[],
): Promise<Credential[]> {
	if (states === null) return [];
	const listed = states.rows.map(state => toCredential(row, state));
	const known = new Set(states.rows.map(({ accountId }) => accountId));
	// A list that was cut names nobody as missing.
	const missing = states.fault === '' ? [...bound.keys()].filter(uid => !known.has(uid)) : [];
	const doubtful = listed.filter(({ state }) => state === 'unknown');
	// A permission is missing for everybody, anything else for this one.
	const lose = (gap: Gap, subject: string) => {
		const isKnown = gap.permission !== '' && gaps.some(({ permission }) => permission === gap.permission);
		if (!isKnown) gaps.push({ ...gap, subject: gap.permission === '' ? subject : '' });
	};
	const ask = async (uid: string) =>
		(
			await time.spend(userStates(uid)).catch(error => {
				request.signal.throwIfAborted();
				lose(toGap('cloud', 'cs:ListUserKubeConfigStates', error), `kubeconfig:${row.id}/${uid}`);
				return new Map<string, string>();
			})
		).get(row.id) ?? null;
	const unlistedOnes = await Promise.all(
		missing.map(async uid => boundWithoutState(row, uid, await ask(uid))),
	);
	const certain = await Promise.all(
		doubtful.map(async credential => settled(credential, await ask(credential.username))),
	);
	const settledByUid = new Map(certain.map(credential => [credential.uid, credential]));
	return [...listed.map(credential => settledByUid.get(credential.uid) ?? credential), ...unlistedOnes].sort(
		(a, b) => byCodeUnit(a.uid, b.uid),
	);
}

/** Unknown in both views stays so; the identity's own view may know more. */
function settled(credential: Credential, certState: string | null): Credential {
	const states: Record<string, Credential['state']> = {
		Unexpired: 'effective',
		Expired: 'expired',
		Removed: 'revoked',
	};
	const state = certState === null || !Object.hasOwn(states, certState) ? undefined : states[certState];
	const cloud: CloudState | null = credential.cloud && {
		...credential.cloud,
		certState: certState ?? credential.cloud.certState,
	};
	return state === undefined ? credential : { ...credential, state, cloud };
}

function allServers({ publicEndpoint, privateEndpoint }: ClusterRow): string[] {
	const urls = [publicEndpoint, privateEndpoint].map(url => normalizeServer(url));
	return [...new Set(urls)].filter(url => url !== '');
}

/** Addresses that are one cluster's alone: every VPC may have its 192.168.0.1, of whichever account. */
function ownServers(rows: ClusterRow[]): (row: ClusterRow) => string[] {
	const users = new Map<string, Set<string>>();
	for (const row of rows)
		for (const url of allServers(row)) users.set(url, (users.get(url) ?? new Set()).add(row.id));
	return row => allServers(row).filter(url => users.get(url)?.size === 1);
}

/** RBAC and what else the API server tells, through a kubeconfig of one's own or one issued for half an hour. */
async function liveFacts(
	row: ClusterRow,
	own: LiveCluster | null,
	files: FileEndpoint[],
	time: CloudTime,
	context: Context,
): Promise<Facts> {
	const { request } = context;
	const options = {
		now: request.now,
		readBootstrapTokens: request.readBootstrapTokens,
		isAudited: request.audits.length > 0,
		files,
		readFile: readKubeconfigFile,
	};
	const way = await openWay(row, own, time, context);
	if (own?.ways.some(each => each === way)) return collectLive(own, options);
	if ('source' in way && own !== null) {
		const facts = await collectLive(own, options);
		return { ...facts, gaps: [...facts.gaps, way] };
	}
	if ('source' in way) {
		const cluster = emptyCluster(row.id, row.name, 'alibaba');
		const unread = { ...emptyFacts(cluster, request.now, 'unavailable'), gaps: [way] };
		return attachEndpoints(unread, files);
	}
	const ways: LiveCluster['ways'] = [way, ...(own?.ways ?? [])];
	return collectLive({ uid: row.id, name: row.name, ways }, options);
}

/** A kubeconfig of one's own where it works or none may be issued, else one that ends by itself. */
async function openWay(
	row: ClusterRow,
	own: LiveCluster | null,
	time: CloudTime,
	context: Context,
): Promise<Way | Gap> {
	const isOpen = own?.ways[0].probe.isReachable === true;
	if (own !== null && (isOpen || context.target.kubeconfigMinutes === null)) return own.ways[0];
	const found = await temporaryTarget(row, time, context);
	if ('source' in found) return found;
	return reach(found, context.request, { isNext: true, maxSockets: FEW_SOCKETS });
}

async function temporaryTarget(
	row: ClusterRow,
	{ account, spend }: CloudTime,
	{ target, request }: Context,
): Promise<LiveTarget | Gap> {
	const gap = (message: string): Gap => ({
		source: 'cluster',
		code: 'unreachable',
		message,
		permission: '',
		subject: '',
	});
	if (DOWN.includes(row.state))
		return gap(`the cluster is ${oneLine(row.state, 40)}: its API server was not asked`);
	if (target.kubeconfigMinutes === null)
		return gap('no kubeconfig of your own leads to it, and --no-temporary-kubeconfig forbids to issue one');
	const isPrivate = target.endpointAccess === 'private';
	if (!isPrivate && row.publicEndpoint === '' && row.privateEndpoint !== '')
		return gap('it has no public address; --endpoint-access private reaches it from within its network');
	const action = 'cs:DescribeClusterUserKubeconfig';
	try {
		const text = await spend(
			issueTemporaryKubeconfig(account, row, { minutes: target.kubeconfigMinutes, isPrivate }),
		);
		const issued = readIssued(text);
		if ('problem' in issued) return gap(`the issued kubeconfig is not used: ${issued.problem}`);
		const loaded = targetOfText(row.name || row.id, text, issued.kubeconfig, request.now);
		return 'message' in loaded ? gap(`the issued kubeconfig cannot be used: ${loaded.message}`) : loaded;
	} catch (error) {
		request.signal.throwIfAborted();
		return toGap('cluster', action, error);
	}
}
