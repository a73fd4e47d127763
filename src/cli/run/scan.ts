import { doctorCommand } from '../doctor-command.ts';
import { runScan } from '../run-scan.ts';
import { type Flags, loadSettings } from '../settings.ts';

/** Scans, and ends with the exit code that the result asks for. */
export async function run(flags: Flags): Promise<void> {
	const settings = await loadSettings(flags);
	const { exitCode } = await runScan(settings, doctorCommand(settings, flags.config));
	process.exitCode = exitCode;
}
