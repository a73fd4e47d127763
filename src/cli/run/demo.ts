import { basename, dirname, join } from 'node:path';
import type { CloudFleet } from '../../demo/alibaba/fleet.ts';
import { demoFaults } from '../../demo/alibaba/fleet-faults.ts';
import type { CloudFlags, DemoFlags } from '../demo.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { type RunResult, runScan } from '../run-scan.ts';
import { mergeSettings, type Settings } from '../settings.ts';
import { print } from '../stdout.ts';
import { type Fleets, withFleets } from './demo-fleets.ts';

/** The fleet is gone when its summary is read. */
const NO_DOCTOR = '';

/** Scans the embedded fleet and cloud as any other is scanned, and ends with 0 once its reports exist. */
export async function run(flags: DemoFlags, shape: CloudFlags): Promise<void> {
	const { exitCode, isWritten, files, settings } = await withFleets(shape, fleets =>
		scanFleets(flags, fleets),
	);
	if (files.length > 0 && !settings.quiet) await print(listing(files, settings.out));
	// Findings are what the demo is there to show.
	process.exitCode = exitCode === INTERRUPTED ? INTERRUPTED : isWritten ? 0 : 2;
}

async function scanFleets(
	flags: DemoFlags,
	{ plain, cloud, caFile }: Fleets,
): Promise<RunResult & { settings: Settings }> {
	// No config file: it names other clusters.
	const settings = mergeSettings({ ...flags, files: plain.files, ...cloudSettings(cloud, caFile) }, {});
	const targets = plain.kubeconfigs.map(kubeconfig => {
		const name = basename(kubeconfig, '.kubeconfig');
		return { kubeconfig, context: name, name };
	});
	useKey(cloud);
	cloud.state.faults = demoFaults(cloud.state);
	return { settings, ...(await runScan({ ...settings, targets }, NO_DOCTOR)) };
}

function cloudSettings({ endpoints }: CloudFleet, caFile: string) {
	return {
		alibaba: true,
		'alibaba-ca': caFile,
		'alibaba-endpoint': Object.entries(endpoints).map(([product, host]) => `${product}=${host}`),
		activity: true,
	};
}

/** The SDKs take an access key from the environment first; whoever runs the demo may have one of their own there. */
function useKey({ accessKeyId, accessKeySecret }: CloudFleet): void {
	process.env.ALIBABA_CLOUD_ACCESS_KEY_ID = accessKeyId;
	process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET = accessKeySecret;
	delete process.env.ALIBABA_CLOUD_SECURITY_TOKEN;
}

/** The files by folder: what a person opens, not every cluster's. */
function listing(files: string[], out: string): string {
	const places = new Set(files.map(file => join(out, file.includes('/') ? `${dirname(file)}/` : file)));
	return ['\nThis was a demo: it ends with 0 whatever it finds. Its reports:', ...places, ''].join('\n');
}
