import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { plural } from '../../lib/text.ts';
import { log } from '../log.ts';
import { withFrameworks } from '../read-frameworks.ts';
import { readResult } from '../read-result.ts';
import type { ReportFlags } from '../report.ts';
import { loadSettings } from '../settings.ts';
import { print } from '../stdout.ts';
import { printView } from '../summary.ts';
import { logFailures, openDestination, writeReport } from '../write-report.ts';

/** Renders a result that an earlier scan wrote; other files of the folder stay, and are told where they are of another run. */
export async function run({ result, ...flags }: ReportFlags): Promise<void> {
	const settings = await loadSettings(flags);
	const report = await withFrameworks(await readResult(result), settings);
	const output = await openDestination(settings);
	const earlier = output?.listed() ?? [];
	const { written, failed } = await writeReport(report, settings.format, output);
	const others = earlier.filter(path => !written.includes(path));
	if (!(await isIn(result, settings.out))) tellOthers(settings.out, others);
	logFailures(failed);
	if (failed.length > 0) process.exitCode = 2;
	else if (output !== null && !settings.quiet) {
		if (settings.view !== undefined) await printView(report, settings.view, settings);
		await print(`wrote ${settings.format.join(', ')} to ${settings.out}\n`);
	}
}

/** Whether a file stands in a folder itself: what is beside it then is of the same run. */
async function isIn(file: string, folder: string): Promise<boolean> {
	const [own, other] = await Promise.all(
		[dirname(file), folder].map(path => realpath(path).catch(() => null)),
	);
	return own !== null && own === other;
}

/** Yesterday's SARIF beside today's page would be uploaded with it. */
function tellOthers(folder: string, others: string[]): void {
	if (others.length === 0) return;
	const shown = others.slice(0, 5).join(', ') + (others.length > 5 ? ', …' : '');
	const found = `${folder} also has ${plural(others.length, 'file')} of an earlier run (${shown})`;
	log('warn', `${found}: choose another --out, or remove what is not meant to stay`);
}
