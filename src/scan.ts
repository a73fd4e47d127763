import pLimit from 'p-limit';
import { type Assessment, assess } from './assess.ts';
import { refuseSharedLogs, withTrail } from './audit.ts';
import type { CloudDiscovered } from './cloud.ts';
import { brokenFacts, collectLive } from './collect.ts';
import { complianceOf } from './compliance.ts';
import { type Discovered, discover } from './discover.ts';
import type { Bundle } from './evaluate/bundle.ts';
import { createPool, type PolicyPool } from './evaluate/pool.ts';
import { assessKeys } from './fleet.ts';
import { isFound, type Memory, openMemory } from './history.ts';
import { describeFailure } from './lib/api-error.ts';
import { emptyCluster, emptyFacts } from './lib/empty-facts.ts';
import { ScanError } from './lib/scan-error.ts';
import { oneLine } from './lib/text.ts';
import type { EpochSeconds, Facts } from './model/facts.ts';
import type { Report, ReportedCluster } from './model/report.ts';
import type { ScanRequest } from './model/scan.ts';
import { judgeFindings, withoutAccepted } from './overdue.ts';
import { type Assigned, assignEndpoints } from './providers/files/assign.ts';
import { offlineFacts } from './providers/files/attach.ts';
import { type FileEndpoint, type FileFacts, readKubeconfigFile } from './providers/files/file-facts.ts';
import { readKubeconfigFiles } from './providers/files/read-kubeconfigs.ts';
import type { Roster } from './providers/roster/index.ts';
import { type Outcome, statusOf, toReport } from './report.ts';
import { withRoster } from './roster.ts';
import { applyWaivers } from './waivers.ts';

/**
 * The whole flow: targets → facts → records → verdicts → findings → report, cluster by cluster. A
 * cluster's facts are let go before the next ones pile up.
 * @throws {ScanError} for what makes the run impossible; everything about a cluster is in the report.
 */
export async function scan(request: ScanRequest, bundle: Bundle): Promise<Report> {
	const memory = await openMemory(request);
	try {
		const pool = await createPool(bundle, { threads: request.threads });
		try {
			return await scanWith(pool, memory, request, bundle);
		} finally {
			await pool.close();
		}
	} finally {
		memory?.close();
	}
}

async function scanWith(
	pool: PolicyPool,
	memory: Memory | null,
	asked: ScanRequest,
	bundle: Bundle,
): Promise<Report> {
	// One salt for all runs of a history: their hashes can be compared.
	const request = { ...asked, sourceSalt: memory?.salt ?? asked.sourceSalt };
	const files = await readKubeconfigFiles(request.files, request.signal);
	const discovered = await discover(request);
	const [cloud, roster] = await Promise.all([cloudClusters(request, discovered), readRoster(request)]);
	refuseNothing(files, discovered, request);
	const assigned = assign(files, discovered, cloud);
	const offline = offlineFacts(assigned.offline, files, request.now);
	const broken = discovered.broken.map(target => brokenFacts(target, request.now));
	const work = [
		...liveWork(withoutOwn(discovered, cloud), assigned, request),
		...cloudWork(cloud, assigned),
		...[...offline, ...broken, ...cloud.broken].map(readyWork),
	];
	refuseSharedLogs(request, work.length);
	const complete: Complete = async facts => {
		const known = roster === null ? facts : withRoster(facts, roster);
		const heard = await withTrail(known, request);
		return memory === null ? heard : memory.withHistory(heard, roster);
	};
	request.onEvent({ kind: 'targets', count: work.length });
	for (const message of [...discovered.notices, ...assigned.ambiguous.map(ambiguity)])
		request.onEvent({ kind: 'notice', message });
	try {
		const done = await assessAll(work, complete, pool, request, bundle);
		const report = toReport(await finish(done, pool, memory, request, bundle), request, bundle);
		const whole = { ...report, compliance: complianceOf(request.frameworks, report) };
		return memory === null ? whole : await memory.save(whole);
	} finally {
		for (const { ways } of discovered.clusters) for (const way of ways) way.connected?.close();
	}
}

/** Adds to a cluster's facts what was read elsewhere. */
type Complete = (facts: Facts) => Promise<Facts>;

/** One cluster to come: its name for progress, and how its facts are had. */
interface Work {
	name: string;
	uid: string;
	facts: () => Promise<Facts>;
}

interface Done {
	assessments: Assessment[];
	interrupted: { uid: string; name: string }[];
}

/** With nothing else to scan, a file that cannot be used is the user's mistake and not a bad target among many. */
function refuseNothing(
	files: FileFacts[],
	{ clusters, error }: Discovered,
	{ savedFacts, clouds }: ScanRequest,
): void {
	const isAlone =
		clusters.length === 0 &&
		clouds.length === 0 &&
		savedFacts === null &&
		files.every(file => file.error !== null);
	const first = error ?? files[0]?.error ?? null;
	if (isAlone && first !== null) throw first;
}

async function readRoster({ roster, now, signal }: ScanRequest): Promise<Roster | null> {
	if (roster === null) return null;
	return (await import('./providers/roster/index.ts')).createRoster({ ...roster, now, signal });
}

/** The SDKs of a cloud are loaded only where one is asked. */
async function cloudClusters(request: ScanRequest, { clusters }: Discovered): Promise<CloudDiscovered> {
	if (request.clouds.length === 0) return { clusters: [], broken: [] };
	return (await import('./cloud.ts')).discoverCloud(request, clusters);
}

/** A cluster that its cloud lists as well is scanned as the cloud's. */
function withoutOwn(discovered: Discovered, cloud: CloudDiscovered): Discovered {
	const claimed = new Set(cloud.clusters.map(({ own }) => own));
	return { ...discovered, clusters: discovered.clusters.filter(cluster => !claimed.has(cluster)) };
}

function cloudWork({ clusters }: CloudDiscovered, { live }: Assigned): Work[] {
	return clusters.map(({ uid, name, own, facts }) => ({
		uid,
		name,
		facts: () => facts(live.get(own?.uid ?? uid) ?? []),
	}));
}

function assign(files: FileFacts[], { clusters }: Discovered, cloud: CloudDiscovered): Assigned {
	const live = clusters.map(({ uid, ways }) => ({
		uid,
		servers: ways.map(({ target }) => target.cluster.server),
		certificateAuthorities: ways.flatMap(({ target }) => target.certificateAuthorities),
	}));
	const listed = cloud.clusters.flatMap(({ uid, servers, own }) =>
		own === null ? [{ uid, servers, certificateAuthorities: [] }] : [],
	);
	return assignEndpoints(
		files.flatMap(({ endpoints }) => endpoints),
		[...live, ...listed],
	);
}

function ambiguity({ contexts, name, server }: FileEndpoint): string {
	const what = oneLine(contexts[0] ?? name, 200);
	return `${what}: several clusters have the address ${oneLine(server, 100)}, and neither its CA nor a cluster id tells which it is; it is a cluster known from files only`;
}

function liveWork(
	{ clusters }: Discovered,
	{ live }: Assigned,
	{ now, readBootstrapTokens, audits }: ScanRequest,
): Work[] {
	const read = new Map<string, FileFacts>();
	const readFile = (path: string) => {
		const file = read.get(path) ?? readKubeconfigFile(path);
		read.set(path, file);
		return file;
	};
	return clusters.map(cluster => ({
		name: cluster.name,
		uid: cluster.uid,
		facts: () =>
			collectLive(cluster, {
				now,
				readBootstrapTokens,
				isAudited: audits.length > 0,
				readFile,
				files: live.get(cluster.uid) ?? [],
			}),
	}));
}

function readyWork(facts: Facts): Work {
	return { name: facts.cluster.name, uid: facts.cluster.uid, facts: async () => facts };
}

async function assessAll(
	work: Work[],
	complete: Complete,
	pool: PolicyPool,
	request: ScanRequest,
	bundle: Bundle,
): Promise<Done> {
	const done: Done = { assessments: [], interrupted: [] };
	const limit = pLimit(request.concurrency);
	await Promise.all(work.map(one => limit(() => assessOne(one, complete, done, pool, request, bundle))));
	for await (const facts of request.savedFacts ?? []) {
		const { uid, name } = facts.cluster;
		await assessOne({ uid, name, facts: async () => facts }, complete, done, pool, request, bundle);
	}
	return done;
}

async function assessOne(
	{ name, uid, facts: read }: Work,
	complete: Complete,
	done: Done,
	pool: PolicyPool,
	request: ScanRequest,
	bundle: Bundle,
): Promise<void> {
	const { signal, now, onEvent, onFacts } = request;
	const judge = (facts: Facts) => assess(facts, { pool, catalog: bundle.catalog, now, signal });
	const failed = (error: unknown) => {
		// A ScanError means that no cluster could be judged; anything else stays with this one.
		if (signal.aborted || error instanceof ScanError) throw error;
		return failedFacts(uid, name, error, now);
	};
	try {
		signal.throwIfAborted();
		onEvent({ kind: 'cluster_started', cluster: name });
		const facts = await read().then(complete).catch(failed);
		// What was cut short looks like gaps: it is no picture of the cluster.
		signal.throwIfAborted();
		await onFacts?.(facts);
		const assessment = await judge(facts).catch(error => judge(failed(error)));
		done.assessments.push(assessment);
		const findings = assessment.findings.filter(({ outcome }) => outcome === 'fail').length;
		const status = statusOf(assessment.facts);
		// The report has it too, but whoever watches a nightly log looks there first.
		const [gap] = assessment.facts.gaps;
		if (status === 'unreachable' && gap) onEvent({ kind: 'notice', message: `${name}: ${gap.message}` });
		onEvent({
			kind: 'cluster_finished',
			cluster: name,
			status,
			findings,
			gaps: assessment.facts.gaps.length,
		});
	} catch (error) {
		if (!signal.aborted) throw error;
		done.interrupted.push({ uid, name });
	}
}

/** A cluster that our own code did not expect: told like one that could not be reached. */
function failedFacts(uid: string, name: string, error: unknown, now: EpochSeconds): Facts {
	const reason = `kubelapse failed on this cluster (${describeFailure(error).message}); please report it`;
	const gap = { source: 'cluster', code: 'partial', message: reason, permission: '', subject: '' } as const;
	return { ...emptyFacts(emptyCluster(uid, name, 'kubernetes'), now, 'unavailable'), gaps: [gap] };
}

/** What spans clusters comes last: keys shared between them, clusters that never turned up, and waivers. */
async function finish(
	{ assessments, interrupted }: Done,
	pool: PolicyPool,
	memory: Memory | null,
	request: ScanRequest,
	bundle: Bundle,
): Promise<Outcome> {
	// Order of arrival is chance; everything below is sorted from here on.
	assessments.sort((a, b) => (a.ref.uid < b.ref.uid ? -1 : 1));
	const { now, signal } = request;
	const options = { pool, catalog: bundle.catalog, now, signal };
	const keys = await assessKeys(assessments, options).catch(error => {
		if (signal.aborted) return null;
		throw error;
	});
	const evaluations = [
		...assessments.map(({ evaluation }) => evaluation),
		...(keys === null ? [] : [keys.evaluation]),
	];
	const missing = [...new Set(request.expect)].filter(
		wanted => !assessments.some(({ ref }) => ref.uid === wanted || ref.name === wanted),
	);
	const gone = notFound({ assessments, interrupted }, missing, memory);
	const open = interrupted.filter(({ uid, name }) => !missing.includes(uid) && !missing.includes(name));
	const found = [...assessments.flatMap(({ findings }) => findings), ...(keys?.findings ?? [])];
	const judged = {
		assessments,
		notAssessed: [
			...missing.map(name => notAssessed(name, name, request.now)),
			...gone.map(({ uid, name }) => notAssessed(uid, name, request.now)),
			...open.map(({ uid, name }) => notAssessed(uid, name, request.now)),
		],
		findings: (await memory?.withFirstSeen(found)) ?? found,
		outcomes: evaluations.flatMap(({ outcomes }) => outcomes),
	};
	const overdue = memory === null ? null : await judgeFindings(judged.findings, assessments, options);
	if (overdue !== null) {
		judged.findings.push(...overdue.findings);
		evaluations.push(overdue.evaluation);
	}
	const waived = await applyWaivers(judged, request, options);
	if (waived.evaluation !== null) evaluations.push(waived.evaluation);
	return {
		...judged,
		findings: withoutAccepted(waived.findings, waived.suppressed),
		suppressed: waived.suppressed,
		waivers: waived.waivers,
		outcomes: evaluations.flatMap(({ outcomes }) => outcomes),
		policyErrors: evaluations.flatMap(({ policyErrors }) => policyErrors),
	};
}

/** Clusters that earlier runs found, less those that are named as missing anyway. */
function notFound(
	{ assessments, interrupted }: Done,
	missing: string[],
	memory: Memory | null,
): { uid: string; name: string }[] {
	const present = [
		...assessments.map(({ ref: { uid, name }, facts }) => ({ uid, name, isFound: isFound(facts) })),
		...interrupted.map(({ uid, name }) => ({ uid, name, isFound: false })),
	];
	const gone = memory?.missing(present) ?? [];
	return gone.filter(({ uid, name }) => !missing.includes(uid) && !missing.includes(name));
}

/** A cluster that belongs in the report although nothing is known of it. */
function notAssessed(uid: string, name: string, now: EpochSeconds): ReportedCluster {
	return {
		...emptyCluster(uid, name, 'kubernetes'),
		status: 'not_assessed',
		collectedAt: now,
		sources: [],
		ledgerSince: null,
		records: {},
		findings: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
		unknown: 0,
	};
}
