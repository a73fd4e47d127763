import { log } from './log.ts';

const controller = new AbortController();

/** Aborts on the first SIGINT or SIGTERM. */
export const interruption: AbortSignal = controller.signal;

/** 128 + SIGINT: what shells report of an interrupted command. */
export const INTERRUPTED = 130;

/** The first signal asks the run to stop and write what is finished, the second ends the process at once. */
export function watchSignals(): void {
	const onSignal = () => {
		if (controller.signal.aborted) process.exit(INTERRUPTED);
		log('warn', 'interrupted: stopping and writing what is finished; once more ends at once');
		controller.abort(new Error('interrupted'));
	};
	process.on('SIGINT', onSignal);
	process.on('SIGTERM', onSignal);
}
