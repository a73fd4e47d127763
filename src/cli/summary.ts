import { join } from 'node:path';
import type { Report } from '../model/report.ts';
import { summary } from '../reporters/summary.ts';
import type { Settings } from './settings.ts';
import { print } from './stdout.ts';

/** Prints what came out, in colour only for a terminal that wants it; `doctor` is a command, or empty. */
export async function printSummary(report: Report, settings: Settings, doctor: string): Promise<void> {
	const { isTTY, columns } = process.stdout;
	// no-color.org: set and not empty means no colour.
	const isPlain = settings['no-color'] || process.env.NO_COLOR || process.env.TERM === 'dumb';
	const page = settings.format.includes('html') ? join(settings.out, 'report.html') : '';
	const color = isTTY && !isPlain;
	await print(summary(report, { color, width: columns || 80, outDir: settings.out, page, doctor }));
}
