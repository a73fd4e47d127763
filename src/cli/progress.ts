import { plural } from '../lib/text.ts';
import type { ScanEvent } from '../model/scan.ts';
import { canShowStatus, type LogLevel, log, setStatus } from './log.ts';

/** How the run goes, on stderr. */
export interface Progress {
	onEvent: (event: ScanEvent) => void;
	/** Takes the changing line away. */
	end: () => void;
}

/** On a terminal one line that changes; elsewhere a line a cluster. */
export function createProgress(term: string | undefined): Progress {
	const isLive = canShowStatus(term);
	const running = new Set<string>();
	let total = 0;
	let finished = 0;
	const refresh = () => isLive && setStatus(statusLine(finished, total, running));
	const onEvent = (event: ScanEvent) => {
		if (event.kind === 'targets') total = event.count;
		if (event.kind === 'cluster_started') running.add(event.cluster);
		if (event.kind === 'cluster_finished') {
			finished++;
			running.delete(event.cluster);
		}
		tell(event, isLive, `${finished}/${Math.max(total, finished)}`);
		refresh();
	};
	if (isLive) setStatus('  connecting');
	return { onEvent, end: () => setStatus('') };
}

function statusLine(finished: number, total: number, running: Set<string>): string {
	const [first, second] = running;
	const others = running.size > 2 ? ` and ${running.size - 2} more` : '';
	const names = [first, second].filter(name => name !== undefined).join(', ');
	return `  ${finished} of ${total} clusters${names === '' ? '' : ` · reading ${names}${others}`}`;
}

function tell(event: ScanEvent, isLive: boolean, step: string): void {
	const { kind, ...fields } = event;
	log(levelOf(event, isLive), words(event, step), { event: kind, ...fields });
}

function levelOf(event: ScanEvent, isLive: boolean): LogLevel {
	if (event.kind === 'notice') return 'warn';
	if (event.kind !== 'cluster_finished') return 'debug';
	// The changing line has said it; only what went wrong stays above it.
	return isLive && event.status === 'assessed' ? 'debug' : 'info';
}

function words(event: ScanEvent, step: string): string {
	switch (event.kind) {
		case 'targets':
			return `${plural(event.count, 'target')} to scan`;
		case 'cluster_started':
			return `reading ${event.cluster}`;
		case 'notice':
			return event.message;
		case 'cluster_finished': {
			const counts = `${plural(event.findings, 'finding')}, ${plural(event.gaps, 'gap')}`;
			return `[${step}] ${event.cluster}: ${event.status}, ${counts}`;
		}
		default:
			return event satisfies never;
	}
}
