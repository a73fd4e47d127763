import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CloudFleetOptions } from '../src/demo/alibaba/fleet.ts';
import type { CloudOrder, Seen } from './cloud-server.ts';
import { measure, nodeCommand, type Run } from './measure.ts';
import { printLimit, printRuns } from './table.ts';

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const MAIN = pathOf('../dist/cli/main.js');
/** What ack-ram-tool took for each cluster on the same set-up, one after the other. */
const PEER_MS = 80;
const ROUNDS = 3;

interface Cloud {
	ask: (order: CloudOrder) => Promise<unknown>;
	scan: () => Promise<Run>;
}

/** Scans of a cloud in a process of its own, which holds each answer back for 40 ms. */
export async function benchCloud(): Promise<boolean> {
	console.log(`(f) scan --alibaba, 40 ms on each call of the cloud, load ${loadavg()[0]?.toFixed(1)}`);
	console.log(
		'  ordinary: everybody is a RAM user whose file is in force and who may view or edit one namespace; each\n' +
			'  file still draws two findings, since it is a certificate and of years. traps: the fleet of the demo, where\n' +
			'  most accesses are wrong in some way; its run is told beside, and the limit is not its own.\n' +
			'  The cloud and its API servers are a process on the same processors, which the time includes.',
	);
	const results = [await fifty(), await fiftyTraps(), await fiveHundred(), await slowService()];
	return results.every(Boolean);
}

const FIFTY = { clusters: 50, identities: 330, bindings: 300, latencyMs: 40 };

async function fiftyTraps(): Promise<boolean> {
	return withCloud(FIFTY, async ({ scan, ask }) => {
		const runs = await rounds(scan);
		printRuns('50 clusters of 300 bindings, traps', runs);
		tellFindings(runs);
		await tellServer(ask);
		return true;
	});
}

async function rounds(scan: Cloud['scan']): Promise<Run[]> {
	const runs: Run[] = [];
	for (let round = 0; round < ROUNDS; round++) runs.push(await scan());
	return runs;
}

function tellFindings([run]: Run[]): void {
	const { findings } = JSON.parse(run?.stdout ?? '{"findings":[]}') as { findings: unknown[] };
	console.log(`  findings: ${findings.length}`);
}

/** What the cloud's own process took, which has to share the processors with the scan. */
async function tellServer(ask: (order: CloudOrder) => Promise<unknown>): Promise<void> {
	const seconds = ((await ask('cpu')) as number) / ROUNDS;
	console.log(`  the cloud and its API servers, each run: ${seconds.toFixed(2)} s of processor`);
}

async function fifty(): Promise<boolean> {
	return withCloud({ ...FIFTY, isOrdinary: true }, async ({ scan, ask }) => {
		const runs = await rounds(scan);
		printRuns('50 clusters of 300 bindings, ordinary', runs);
		tellFindings(runs);
		await tellServer(ask);
		console.log(`  calls: ${tell(callsOf(await ask('calls'), ROUNDS))}`);
		const load = await measure(nodeCommand('--input-type=module', '-e', SDKS), [0]);
		printRuns('of that, Node with the SDKs alone', [load]);
		const fastest = Math.min(...runs.map(({ wallSeconds }) => wallSeconds));
		return printLimit({ name: '50 clusters, fastest', value: fastest, limit: 3, bound: 'most', unit: ' s' });
	});
}

const SDKS = ['cs20151215', 'ram20150501', 'ims20190815', 'sts20150401', 'credentials']
	.map(name => `await import("@alicloud/${name}");`)

	.join('');

async function fiveHundred(): Promise<boolean> {
	const clusters = 500;
	const shape = { clusters, identities: 330, bindings: 24, latencyMs: 40 };
	return withCloud(shape, async ({ scan, ask }) => {
		const run = await scan();
		printRuns('500 clusters of 24 bindings', [run]);
		const calls = callsOf(await ask('calls'), 1);
		console.log(`  calls: ${tell(calls)}`);
		const perCluster = (run.wallSeconds * 1000) / clusters;
		return [
			printLimit({
				name: 'of one cluster',
				value: perCluster,
				limit: PEER_MS / 5,
				bound: 'most',
				unit: ' ms',
			}),
			printLimit({
				name: 'calls / fewest possible',
				value: sum(calls) / fewest(clusters, calls),
				limit: 1.05,
				bound: 'most',
				unit: '×',
			}),
			printLimit({ name: 'memory', value: run.maxRssMiB, limit: 400, bound: 'most', unit: ' MiB' }),
		].every(Boolean);
	});
}

/** A cloud that lets 20 calls of each product in a second through. */
async function slowService(): Promise<boolean> {
	const rate = 20;
	const shape = { clusters: 100, identities: 100, bindings: 10, latencyMs: 40, rate };
	return withCloud(shape, async ({ scan, ask }) => {
		const run = await scan();
		const times = ((await ask('calls')) as Seen[])
			.filter(({ action }) => CS.test(action))
			.map(({ at }) => at)
			.toSorted((a, b) => a - b);
		const took = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
		// Twenty go at once.
		const best = (times.length - rate) / rate;
		printRuns(`100 clusters at ${rate} calls a second, ${times.length} of them`, [run]);
		const { gaps } = JSON.parse(run.stdout) as { gaps: { code: string }[] };
		const lost = gaps.filter(({ code }) => code === 'throttled').length;
		return [
			printLimit({
				name: 'first to last call / best',
				value: took / best,
				limit: 1.15,
				bound: 'most',
				unit: '×',
			}),
			printLimit({ name: 'calls lost', value: lost, limit: 0, bound: 'most', unit: '' }),
		].every(Boolean);
	});
}

const CS = /Cluster|Kube[Cc]onfig/;

/** Nothing can be known with fewer: the caller, four lists of people, and what each cluster is asked. */
function fewest(clusters: number, calls: Map<string, number>): number {
	const issued = calls.get('DescribeClusterUserKubeconfig') ?? 0;
	const inDoubt = calls.get('ListUserKubeConfigStates') ?? 0;
	return 1 + 4 + Math.ceil(clusters / 50) + 3 * clusters + issued + inDoubt;
}

function callsOf(answer: unknown, rounds: number): Map<string, number> {
	const counts = new Map<string, number>();
	for (const { action } of answer as Seen[]) counts.set(action, (counts.get(action) ?? 0) + 1 / rounds);
	return counts;
}

const sum = (calls: Map<string, number>) => [...calls.values()].reduce((all, count) => all + count, 0);
const tell = (calls: Map<string, number>) =>
	`${[...calls].map(([action, count]) => `${Math.round(count)} ${action}`).join(', ')}; ${Math.round(sum(calls))} in all`;

async function withCloud(
	shape: Omit<CloudFleetOptions, 'now'>,
	work: (cloud: Cloud) => Promise<boolean>,
): Promise<boolean> {
	const dir = mkdtempSync(join(tmpdir(), 'kubelapse-bench-'));
	const child = fork(pathOf('cloud-server.ts'), { execArgv: ['--import', 'tsx'] });
	const ask = async (order: CloudOrder) => {
		child.send(order);
		const [answer] = await once(child, 'message');
		return answer as unknown;
	};
	try {
		const place = (await ask({ shape })) as Place;
		return await work({ ask, scan: () => scan(place, dir) });
	} finally {
		await stop(child);
		rmSync(dir, { recursive: true, force: true });
	}
}

async function stop(child: ChildProcess): Promise<void> {
	const ended = once(child, 'exit');
	child.send('end');
	await ended;
}

interface Place {
	endpoint: string;
	authorityPem: string;
	accessKeyId: string;
	accessKeySecret: string;
}

function scan({ endpoint, authorityPem, accessKeyId, accessKeySecret }: Place, dir: string): Promise<Run> {
	const ca = join(dir, 'ca.pem');
	writeFileSync(ca, authorityPem);
	Object.assign(process.env, {
		ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
		ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
	});
	const endpoints = ['cs', 'ram', 'ims', 'sts'].map(product => `${product}=${endpoint}`);
	const words = ['scan', '--alibaba', '--alibaba-ca', ca, '--alibaba-endpoint', ...endpoints];
	const run = nodeCommand(MAIN, ...words, '--out', '-', '--format', 'json');
	// 1: there are findings; 3: and gaps.
	return measure(run, [0, 1, 3]);
}
