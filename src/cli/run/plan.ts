import { join } from 'node:path';
import { DAY, formatDay, HOUR } from '../../lib/epoch.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { subjectKey } from '../../lib/subject.ts';
import { byCodeUnit } from '../../lib/text.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import type { Plan, PlanOptions, Step } from '../../model/plan.ts';
import type { ScanRequest } from '../../model/scan.ts';
import type { History } from '../../providers/history/index.ts';
import { breakGlassOf, preparePlan } from '../../remediate.ts';
import { objectsByCluster } from '../../remediation/caps.ts';
import { loadPolicies } from '../load-policies.ts';
import { log } from '../log.ts';
import { makeFolders } from '../make-folders.ts';
import type { PlanFlags } from '../plan.ts';
import { planText } from '../plan-text.ts';
import { readResult } from '../read-result.ts';
import { buildRequest } from '../run-scan.ts';
import { loadSettings, type Settings } from '../settings.ts';
import { print } from '../stdout.ts';
import { writeWhole } from '../write-whole.ts';

/** Plans from a result, writes the plan and prints its table. */
export async function run(flags: PlanFlags): Promise<void> {
	const { result, out = 'plan.json', grace: days = 0, 'deny-pack': packs, ...rest } = flags;
	const { policy, cluster, identity, only, exclude, force, bulk, ...others } = rest;
	const {
		'no-restore': noRestore,
		'revoke-own': revokeOwn,
		'quarantine-days': quarantine,
		...targets
	} = others;
	const settings = await loadSettings(targets);
	const report = await readResult(result);
	const { bundle } = await loadPolicies(settings);
	const now = Math.floor(Date.now() / 1000);
	const options: PlanOptions = {
		only: only ?? [],
		exclude: exclude ?? [],
		policies: policy ?? [],
		clusters: cluster ?? [],
		identities: identity ?? [],
		force: force === true,
		noRestore: noRestore === true,
		revokeOwn: revokeOwn === true,
		bulk: bulk === true,
		quarantineDays: quarantine ?? 14,
		offboard: null,
		denyPack: packs !== undefined,
	};
	const graceful = await openGrace(settings, days, now);
	try {
		const ask = {
			...{ options, now, maxAgeSeconds: settings['max-age'] * HOUR },
			breakGlass: breakGlassOf(report, bundle),
		};
		const clusters = report.clusters.map(({ uid }) => uid);
		const { plan, notices } = await preparePlan(
			report,
			{ ...ask, grace: await graceful.rule(clusters) },
			await liveTargets(settings),
		);
		for (const notice of notices) log('warn', notice);
		await graceful.save(plan);
		await writePlan(plan, out, packs);
		if (out !== '-' && !settings.quiet) {
			await print(planText(plan, objectsByCluster(plan.steps)));
			await print(`\nwrote ${out}\nNext     kubelapse apply ${out} --dry-run\n`);
		}
	} finally {
		graceful.close();
	}
}

/** Null where no target is named and none is to be found: then nobody is asked what is permitted. */
export async function liveTargets(settings: Settings): Promise<ScanRequest | null> {
	try {
		return await buildRequest({ ...settings, files: [], facts: undefined, history: undefined });
	} catch (error) {
		if (
			!(error instanceof ScanError) ||
			error.code !== 'USAGE' ||
			!error.message.startsWith('nothing to scan')
		)
			throw error;
		log('warn', 'no target is named: what is permitted is not asked, and who plans is not known');
		return null;
	}
}

async function writePlan(plan: Plan, out: string, packs: string | undefined): Promise<void> {
	const text = `${JSON.stringify(plan, null, 2)}\n`;
	if (out === '-') await print(text);
	else await writeWhole(out, text);
	if (packs === undefined) return;
	await makeFolders(packs);
	for (const { action, instructions, id, target } of plan.steps) {
		if (action !== 'deny_pack' || target.kind !== 'credential') continue;
		await writeWhole(join(packs, `deny-${id}.yaml`), `${instructions.join('\n')}\n`);
	}
}

const KIND = 'grace';
/** A mark that counts no more. */
const CLEARED = 0;

/** Whether every step that there is was looked at. What could not be read today only waits longer. */
function isWhole({ options: { only, exclude, policies, clusters, identities } }: Plan): boolean {
	return [only, exclude, policies, clusters, identities].every(({ length }) => length === 0);
}

interface Grace {
	rule(clusters: string[]): Promise<(step: Step) => string | null>;
	/** Keeps when targets were first planned, and forgets those that are planned no more. */
	save(plan: Plan): Promise<void>;
	close(): void;
}

/** Marks are kept in the history: what is found once is announced, and acted upon when it is still there days later. */
async function openGrace(settings: Settings, days: number, now: EpochSeconds): Promise<Grace> {
	if (days === 0)
		return { rule: async () => () => null, save: async () => undefined, close: () => undefined };
	if (settings.history === undefined)
		throw new ScanError('USAGE', '--grace needs the file that keeps its marks', {
			hint: 'add --history FILE',
		});
	const { openHistory } = await import('../../providers/history/index.ts');
	const history: History = await openHistory(settings.history);
	const marks = new Map<string, EpochSeconds>();
	const fresh: Step[] = [];
	const seen = new Set<string>();
	const places = new Map<string, string>();
	// A step on a binding that takes more away than was announced begins anew.
	const keyOf = ({ cluster, action, target }: Step) =>
		JSON.stringify([
			...[cluster.uid, action, target.uid],
			...(target.kind === 'binding' ? target.remove.map(subjectKey).sort(byCodeUnit) : []),
		]);
	return {
		rule: async clusters => {
			for (const cluster of clusters)
				for (const { target, kind, at } of await history.marks(cluster)) {
					if (kind !== KIND) continue;
					marks.set(target, at);
					places.set(target, cluster);
				}
			return step => {
				seen.add(keyOf(step));
				const since = marks.get(keyOf(step)) ?? CLEARED;
				if (since === CLEARED) {
					fresh.push(step);
					return `marked now; planned from ${formatDay(now + days * DAY)} on, if it is still so`;
				}
				const end = since + days * DAY;
				return now < end ? `marked on ${formatDay(since)}; planned from ${formatDay(end)} on` : null;
			};
		},
		save: async plan => {
			const unique = new Map(fresh.map(step => [keyOf(step), step]));
			for (const [target, step] of unique)
				await history.mark({ cluster: step.cluster.uid, target, kind: KIND, at: now });
			// What is no more to be ended begins anew when it comes back; a plan of some steps tells nothing of the others.
			for (const [target, cluster] of isWhole(plan) ? places : [])
				if (!seen.has(target)) await history.mark({ cluster, target, kind: KIND, at: CLEARED });
			await history.save(null);
		},
		close: history.close,
	};
}
