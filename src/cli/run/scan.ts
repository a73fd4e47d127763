import { runScan } from '../run-scan.ts';
import { type Flags, loadSettings } from '../settings.ts';

/** Scans, and ends with the exit code that the result asks for. */
export async function run(flags: Flags): Promise<void> {
	const { exitCode } = await runScan(await loadSettings(flags));
	process.exitCode = exitCode;
}
