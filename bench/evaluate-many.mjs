// Streams records through the pool: those of a file over and over, each time as others, until there are COUNT.
import { readFileSync } from 'node:fs';
import { loadBundle } from '../dist/evaluate/bundle.js';
import { createPool } from '../dist/evaluate/pool.js';

const [path = '', count = '1', threads = '1'] = process.argv.slice(2);
const known = JSON.parse(readFileSync(path, 'utf8'));
// Objects as a join makes them: new ones, that nothing keeps.
const renamed = (record, at) => {
	const subject = record[record.kind];
	if (typeof subject?.uid !== 'string') return { ...record };
	return { ...record, [record.kind]: { ...subject, uid: `${subject.uid}/${at}` } };
};
function* records() {
	for (let at = 0; at < Number(count); at++) yield renamed(known[at % known.length], at);
}
const pool = await createPool(await loadBundle(), { threads: Number(threads) });
let findings = 0;
const onVerdicts = (_record, verdicts) => {
	for (const { outcome } of verdicts) if (outcome === 'fail') findings++;
};
const start = performance.now();
const before = process.cpuUsage();
await pool.evaluate(records(), { onVerdicts });
const { user, system } = process.cpuUsage(before);
const evaluationSeconds = (performance.now() - start) / 1000;
await pool.close();
console.log(JSON.stringify({ findings, evaluationSeconds, evaluationCpuSeconds: (user + system) / 1e6 }));
