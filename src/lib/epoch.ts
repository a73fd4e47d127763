import type { EpochSeconds } from '../model/facts.ts';

export const MINUTE = 60;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Reads an RFC 3339 timestamp as Kubernetes writes them; null when it is none. */
export function parseRfc3339(text: string): EpochSeconds | null {
	if (!RFC3339.test(text)) return null;
	const milliseconds = Date.parse(text.replace(' ', 'T'));
	return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
}

/** Reads `YYYY-MM-DD`, a day at 00:00 UTC; null when it is none. */
export function parseDay(text: string): EpochSeconds | null {
	return /^\d{4}-\d\d-\d\d$/.test(text) ? parseRfc3339(`${text}T00:00:00Z`) : null;
}

/** Last second that Date can hold; a hostile token may claim a later one. */
const MAX_SECONDS = 8.64e12;

/** `2026-11-22T16:00:00Z`; a year outside 0–9999 keeps its ISO 8601 sign. */
export function formatRfc3339(seconds: EpochSeconds): string {
	if (!(Math.abs(seconds) <= MAX_SECONDS)) return 'beyond any calendar';
	return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** `2026-11-22`. */
export function formatDay(seconds: EpochSeconds): string {
	return formatRfc3339(seconds).replace(/T.*$/, '');
}

/** The largest two units, as `3 d 4 h`, `12 min`, `0 s`; the sign is dropped. */
export function formatDuration(seconds: number): string {
	const left = Math.abs(Math.trunc(seconds));
	const parts = [
		[Math.floor(left / DAY), 'd'],
		[Math.floor((left % DAY) / HOUR), 'h'],
		[Math.floor((left % HOUR) / MINUTE), 'min'],
		[left % MINUTE, 's'],
	] as const;
	const first = parts.findIndex(([count]) => count > 0);
	if (first === -1) return '0 s';
	return parts
		.slice(first, first + 2)
		.filter(([count]) => count > 0)
		.map(([count, unit]) => `${count} ${unit}`)
		.join(' ');
}
