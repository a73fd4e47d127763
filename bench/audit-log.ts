import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { writeAuditLog } from './audit-log-events.ts';
import { interleave, measure, median, nodeCommand, type Run } from './measure.ts';
import { printLimit, printRuns } from './table.ts';

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const EVENTS = 1_000_000;
const ROUNDS = 3;
/** Another tenth of it must fit beside the log. */
const LARGE_BYTES = 30e9;
const JQ = '/usr/bin/jq';

/** An audit log of 1,000,000 events against DuckDB's own least, jq, and unpacking; memory at 1 GB and at 10 GB. */
export async function benchAuditLog(): Promise<boolean> {
	console.log(`(g) an audit log of ${EVENTS} events`);
	const dir = mkdtempSync(join(tmpdir(), 'kubelapse-bench-'));
	try {
		const log = join(dir, 'audit.log');
		await writeAuditLog(log, EVENTS);
		const results = [await againstBare(log), await againstJq(log), await packed(log, dir), await large(dir)];
		return results.every(Boolean);
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

const fold = (path: string) => measure(nodeCommand('--import', 'tsx', pathOf('audit-log-worker.ts'), path));

async function againstBare(log: string): Promise<boolean> {
	const runs = await interleave(ROUNDS, {
		bare: () => measure(nodeCommand(pathOf('audit-log-bare.mjs'), log)),
		fold: () => fold(log),
	});
	printRuns('DuckDB: max(time) by user', runs.bare);
	printRuns('kubelapse', runs.fold);
	return [
		// Without the start of Node and tsx, which only the one side has.
		printLimit({
			name: 'kubelapse / DuckDB',
			value: inside(runs.fold) / inside(runs.bare),
			limit: 3.5,
			bound: 'most',
			unit: '×',
		}),
		printLimit({ name: 'memory', value: memory(runs.fold), limit: 512, bound: 'most', unit: ' MiB' }),
	].every(Boolean);
}

/** First, last and count by credential, user and token: less than kubelapse folds, with the same keys. */
const JQ_FOLD = `reduce inputs as $e ({}; if $e.stage == "ResponseComplete" then
	($e.user.extra["authentication.kubernetes.io/credential-id"][0] // "" | if startswith("X509") then . else "" end) as $id
	| "\\($id) \\($e.user.username) \\($e.annotations["authentication.k8s.io/legacy-token-manual-secret"])" as $k
	| .[$k].first //= $e.requestReceivedTimestamp | .[$k].last = $e.requestReceivedTimestamp | .[$k].n += 1
	else . end) | length`;

async function againstJq(log: string): Promise<boolean> {
	if (!existsSync(JQ)) {
		console.log('  jq is not installed: not compared');
		return true;
	}
	const jq = await measure([JQ, '-n', JQ_FOLD, log]);
	const own = await fold(log);
	printRuns('jq', [jq]);
	return printLimit({
		name: 'jq / kubelapse',
		value: jq.wallSeconds / own.wallSeconds,
		limit: 8,
		bound: 'least',
		unit: '×',
	});
}

async function packed(log: string, dir: string): Promise<boolean> {
	const path = join(dir, 'packed.log.gz');
	const gzip = spawn('gzip', ['-c', log], { stdio: ['ignore', 'pipe', 'inherit'] });
	await Promise.all([pipeline(gzip.stdout, createWriteStream(path)), once(gzip, 'exit')]);
	const runs = await interleave(ROUNDS, {
		unpack: () => measure(['sh', '-c', 'exec gzip -dc "$0" > /dev/null', path]),
		fold: () => fold(path),
	});
	printRuns('gzip -dc', runs.unpack);
	printRuns('kubelapse, packed', runs.fold);
	const value = inside(runs.fold) / median(runs.unpack.map(run => run.wallSeconds));
	rmSync(path);
	return printLimit({ name: 'packed / gzip -dc', value, limit: 1.2, bound: 'most', unit: '×' });
}

async function large(dir: string): Promise<boolean> {
	const { bavail, bsize } = statfsSync(dir);
	if (bavail * bsize < LARGE_BYTES) {
		console.log('  no room for 10 GB: not measured');
		return true;
	}
	const path = join(dir, 'large.log');
	await writeAuditLog(path, EVENTS * 10);
	const run = await fold(path);
	printRuns('kubelapse, ten times as much', [run]);
	return printLimit({ name: 'memory', value: run.maxRssMiB, limit: 512, bound: 'most', unit: ' MiB' });
}

const inside = (runs: Run[]) =>
	median(runs.map(({ stdout }) => (JSON.parse(stdout) as { seconds: number }).seconds));
const memory = (runs: Run[]) => Math.max(...runs.map(({ maxRssMiB }) => maxRssMiB));
