// Evaluates a file of records as `opa eval` does: reads it, judges all of it, prints how many findings there are.
import { readFileSync } from 'node:fs';
import { loadBundle } from '../dist/evaluate/bundle.js';
import { createPool } from '../dist/evaluate/pool.js';

const [path = '', threads = '1'] = process.argv.slice(2);
const pool = await createPool(await loadBundle(), { threads: Number(threads) });
const records = JSON.parse(readFileSync(path, 'utf8')).chunks.flat();
let fails = 0;
const onVerdicts = (_record, verdicts) => {
	for (const { outcome } of verdicts) if (outcome === 'fail') fails++;
};
const start = performance.now();
const before = process.cpuUsage();
await pool.evaluate(records, { onVerdicts });
const evaluationSeconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(before);
const evaluationCpuSeconds = (user + system) / 1e6;
await pool.close();
console.log(JSON.stringify({ fails, evaluationSeconds, evaluationCpuSeconds }));
