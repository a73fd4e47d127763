import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Bundle } from '../evaluate/bundle.ts';
import { ScanError } from '../lib/scan-error.ts';
import type { Report, Verdict } from '../model/report.ts';
import type { ScanRequest } from '../model/scan.ts';
import type { Waiver } from '../model/waiver.ts';
import { auditTargets } from './audit-targets.ts';
import { type FactsFolder, openFactsFolder, readFactsFolder } from './facts-folder.ts';
import { INTERRUPTED, interruption } from './interrupt.ts';
import { loadPolicies } from './load-policies.ts';
import { log } from './log.ts';
import type { Output } from './output.ts';
import { version } from './package-info.ts';
import { createProgress } from './progress.ts';
import { frameworksOf } from './read-frameworks.ts';
import { rosterTarget } from './rosters.ts';
import type { Settings } from './settings.ts';
import { printSummary } from './summary.ts';
import { kubeconfigTargets, surroundings } from './targets.ts';
import { logFailures, openDestination, writeReport } from './write-report.ts';

/** How a run ended. */
export interface RunResult {
	exitCode: number;
	/** Paths of the reports, under the folder of `--out`. */
	files: string[];
	/** False when a report or a file of facts could not be written. */
	isWritten: boolean;
}

/** Scans as the settings say, writes the reports, prints the summary; `doctor` is the command that the summary may advise. */
export async function runScan(settings: Settings, doctor: string): Promise<RunResult> {
	checkFolders(settings);
	const request = await buildRequest(settings);
	const { bundle, changed } = await loadPolicies(settings);
	const params = { from: settings.params ?? '', changed };
	const output = await openDestination(settings);
	const facts = settings['save-facts'] === undefined ? null : await openFactsFolder(settings['save-facts']);
	const report = await scanWithProgress({ ...request, params }, bundle, { output, facts });
	const { written, failed } = await writeReport(report, settings.format, output);
	const lost = [...failed, ...(facts?.failed ?? [])];
	logFailures(lost);
	if (output !== null && !settings.quiet) await printSummary(report, settings, doctor);
	else tellFailure(report.run.verdict);
	const { exitCode } = report.run.verdict;
	const isWritten = lost.length === 0;
	return { isWritten, files: written, exitCode: isWritten || exitCode === INTERRUPTED ? exitCode : 2 };
}

/** Why a run without a summary is no result to rely on; findings are what it was asked for. */
function tellFailure({ exitCode, reasons: [reason = ''] }: Verdict): void {
	if (exitCode === 2) log('error', reason, { exitCode });
	if (exitCode === 3) log('error', `incomplete: ${reason}`, { exitCode });
}

/** What `scan` and `doctor` are asked to do; the clock is read here, once. @throws {ScanError} USAGE */
export async function buildRequest(settings: Settings): Promise<ScanRequest> {
	const kubeconfigs = kubeconfigTargets(settings, surroundings());
	return {
		kubeconfigs,
		clouds: settings.alibaba ? await (await import('./clouds.ts')).cloudTargets(settings) : [],
		roster: rosterTarget(settings, process.env),
		history: historyTarget(settings),
		audits: await auditTargets(settings),
		showSources: settings['show-sources'] ?? false,
		// Of one run alone: hashes of addresses cannot be looked up in a table.
		sourceSalt: randomBytes(16).toString('hex'),
		files: settings.files,
		savedFacts: settings.facts === undefined ? null : await readFactsFolder(settings.facts),
		expect: [
			...settings.expect,
			...(settings.targets ?? []).flatMap(target => target.expect ?? []),
			// Whoever names a cluster of the cloud must not take its absence for an all-clear.
			...(settings.alibaba ? (settings.cluster ?? []) : []),
		],
		now: settings.now ?? Math.floor(Date.now() / 1000),
		isClockOverridden: settings.now !== undefined,
		version: version(),
		failOn: settings['fail-on'],
		params: { from: '', changed: [] },
		require: settings.require,
		allowGaps: settings['allow-gap'],
		allowIncomplete: settings['allow-incomplete'],
		frameworks: await frameworksOf(settings),
		waivers: settings.waivers === undefined ? [] : await loadWaivers(settings.waivers),
		maxWaiverDays: settings['max-waiver-days'],
		concurrency: settings.concurrency,
		timeoutSeconds: settings.timeout,
		requestTimeoutSeconds: settings['request-timeout'],
		threads: settings.threads ?? availableParallelism(),
		readBootstrapTokens: settings['read-bootstrap-tokens'],
		signal: interruption,
		onEvent: () => undefined,
		onFacts: null,
	};
}

/** @throws {ScanError} USAGE */
function historyTarget({ history: path, 'forget-cluster': forget = [] }: Settings): ScanRequest['history'] {
	if (path !== undefined) return { path, forget };
	if (forget.length === 0) return null;
	throw new ScanError('USAGE', '--forget-cluster needs the file to forget it in', {
		hint: 'add --history FILE',
	});
}

async function loadWaivers(path: string): Promise<Waiver[]> {
	return (await import('./read-waivers.ts')).readWaivers(path);
}

async function scanWithProgress(
	request: ScanRequest,
	bundle: Bundle,
	{ output, facts }: { output: Output | null; facts: FactsFolder | null },
): Promise<Report> {
	const { scan } = await import('../scan.ts');
	const progress = createProgress(process.env.TERM);
	const clear = () => {
		output?.clear();
		facts?.clear();
	};
	const onEvent: ScanRequest['onEvent'] = event => {
		progress.onEvent(event);
		// Loaded while the lists arrive; what fails here fails again where they are used.
		if (event.kind === 'targets') import('../reporters/index.ts').catch(() => undefined);
		// Only now: a mistake in the command line or a kubeconfig is known before, and costs nobody the last report.
		if (event.kind === 'targets' && request.savedFacts === null) clear();
	};
	const onFacts = facts?.save ?? null;
	const report = await scan({ ...request, onEvent, onFacts }, bundle).finally(progress.end);
	// Saved facts are all read, and none was malformed.
	if (request.savedFacts !== null) clear();
	return report;
}

/** Each folder has a manifest of its own, and facts that are read are not removed first. */
function checkFolders(settings: Settings): void {
	const { out, facts, 'save-facts': saved } = settings;
	const taken = [out, ...(facts === undefined ? [] : [facts])]
		.filter(path => path !== '-')
		.map(path => resolve(path));
	if (saved === undefined || !taken.includes(resolve(saved))) return;
	const hint = 'give the facts a folder of their own';
	throw new ScanError('USAGE', `--save-facts ${saved} is the folder of --out or --facts too`, { hint });
}
