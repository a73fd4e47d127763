import { formatDuration, formatRfc3339 } from './epoch.ts';
import { oneLine } from './text.ts';

/** What a policy gave with a finding, in words: `left 3 d, key bits 1024`. Empty values say nothing and are left out. */
export function describeDetails(details: Record<string, unknown>): string {
	const shown = Object.entries(details).filter(([name, value]) => name !== 'key' && !isEmpty(value));
	return shown.map(([name, value]) => describeDetail(name, value)).join(', ');
}

function isEmpty(value: unknown): boolean {
	return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** A name ends in its unit or says that it is a date: style of every policy's details. */
function describeDetail(name: string, value: unknown): string {
	const words = name.replace(/([a-z])([A-Z0-9])/g, '$1 $2').toLowerCase();
	if (typeof value === 'number' && /seconds/i.test(name)) {
		return `${words.replace(/ ?seconds ?/, ' ').trim()} ${formatDuration(value)}`;
	}
	if (typeof value === 'number' && /(At|After|Before|Used|Since)$/.test(name)) {
		return `${words} ${formatRfc3339(value)}`;
	}
	if (Array.isArray(value)) return `${words} ${oneLine(value.map(plain).join(', '), 300)}`;
	return `${words} ${oneLine(plain(value), 200)}`;
}

function plain(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}
