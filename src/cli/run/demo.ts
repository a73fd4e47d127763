import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { startFleet } from '../../demo/fleet.ts';
import type { DemoFlags } from '../demo.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { type RunResult, runScan } from '../run-scan.ts';
import { mergeSettings, type Settings } from '../settings.ts';
import { print } from '../stdout.ts';

/** The fleet is gone when its summary is read. */
const NO_DOCTOR = '';

/** Scans the embedded fleet through ordinary kubeconfigs, and ends with 0 once its reports exist. */
export async function run(flags: DemoFlags): Promise<void> {
	const dir = await mkdtemp(join(tmpdir(), 'kubelapse-demo-'));
	// However the process ends: the kubeconfigs hold keys, even if they open nothing any more.
	process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
	const { exitCode, isWritten, files, settings } = await scanFleet(flags, dir);
	if (files.length > 0 && !settings.quiet) await print(listing(files, settings.out));
	// Findings are what the demo is there to show.
	process.exitCode = exitCode === INTERRUPTED ? INTERRUPTED : isWritten ? 0 : 2;
}

async function scanFleet(flags: DemoFlags, dir: string): Promise<RunResult & { settings: Settings }> {
	const fleet = await startFleet({ dir, now: Math.floor(Date.now() / 1000) });
	try {
		// No config file: it names other clusters.
		const settings = mergeSettings({ ...flags, files: fleet.files }, {});
		const targets = fleet.kubeconfigs.map(kubeconfig => {
			const name = basename(kubeconfig, '.kubeconfig');
			return { kubeconfig, context: name, name };
		});
		return { settings, ...(await runScan({ ...settings, targets }, NO_DOCTOR)) };
	} finally {
		await fleet.close();
	}
}

/** The files by folder: what a person opens, not every cluster's. */
function listing(files: string[], out: string): string {
	const places = new Set(files.map(file => join(out, file.includes('/') ? `${dirname(file)}/` : file)));
	return ['\nThis was a demo: it ends with 0 whatever it finds. Its reports:', ...places, ''].join('\n');
}
