import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildControlPlane, startCluster } from '../test/e2e/control-plane.ts';
import { temporaryFolder } from '../test/e2e/processes.ts';
import { fillCluster } from './fill-cluster.ts';
import { interleave, measure, nodeCommand } from './measure.ts';
import { printLimit, printRuns, wallRatio } from './table.ts';

const BINDINGS = 20_000;
const ROUNDS = 5;

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const MAIN = pathOf('../dist/cli/main.js');
const DOWNLOAD = pathOf('./download.mjs');

/** A scan of a real API server, against downloading what it reads. */
export async function benchScan(): Promise<boolean> {
	console.log(`(a) scan of a real API server with ${BINDINGS} bindings`);
	const programs = await buildControlPlane(console.error);
	const folder = temporaryFolder();
	const cluster = await startCluster({ name: 'bench', dir: join(folder, 'cluster'), programs });
	try {
		await fillCluster(cluster.admin, BINDINGS);
		const { adminKubeconfig: kubeconfig } = cluster;
		const out = join(folder, 'report');
		const scan = () =>
			// 1: there are findings.
			measure(nodeCommand(MAIN, 'scan', '--kubeconfig', kubeconfig, '--out', out, '--quiet'), [0, 1]);
		const download = () => measure(nodeCommand(DOWNLOAD, kubeconfig));
		// The server's caches and the disk's are warm for both.
		await download();
		await scan();
		const runs = await interleave(ROUNDS, {
			download,
			scan,
		});
		printRuns(`download of the same lists (${runs.download[0]?.stdout.trim()} objects)`, runs.download);
		printRuns('scan, with all three reports', runs.scan);
		const memory = Math.max(...runs.scan.map(run => run.maxRssMiB));
		return [
			printLimit({
				name: 'scan / download',
				value: wallRatio(runs.scan, runs.download),
				limit: 5,
				bound: 'most',
				unit: '×',
			}),
			printLimit({ name: 'memory of the scan', value: memory, limit: 400, bound: 'most', unit: ' MiB' }),
		].every(Boolean);
	} finally {
		await cluster.stop();
	}
}
