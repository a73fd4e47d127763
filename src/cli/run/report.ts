import { withFrameworks } from '../read-frameworks.ts';
import { readResult } from '../read-result.ts';
import type { ReportFlags } from '../report.ts';
import { loadSettings } from '../settings.ts';
import { print } from '../stdout.ts';
import { printView } from '../summary.ts';
import { logFailures, openDestination, writeReport } from '../write-report.ts';

/** Renders a result that an earlier scan wrote; the other files of its folder stay. */
export async function run({ result, ...flags }: ReportFlags): Promise<void> {
	const settings = await loadSettings(flags);
	const report = await withFrameworks(await readResult(result), settings);
	const output = await openDestination(settings);
	const { failed } = await writeReport(report, settings.format, output);
	logFailures(failed);
	if (failed.length > 0) process.exitCode = 2;
	else if (output !== null && !settings.quiet) {
		if (settings.view !== undefined) await printView(report, settings.view, settings);
		await print(`wrote ${settings.format.join(', ')} to ${settings.out}\n`);
	}
}
