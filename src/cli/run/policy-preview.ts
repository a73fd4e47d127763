import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Bundle } from '../../evaluate/bundle.ts';
import type { Params } from '../../evaluate/catalog.ts';
import { formatRfc3339 } from '../../lib/epoch.ts';
import { oneLine, plural } from '../../lib/text.ts';
import type { EpochSeconds, Facts } from '../../model/facts.ts';
import type { RecordKind } from '../../model/record.ts';
import type { Report } from '../../model/report.ts';
import { wrap } from '../../reporters/terminal.ts';
import { scan } from '../../scan.ts';
import { readFacts, readFactsFolder } from '../facts-folder.ts';
import { loadPolicies } from '../load-policies.ts';
import { log } from '../log.ts';
import type { PreviewFlags } from '../policy.ts';
import { compareFindings, type Difference, type PreviewedFinding } from '../preview.ts';
import { buildRequest } from '../run-scan.ts';
import { type GlobalFlags, loadSettings, mergeSettings } from '../settings.ts';
import { print } from '../stdout.ts';

/** One run's facts, judged with and without the policies. */
interface Previewed extends Difference {
	facts: string;
	now: EpochSeconds;
	clusters: number;
	/** Policies that could not be evaluated, and why: what is said of them is no preview. */
	errors: string[];
}

/** Prints what policies of one's own would change in the findings of earlier runs. @throws {ScanError} */
export async function runPreview({
	facts: paths,
	policy,
	now,
	format,
	...flags
}: PreviewFlags): Promise<void> {
	const settings = await loadSettings(flags);
	const given = policy.map(folder => resolve(folder));
	const others = settings.policy.filter(folder => !given.includes(resolve(folder)));
	const after = (await loadPolicies({ ...settings, policy: [...others, ...policy] })).bundle;
	const without = (await loadPolicies({ ...settings, policy: others, params: undefined })).bundle;
	const before = { ...without, params: knownParams(after.params, without.params) };
	const runs: Previewed[] = [];
	for (const path of paths) runs.push(await previewRun(path, { ...flags, now }, { before, after }));
	const unjudged = after.catalog
		.filter(({ id, kind }) => !before.catalog.some(known => known.id === id) && NOT_IN_FACTS.includes(kind))
		.map(({ id }) => id);
	const text = format === 'json' ? toJson(runs, unjudged) : toText(runs, unjudged);
	await print(text);
	for (const { facts, errors } of runs)
		for (const error of errors) log('error', `${facts}: ${error}`, { code: 'POLICY_FAILED' });
	if (runs.some(({ errors }) => errors.length > 0)) process.exitCode = 2;
}

/** Records that a run makes of its own findings and waivers. */
const NOT_IN_FACTS: RecordKind[] = ['waiver', 'finding'];

/** The thresholds in force, as far as other policies have them. */
function knownParams(inForce: Params, known: Params): Params {
	return mapValues(known, (names, category) =>
		mapValues(names, (values, name) =>
			mapValues(values, (value, key) => inForce[category]?.[name]?.[key] ?? value),
		),
	);
}

function mapValues<T>(values: Record<string, T>, change: (value: T, key: string) => T): Record<string, T> {
	return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value, key)]));
}

/** Judges one run's facts twice. They are read anew each time: those of a fleet need not fit into memory. */
async function previewRun(
	path: string,
	{ now: clock, ...flags }: GlobalFlags & { now: EpochSeconds | undefined },
	{ before, after }: { before: Bundle; after: Bundle },
): Promise<Previewed> {
	const { latest, clusters } = await survey(path);
	const now = clock ?? latest;
	// Named as a file to read, so that nothing connects to anything.
	const request = await buildRequest(mergeSettings({ ...flags, files: [path], now }, {}));
	const judged = async (bundle: Bundle) =>
		scan({ ...request, files: [], savedFacts: await factsAt(path) }, bundle);
	const { findings } = await judged(before);
	const previewed = await judged(after);
	const errors = errorsOf(previewed);
	return { facts: path, now, clusters, errors, ...compareFindings(findings, previewed.findings) };
}

/** The verdict's reasons begin with them, one for each policy. */
function errorsOf({ findings, run: { verdict } }: Report): string[] {
	if (verdict.exitCode !== 2) return [];
	const failed = findings.filter(({ gaps }) => gaps.some(({ source }) => source === 'evaluation'));
	const policies = new Set(failed.map(({ policyId }) => policyId));
	return verdict.reasons.slice(0, Math.max(policies.size, 1));
}

/** When the last of a run's facts were collected, and of how many clusters they are. */
async function survey(path: string): Promise<{ latest: EpochSeconds; clusters: number }> {
	let [latest, clusters] = [0, 0];
	for await (const { collectedAt } of await factsAt(path)) {
		latest = Math.max(latest, collectedAt);
		clusters++;
	}
	return { latest, clusters };
}

async function factsAt(path: string): Promise<AsyncIterable<Facts>> {
	const isFile = await stat(path).then(
		found => found.isFile(),
		() => false,
	);
	return isFile ? one(path) : readFactsFolder(path);
}

async function* one(path: string): AsyncGenerator<Facts> {
	yield await readFacts(path);
}

function toJson(runs: Previewed[], unjudged: string[]): string {
	return `${JSON.stringify({ runs, totals: totalsOf(runs), unjudged }, null, 2)}\n`;
}

function toText(runs: Previewed[], unjudged: string[]): string {
	const lines = runs.flatMap(run => [
		`${oneLine(run.facts, 500)}: ${plural(run.clusters, 'cluster')} as of ${formatRfc3339(run.now)}`,
		...run.appears.flatMap(finding => told('appears', wordOf(finding), finding)),
		...run.vanishes.flatMap(finding => told('vanishes', wordOf(finding), finding)),
		...run.changes.flatMap(({ before, after }) => told('changes', changeOf(before, after), after)),
	]);
	for (const id of unjudged) lines.push(`${id} judges what a run does itself: facts say nothing of it`);
	const { appears, vanishes, changes, stays } = totalsOf(runs);
	return `${[...lines, '', `${appears} appear, ${vanishes} vanish, ${changes} change, ${stays} stay`].join('\n')}\n`;
}

function told(what: string, how: string, { policyId, subject, cluster }: PreviewedFinding): string[] {
	const who = oneLine(`${subject} on ${cluster}`, 300);
	return [
		`  ${what.padEnd(8)}  ${how.padEnd(8)}  ${policyId}`,
		...wrap(who, 68).map(line => `            ${line}`),
	];
}

function changeOf(before: PreviewedFinding, after: PreviewedFinding): string {
	return before.outcome === after.outcome
		? `${before.severity} -> ${after.severity}`
		: `${wordOf(before)} -> ${wordOf(after)}`;
}

/** An unknown has no severity that anybody acts on. */
function wordOf({ outcome, severity }: PreviewedFinding): string {
	return outcome === 'unknown' ? 'unknown' : severity;
}

function totalsOf(runs: Previewed[]) {
	const sum = (count: (run: Previewed) => number) => runs.reduce((total, run) => total + count(run), 0);
	return {
		appears: sum(({ appears }) => appears.length),
		vanishes: sum(({ vanishes }) => vanishes.length),
		changes: sum(({ changes }) => changes.length),
		stays: sum(({ stays }) => stays),
	};
}
