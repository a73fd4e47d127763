import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFleet } from '../../demo/fleet.ts';
import type { DemoFlags } from '../demo.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { type RunResult, runScan } from '../run-scan.ts';
import { mergeSettings } from '../settings.ts';

/** Scans the embedded fleet through ordinary kubeconfigs, and ends with 0 once its reports exist. */
export async function run(flags: DemoFlags): Promise<void> {
	const dir = await mkdtemp(join(tmpdir(), 'kubelapse-demo-'));
	// However the process ends: the kubeconfigs hold keys, even if they open nothing any more.
	process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
	const { exitCode, isWritten } = await scanFleet(flags, dir);
	// Findings are what the demo is there to show.
	process.exitCode = exitCode === INTERRUPTED ? INTERRUPTED : isWritten ? 0 : 2;
}

async function scanFleet(flags: DemoFlags, dir: string): Promise<RunResult> {
	const fleet = await startFleet({ dir, now: Math.floor(Date.now() / 1000) });
	try {
		// No config: it names other clusters.
		const targets = { kubeconfig: fleet.kubeconfigs, files: fleet.files, 'all-contexts': true };
		return await runScan(mergeSettings({ ...flags, ...targets }, {}));
	} finally {
		await fleet.close();
	}
}
