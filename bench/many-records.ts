import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../test/e2e/processes.ts';
import { measure, nodeCommand } from './measure.ts';
import { makeRecords } from './records.ts';
import { printLimit, printRuns } from './table.ts';

const MANY = fileURLToPath(new URL('./evaluate-many.mjs', import.meta.url));
const KNOWN = 5000;
const FEW = 100_000;
const TIMES = 10;

/** A million records against a tenth of them: time grows as they do, memory does not. */
export async function benchManyRecords(): Promise<boolean> {
	const threads = availableParallelism();
	console.log(`(d) ${FEW * TIMES} records through ${threads} threads, as they are made`);
	const path = join(temporaryFolder(), 'records.json');
	writeFileSync(path, JSON.stringify(makeRecords(KNOWN)));
	const evaluate = (count: number) => measure(nodeCommand(MANY, path, String(count), String(threads)));
	const runs = { few: await evaluate(FEW), many: await evaluate(FEW * TIMES) };
	printRuns(`${FEW} records`, [runs.few]);
	printRuns(`${FEW * TIMES} records`, [runs.many]);
	const cpuSeconds = (stdout: string) =>
		(JSON.parse(stdout) as { evaluationCpuSeconds: number }).evaluationCpuSeconds; // evaluate-many.mjs wrote it
	return [
		printLimit({
			// Processor time: the two runs are minutes apart, and the machine may be busier in one of them.
			name: `${TIMES}x the records, times the time`,
			value: cpuSeconds(runs.many.stdout) / cpuSeconds(runs.few.stdout),
			limit: 11,
			bound: 'most',
			unit: '×',
		}),
		printLimit({
			name: 'memory',
			value: runs.many.maxRssMiB,
			limit: 512,
			bound: 'most',
			unit: ' MiB',
		}),
	].every(Boolean);
}
