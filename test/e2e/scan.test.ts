import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { Report } from '../../src/model/report.ts';
import { assert, describe } from '../helpers/describe.ts';
import { openReport } from './browser.ts';
import { filesBelow, scan } from './cli.ts';
import { startCluster } from './control-plane.ts';
import { expectedFailures, expectedOfReader, expectedUnknowns, keyOf } from './expected.ts';
import { fleet } from './fleet.ts';
import { seedScanners } from './seed-scanners.ts';

/** Both clusters and everybody's files, as a team that allows listing Secrets would scan them. */
async function scanAll() {
	const { east, west, files } = await fleet();
	const kubeconfigs = [east, west].map(({ scanners }) => scanners.full.kubeconfig);
	return scan(['--kubeconfig', ...kubeconfigs, '--files', join(files, '*.kubeconfig')]);
}

let scanned: ReturnType<typeof scanAll> | undefined;

/** The one scan that most cases look at. */
function whole(): ReturnType<typeof scanAll> {
	scanned ??= scanAll();
	return scanned;
}

function keys(report: Report, outcome: 'fail' | 'unknown'): string[] {
	const findings = report.findings.filter(finding => finding.outcome === outcome);
	return findings.map(keyOf).sort(byCodeUnit);
}

function statuses({ clusters }: Report): Record<string, string> {
	return Object.fromEntries(clusters.map(({ uid, status }) => [uid, status]));
}

describe('scan', it => {
	it('finds all that was seeded, and nothing else', async () => {
		const { code, report } = await whole();
		assert.equal(keys(report, 'fail'), expectedFailures(await fleet()));
		assert.is(code, 1);
	});

	it('knows what it cannot tell', async () => {
		assert.equal(keys((await whole()).report, 'unknown'), expectedUnknowns(await fleet()));
	});

	it('assesses both clusters in one run', async () => {
		const { east, west } = await fleet();
		const found = statuses((await whole()).report);
		const uids = [east.cluster.uid, west.cluster.uid];
		assert.equal(
			uids.map(uid => found[uid]),
			['assessed', 'assessed'],
		);
	});

	it('writes no secret anywhere', async () => {
		const { secrets } = await fleet();
		const { out, stdout, stderr } = await whole();
		const texts = Object.entries({ ...filesBelow(out), stdout, stderr });
		const leaks = texts.flatMap(([name, text]) =>
			secrets.filter(secret => text.includes(secret)).map(secret => `${name}: ${secret.slice(0, 4)}…`),
		);
		assert.equal(leaks, []);
	});

	it('writes a report that a browser opens in peace, hostile names and all', async () => {
		const { out } = await whole();
		const report = await openReport(join(out, 'report.html'));
		const title = await report.page.title();
		await report.close();
		assert.equal([report.consoleErrors, report.requests], [[], []]);
		assert.match(title, /kubelapse/i);
	});

	it('lets no terminal escape of a name through', async () => {
		const { stdout, stderr } = await whole();
		assert.not.match(stdout + stderr, /\u001b\[31mred|\u202e|\u0007/);
	});

	it('scans a cluster once that two contexts reach, each reading what the other may not', async () => {
		const { east } = await fleet();
		const { reader, full } = east.scanners;
		const { report } = await scan(['--kubeconfig', reader.kubeconfig, full.kubeconfig]);
		assert.equal(
			[statuses(report), report.gaps.map(gap => gap.source)],
			[{ [east.cluster.uid]: 'assessed' }, ['bootstrap_tokens', 'bootstrap_tokens']],
		);
	});
});

describe('scan :: who may not list Secrets', it => {
	it('has gaps, calls nothing about Secrets clean, and exits 3', async () => {
		const { west } = await fleet();
		const { code, report } = await scan([
			'--kubeconfig',
			west.scanners.reader.kubeconfig,
			'--fail-on',
			'critical',
		]);
		const blind = report.policies.filter(({ needs }) => needs.includes('token_secrets'));
		assert.equal(keys(report, 'fail'), expectedOfReader(await fleet()));
		assert.equal(statuses(report), { [west.cluster.uid]: 'partial' });
		assert.ok(blind.length > 0 && blind.every(({ outcomes }) => outcomes.unknown > 0));
		assert.is(code, 3);
	});
});

describe('scan :: a cluster just created', it => {
	it('has nothing to say of what the bootstrap policy put there', async () => {
		const { east, dir } = await fleet();
		const fresh = join(dir, 'fresh');
		const cluster = await startCluster({ name: 'fresh', dir: fresh, programs: east.cluster.programs });
		const { full } = await seedScanners(cluster, Math.floor(Date.now() / 1000));
		const params = join(fresh, 'params.yaml');
		writeFileSync(params, `privilege: {reads_secrets: {allowed_bindings: [${full.binding.name}]}}\n`);
		const { code, report } = await scan(['--kubeconfig', full.kubeconfig, '--params', params]);
		await cluster.stop();
		assert.equal([code, report.findings.map(keyOf)], [0, []]);
	});
});
