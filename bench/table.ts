import { median, type Run } from './measure.ts';

/** A measured value and the limit that it is held to. */
export interface Limit {
	name: string;
	value: number;
	limit: number;
	/** `most`: the value may not be above its limit; `least`: not below. */
	bound: 'most' | 'least';
	unit: string;
}

/** One line about a set of runs: medians of wall and processor time, the highest memory. */
export function printRuns(name: string, runs: Run[]): void {
	const wall = `${median(runs.map(run => run.wallSeconds)).toFixed(3)} s`;
	const cpu = median(runs.map(run => run.cpuSeconds));
	const memory = Math.max(...runs.map(run => run.maxRssMiB));
	const rest = cpu === 0 ? '' : `${cpu.toFixed(2)} s processor, ${memory.toFixed(0)} MiB`;
	console.log(`  ${name.padEnd(46)} ${wall.padStart(9)}  ${rest}`.trimEnd());
}

/** One line with the limit and whether it is kept; true when it is. */
export function printLimit({ name, value, limit, bound, unit }: Limit): boolean {
	const isKept = bound === 'most' ? value <= limit : value >= limit;
	const digits = unit === ' MiB' ? 0 : 2;
	const shown = `${value.toFixed(digits)}${unit}`.padStart(9);
	console.log(`  ${name.padEnd(46)} ${shown}  at ${bound} ${limit}${unit}  ${isKept ? 'ok' : 'MISSED'}`);
	return isKept;
}

/** Median wall time of some runs over that of others. */
export function wallRatio(runs: Run[], others: Run[]): number {
	return median(runs.map(run => run.wallSeconds)) / median(others.map(run => run.wallSeconds));
}
