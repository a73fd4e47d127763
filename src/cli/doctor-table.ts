import type { Diagnosis, Examination } from '../doctor.ts';
import { oneLine, plural } from '../lib/text.ts';
import type { SourceStatus } from '../model/facts.ts';
import { table } from '../reporters/terminal.ts';

const words = {
	complete: 'yes',
	partial: 'in part',
	denied: 'no',
	unavailable: 'no',
	not_configured: 'not set up',
} as const satisfies Record<SourceStatus['status'], string>;

/** Whether a scan through this context would see everything that is set up. */
export function isReadable({ reachable, sources }: Diagnosis): boolean {
	return reachable && sources.every(({ status }) => status === 'complete' || status === 'not_configured');
}

/** A block a context: the sources, whether each can be read, and what is missing where it cannot. */
export function doctorTable(diagnoses: Diagnosis[], columns: number): string {
	const readable = diagnoses.filter(isReadable).length;
	const ending = `${readable} of ${plural(diagnoses.length, 'context')} can be read in full\n`;
	return [...diagnoses.map(diagnosis => block(diagnosis, columns)), ending].join('\n');
}

function block(diagnosis: Diagnosis, columns: number): string {
	const { cluster, context, server, version, reachable, sources, notes } = diagnosis;
	const where = [context, server, version].filter(text => text !== '').map(text => oneLine(text));
	const rows = [['Source', 'Readable', 'Needed'], ...sources.map(row)];
	const lines = [
		`${oneLine(cluster)}${reachable ? '' : ': cannot be reached'}`,
		`  ${where.join(', ')}`,
		...(sources.length === 0 ? [] : table(rows, columns - 2, rows.length).map(line => `  ${line}`)),
		...notesOf(sources, notes).map(note => `  note: ${oneLine(note, 500)}`),
	];
	return `${lines.join('\n')}\n`;
}

function row({ source, status, permissions, gaps }: Examination): string[] {
	const missing = [
		...new Set(gaps.map(({ permission }) => permission).filter(permission => permission !== '')),
	];
	const needed = missing.length > 0 ? `missing: ${missing.join(', ')}` : permissions.join(', ');
	return [source, words[status], oneLine(needed)];
}

/** A missing permission says it all; any other reason is told in its own words. */
function notesOf(sources: Examination[], notes: string[]): string[] {
	const reasons = sources.flatMap(({ gaps }) => gaps.filter(({ permission }) => permission === ''));
	return [...new Set([...notes, ...reasons.map(({ source, message }) => `${source}: ${message}`)])];
}
