import { redact } from '../lib/redact.ts';
import { oneLine } from '../lib/text.ts';
import { logLevels } from './flags.ts';

export type LogLevel = (typeof logLevels)[number];

export interface LogSettings {
	level: LogLevel;
	format: 'text' | 'json';
	debug: boolean;
}

/** Paths may be as long as the system takes them; names from clusters are cut long before. */
const MAX_LENGTH = 5_000;

// The process has one stderr, and an error must reach it in the format that was asked for wherever it is thrown.
const settings: LogSettings = { level: 'info', format: 'text', debug: false };
let status = '';

/** How to log from here on. */
export function configureLog(changes: Partial<LogSettings>): void {
	Object.assign(settings, changes);
}

/** How the log is set now. */
export function logSettings(): Readonly<LogSettings> {
	return settings;
}

/** One line on stderr, neutralised: what a cluster or a plugin said cannot move the cursor, fake a line or leak. */
export function log(level: LogLevel, message: string, fields: Record<string, unknown> = {}): void {
	if (logLevels.indexOf(level) > logLevels.indexOf(settings.level)) return;
	clearStatus();
	process.stderr.write(
		settings.format === 'json' ? jsonLine(level, message, fields) : textLine(level, message),
	);
	drawStatus();
}

/** A next step, on its own line below the error that it belongs to. */
export function logHint(hint: string): void {
	if (settings.format === 'text') process.stderr.write(`kubelapse: hint: ${clean(hint)}\n`);
}

/** The one line below the log that changes in place; empty removes it. Only for a terminal. */
export function setStatus(text: string): void {
	clearStatus();
	status = text;
	drawStatus();
}

/** Whether a line that changes in place makes sense on stderr. */
export function canShowStatus(term: string | undefined): boolean {
	return process.stderr.isTTY && term !== 'dumb' && settings.format === 'text' && settings.level !== 'error';
}

function clearStatus(): void {
	if (status !== '') process.stderr.write('\r\u001b[2K');
}

function drawStatus(): void {
	if (status !== '') process.stderr.write(oneLine(status, (process.stderr.columns || 80) - 1));
}

const PREFIX = { error: 'error: ', warn: 'warning: ', info: '', debug: 'debug: ' } as const satisfies Record<
	LogLevel,
	string
>;

function textLine(level: LogLevel, message: string): string {
	return `kubelapse: ${PREFIX[level]}${clean(message)}\n`;
}

function jsonLine(level: LogLevel, message: string, fields: Record<string, unknown>): string {
	const time = new Date().toISOString();
	const kept = Object.entries(fields).map(([key, value]) => [
		key,
		typeof value === 'string' ? clean(value) : value,
	]);
	return `${JSON.stringify({ time, level, ...Object.fromEntries(kept), message: clean(message) })}\n`;
}

function clean(text: string): string {
	return oneLine(redact(text), MAX_LENGTH);
}
