import type { Diagnosis, Examination } from '../doctor.ts';
import { oneLine, plural } from '../lib/text.ts';
import { type SourceStatus, sources } from '../model/facts.ts';

const words = {
	complete: 'readable',
	partial: 'in part',
	denied: 'not readable',
	unavailable: 'not readable',
	not_configured: 'not set up',
} as const satisfies Record<SourceStatus['status'], string>;

/** Whether a scan through this context would see everything that is set up. */
export function isReadable({ reachable, sources: examined }: Diagnosis): boolean {
	return reachable && examined.every(({ status }) => status === 'complete' || status === 'not_configured');
}

/** A block a context: the sources, whether each can be read, and the permission that is missing where it cannot. */
export function doctorTable(diagnoses: Diagnosis[]): string {
	const readable = diagnoses.filter(isReadable).length;
	const ending = `${readable} of ${plural(diagnoses.length, 'context')} can be read in full\n`;
	return [...diagnoses.map(block), ending].join('\n');
}

function block({
	cluster,
	context,
	server,
	version,
	reachable,
	sources: examined,
	notes,
}: Diagnosis): string {
	const where = [context === cluster ? '' : context, server, version].filter(text => text !== '');
	const lines = [
		`${oneLine(cluster)}${reachable ? '' : ': cannot be reached'}`,
		`  ${where.map(text => oneLine(text)).join(', ')}`,
		...examined.map(row),
		...notesOf(examined, notes).map(note => `  note: ${oneLine(note, 500)}`),
	];
	return `${lines.join('\n')}\n`;
}

/** Nothing is cut: the name of the permission is what one came for. */
function row({ source, status, gaps }: Examination): string {
	const missing = [
		...new Set(gaps.map(({ permission }) => permission).filter(permission => permission !== '')),
	];
	const reason = missing.length === 0 ? '' : `missing: ${oneLine(missing.join(', '), 500)}`;
	return `  ${source.padEnd(SOURCE_WIDTH)}  ${words[status].padEnd(WORD_WIDTH)}  ${reason}`.trimEnd();
}

const SOURCE_WIDTH = Math.max(...sources.map(source => source.length));
const WORD_WIDTH = Math.max(...Object.values(words).map(word => word.length));

/** A missing permission says it all; any other reason is told in its own words. */
function notesOf(examined: Examination[], notes: string[]): string[] {
	const reasons = examined.flatMap(({ gaps }) => gaps.filter(({ permission }) => permission === ''));
	return [...new Set([...notes, ...reasons.map(({ source, message }) => `${source}: ${message}`)])];
}
