import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** What one run of a process took. */
export interface Run {
	wallSeconds: number;
	/** User and system time of all threads; 0 where the process does not say (it is no Node). */
	cpuSeconds: number;
	maxRssMiB: number;
	stdout: string;
}

/** The process tells it at its own end: Node gives its parent no rusage. */
const TELL_USAGE = `data:text/javascript,${encodeURIComponent(`
	import { writeSync } from 'node:fs';
	process.on('exit', () => writeSync(3, JSON.stringify(process.resourceUsage())));
`)}`;

/** The command that runs a Node script and tells what it used. */
export function nodeCommand(...words: string[]): string[] {
	return [process.execPath, '--import', TELL_USAGE, ...words];
}

/** Runs a command to its end and measures it. @throws {Error} when it ends with a code that is not accepted. */
export async function measure(command: string[], accepted: number[] = [0]): Promise<Run> {
	const [program = '', ...words] = command;
	const start = performance.now();
	const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
	const outputs = Promise.all(child.stdio.slice(1).map(readAll));
	const [code] = await once(child, 'exit');
	const wallSeconds = (performance.now() - start) / 1000;
	const [stdout = '', stderr = '', told = ''] = await outputs;
	if (!accepted.includes(code)) throw new Error(`${program} ended with ${code}:\n${stderr.slice(-2000)}`);
	const usage = told === '' ? null : (JSON.parse(told) as NodeJS.ResourceUsage);
	return {
		wallSeconds,
		cpuSeconds: usage === null ? 0 : (usage.userCPUTime + usage.systemCPUTime) / 1e6,
		maxRssMiB: usage === null ? 0 : usage.maxRSS / 1024,
		stdout,
	};
}

async function readAll(stream: unknown): Promise<string> {
	return stream instanceof Readable ? text(stream) : '';
}

/** Runs each of several things in turn, `rounds` times: what slows the machine down slows all of them. */
export async function interleave<K extends string>(
	rounds: number,
	things: Record<K, () => Promise<Run>>,
): Promise<Record<K, Run[]>> {
	const names = Object.keys(things) as K[]; // the literal has no other keys
	const runs = Object.fromEntries(names.map(name => [name, [] as Run[]])) as Record<K, Run[]>;
	for (let round = 0; round < rounds; round++) {
		for (const name of names) runs[name].push(await things[name]());
	}
	return runs;
}

/** The middle value; of an even number, the lower of the two. */
export function median(values: number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}
