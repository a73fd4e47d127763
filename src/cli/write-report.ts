import { ScanError } from '../lib/scan-error.ts';
import type { Report } from '../model/report.ts';
import type { ReportFile } from '../reporters/reporter.ts';
import { log, logHint } from './log.ts';
import { type Output, openOutput, type Written } from './output.ts';
import type { Settings } from './settings.ts';
import { print } from './stdout.ts';

type Destination = Pick<Settings, 'out' | 'format'>;

/** Opens where the reports go; null is stdout. @throws {ScanError} USAGE or OUTPUT_UNWRITABLE, before anything is scanned. */
export async function openDestination({ out, format }: Destination): Promise<Output | null> {
	if (out !== '-') return openOutput(out);
	const [only, ...others] = format;
	if (only !== undefined && others.length === 0 && only !== 'sarif') return null;
	const message =
		only === 'sarif' && others.length === 0
			? '--out - prints one file, and sarif is one file a cluster'
			: '--out - prints one format, and several are asked for';
	throw new ScanError('USAGE', message, { hint: 'add --format json or --format html, or name a folder' });
}

/** Renders and writes each format; what fails keeps none of the others. */
export async function writeReport(
	report: Report,
	formats: Settings['format'],
	output: Output | null,
): Promise<Written> {
	const { reporters } = await import('../reporters/index.ts');
	const all: Written = { written: [], failed: [] };
	for (const format of formats) {
		// Reporters are pure and separate: a fault in one must not lose what an hour of scanning found.
		try {
			const files = reporters[format](report);
			const { written, failed } = output === null ? await printFiles(files) : await output.write(files);
			all.written.push(...written);
			all.failed.push(...failed);
		} catch (error) {
			all.failed.push({ path: format, reason: error instanceof Error ? error.message : String(error) });
		}
	}
	return all;
}

/** Says which files could not be written, and what to do about it. */
export function logFailures(failed: Written['failed']): void {
	for (const { path, reason } of failed) log('error', `cannot write ${path}: ${reason}`, { path });
	if (failed.length > 0)
		logHint('what else there is was written; make room there or choose another --out, and scan again');
}

async function printFiles(files: ReportFile[]): Promise<Written> {
	for (const { text } of files) await print(text);
	return { written: [], failed: [] };
}
