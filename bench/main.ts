import { availableParallelism, loadavg } from 'node:os';
import { benchAuditLog } from './audit-log.ts';
import { benchCloud } from './cloud.ts';
import { benchEvaluation } from './evaluate-records.ts';
import { benchManyRecords } from './many-records.ts';
import { benchOwnPolicies } from './own-policies.ts';
import { benchScan } from './scan-cluster.ts';
import { benchStartUp } from './start-up.ts';

const parts = {
	a: benchScan,
	b: benchEvaluation,
	c: benchStartUp,
	d: benchManyRecords,
	e: benchOwnPolicies,
	f: benchCloud,
	g: benchAuditLog,
};
const wanted = process.argv.slice(2);

const [load = 0] = loadavg();
console.log(
	`Node ${process.version}, ${availableParallelism()} cores, ${load.toFixed(1)} processes at work before this`,
);
// Ratios of one run on one machine: what else it does, it does to both sides.
let isKept = true;
for (const [name, bench] of Object.entries(parts)) {
	if (wanted.length === 0 || wanted.includes(name)) isKept = (await bench()) && isKept;
}
process.exitCode = isKept ? 0 : 1;
