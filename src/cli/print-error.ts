import { redact } from '../lib/redact.ts';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';
import { log, logHint, logSettings } from './log.ts';

/** What the printer can say beyond the error itself. */
export interface ErrorContext {
	/** True before a command began: whatever was thrown is about the command line. */
	isUsage: boolean;
	/** The step to name where the error has none. */
	usageHint: string;
}

/** Prints why the run ends: what happened, then what to do. The stack only with `--debug`. */
export function printError(error: unknown, context: ErrorContext): void {
	const { message, hint, code } = describe(error, context);
	log('error', message, { code, ...(hint === '' ? {} : { hint }) });
	if (hint !== '') logHint(hint);
	if (logSettings().debug) process.stderr.write(stackOf(error));
}

function describe(error: unknown, context: ErrorContext): { message: string; hint: string; code: string } {
	const text = error instanceof Error ? error.message : String(error);
	if (error instanceof ScanError) return { message: text, hint: error.hint, code: error.code };
	if (context.isUsage)
		return { message: lowerFirst(text.replace(/\s*\n\s*/g, ' ')), hint: context.usageHint, code: 'USAGE' };
	const hint = logSettings().debug
		? 'please report this with the stack below'
		: 'this is a fault of kubelapse: run it again with --debug and report the stack';
	return { message: `unexpected: ${text}`, hint, code: 'UNEXPECTED' };
}

function stackOf(error: unknown): string {
	const causes: string[] = [];
	for (let at = error; at instanceof Error && causes.length < 10; at = at.cause)
		causes.push(at.stack ?? at.message);
	const lines = redact(causes.join('\ncaused by: ')).split('\n');
	return lines.map(line => `${oneLine(line, 1_000)}\n`).join('');
}

function lowerFirst(text: string): string {
	return text.slice(0, 1).toLowerCase() + text.slice(1);
}
