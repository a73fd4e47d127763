import { type Fleet, startFleet } from './seed.ts';

let started: Promise<Fleet> | undefined;

/** The one fleet that all cases share; the first that asks waits for it, and nobody changes it. */
export function fleet(): Promise<Fleet> {
	started ??= startFleet(line => process.stderr.write(`${line}\n`));
	return started;
}
