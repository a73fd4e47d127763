import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import type { ApiObject } from '../../src/demo/wire.ts';
import type { Sealed } from '../../src/model/journal.ts';
import type { Plan } from '../../src/model/plan.ts';
import { recordsOf } from '../../src/remediation/journal.ts';
import { sealPlan } from '../../src/remediation/seal-plan.ts';
import { assert, describe } from '../helpers/describe.ts';
import { type LiveCluster, withLiveFleet } from '../remediation/live-fleet.ts';
import { temporaryFolder } from './processes.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const CRASH = fileURLToPath(new URL('./crash-at.mjs', import.meta.url));
/** What is on the disk before the next line is what comes after the line before it. */
const PHASES = ['before', 'torn', 'written'];

/** One binding of each kind to remove from, one to delete, and a token to quarantine. */
const OPTIONS = {
	...{ clusters: 1, orphans: 2, sound: 60, now: Math.floor(Date.now() / 1000) },
	seed: {
		serviceAccounts: ['shop/web', 'kube-system/default', 'ci/robot'],
		secrets: [
			{
				...{ name: 'ci/robot-token', type: 'kubernetes.io/service-account-token', created: -900 },
				...{ serviceAccount: 'robot', lastUsed: -400 },
			},
		],
	},
};

interface Run {
	code: number | null;
	signal: NodeJS.Signals | null;
	text: string;
}

function cli(words: string[], cwd: string, crashAt = ''): Promise<Run> {
	const preload = crashAt === '' ? [] : ['--import', CRASH];
	const child = spawn(process.execPath, [...preload, MAIN, ...words], {
		cwd,
		env: { PATH: process.env.PATH, HOME: cwd, NO_COLOR: '1', CRASH_AT: crashAt },
		stdio: ['ignore', 'pipe', 'pipe'],
		timeout: 60_000,
		killSignal: 'SIGTERM',
	});
	let text = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', chunk => {
			text += chunk;
		});
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code, signal) => resolve({ code, signal, text }));
	});
}

/** What a run leaves: objects but for their versions, and every undo record. */
function endState({ cluster }: LiveCluster, journal: string) {
	const bare = ({ metadata: { resourceVersion: _, ...metadata }, ...rest }: ApiObject) => ({
		...rest,
		metadata,
	});
	const { clusterrolebindings, rolebindings, secrets } = cluster.objects;
	const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
	const records = [...recordsOf(lines.map(line => JSON.parse(line) as Sealed))].sort(([a], [b]) =>
		a < b ? -1 : 1,
	);
	return {
		objects: [clusterrolebindings, rolebindings, secrets].map(all => all.map(bare)),
		writes: cluster.writes.filter(({ isStored }) => isStored).map(({ method, path }) => `${method} ${path}`),
		undo: records.map(([id, { begun, ended }]) => [id, ended?.outcome, begun?.before ?? null]),
	};
}

/** The same plan for another cluster of the same objects: only its address and authority differ. */
async function planFor({ cluster, server }: LiveCluster, plan: string, dir: string): Promise<string> {
	const { digest: _, ...rest }: Plan = JSON.parse(readFileSync(plan, 'utf8'));
	const { fingerprint256 } = new X509Certificate(cluster.authority.certificatePem);
	const authorities = [fingerprint256.replaceAll(':', '').toLowerCase()];
	const clusters = rest.result.clusters.map(each => ({ ...each, server: server.url, authorities }));
	const path = join(dir, 'plan.json');
	writeFileSync(path, JSON.stringify(sealPlan({ ...rest, result: { ...rest.result, clusters } })));
	return path;
}

/** A fresh cluster of the same objects, and its plan applied, cut short where it is said. */
async function applied(plan: string, crashAt: string) {
	const dir = temporaryFolder();
	const states: ReturnType<typeof endState>[] = [];
	let lines = 0;
	const runs: Run[] = [];
	await withLiveFleet(dir, OPTIONS, async ([live]) => {
		if (live === undefined) throw new Error('no cluster');
		const journal = join(dir, 'journal');
		const words = [
			'apply',
			await planFor(live, plan, dir),
			'--yes',
			'--kubeconfig',
			live.kubeconfig,
			'--state',
			join(dir, 'state'),
			'--journal',
			journal,
		];
		if (crashAt !== '') runs.push(await cli(words, dir, crashAt));
		runs.push(await cli(words, dir));
		lines = readFileSync(journal, 'utf8').trimEnd().split('\n').length;
		states.push(endState(live, journal));
	});
	return { runs, state: states[0], lines };
}

/** A plan of one such cluster. */
async function planned(dir: string): Promise<string> {
	const plan = join(dir, 'plan.json');
	await withLiveFleet(dir, OPTIONS, async ([live]) => {
		const kubeconfig = live?.kubeconfig ?? '';
		await cli(['scan', '--kubeconfig', kubeconfig, '--out', join(dir, 'report')], dir);
		const result = join(dir, 'report', 'result.json');
		const { code, text } = await cli(['plan', result, '--kubeconfig', kubeconfig, '--out', plan], dir);
		assert.is(code, 0, text);
	});
	return plan;
}

describe('apply :: killed at every line of its journal', it => {
	it('goes on where it was cut short: the same end, no step twice, no undo record lost', async () => {
		const plan = await planned(temporaryFolder());
		const whole = await applied(plan, '');
		assert.equal(
			[whole.runs.map(({ code }) => code), whole.state?.writes],
			[
				[0],
				[
					'PATCH /api/v1/namespaces/ci/secrets/robot-token',
					'PATCH /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/orphan-1',
					'DELETE /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/orphan-0',
				],
			],
		);
		const points = Array.from({ length: whole.lines }, (_, at) =>
			PHASES.map(phase => `${at + 1} ${phase}`),
		).flat();
		const differences: string[] = [];
		const limit = pLimit(2);
		await Promise.all(
			points.map(point =>
				limit(async () => {
					const { runs, state } = await applied(plan, point);
					const [killed, resumed] = runs;
					if (killed?.signal !== 'SIGKILL') differences.push(`${point}: was not killed (${killed?.code})`);
					if (resumed?.code !== 0)
						differences.push(`${point}: ended with ${resumed?.code}: ${resumed?.text}`);
					for (const part of ['objects', 'writes', 'undo'] as const)
						if (JSON.stringify(state?.[part]) !== JSON.stringify(whole.state?.[part]))
							differences.push(`${point}: other ${part}: ${JSON.stringify(state?.[part]).slice(0, 2000)}`);
				}),
			),
		);
		assert.equal(differences, []);
		assert.ok(points.length >= 30, `${points.length}`);
	});
});

describe('apply :: to a copy of the cluster that was planned on', it => {
	it('does nothing: it has the same uid, and another authority', async () => {
		const dir = temporaryFolder();
		const plan = await planned(dir);
		await withLiveFleet(join(dir, 'copy'), OPTIONS, async ([copy]) => {
			const words = ['apply', plan, '--yes', '--kubeconfig', copy?.kubeconfig ?? ''];
			const { code, text } = await cli([...words, '--state', join(dir, 'state')], dir);
			assert.is(code, 4, text);
			assert.match(text, 'its cluster is another one with the same id');
			assert.equal(copy?.cluster.writes, []);
		});
	});
});
