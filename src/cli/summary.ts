import { join } from 'node:path';
import type { Report } from '../model/report.ts';
import type { ViewName } from '../model/views.ts';
import { summary } from '../reporters/summary.ts';
import { viewText } from '../reporters/views.ts';
import type { Settings } from './settings.ts';
import { print } from './stdout.ts';

/** Prints what came out, in colour only for a terminal that wants it; `doctor` is a command, or empty. */
export async function printSummary(report: Report, settings: Settings, doctor: string): Promise<void> {
	const page = settings.format.includes('html') ? join(settings.out, 'report.html') : '';
	const places = { outDir: settings.out, page, doctor };
	await print(summary(report, { ...terminal(settings), ...places, view: settings.view ?? null }));
}

/** Prints one of the views of a cloud's kubeconfigs. */
export async function printView(report: Report, view: ViewName, settings: Settings): Promise<void> {
	await print(viewText(report, view, terminal(settings)));
}

function terminal(settings: Settings): { color: boolean; width: number } {
	const { isTTY, columns } = process.stdout;
	// no-color.org: set and not empty means no colour.
	const isPlain = settings['no-color'] || process.env.NO_COLOR || process.env.TERM === 'dumb';
	return { color: isTTY && !isPlain, width: columns || 80 };
}
