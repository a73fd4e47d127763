import { HOUR } from '../../lib/epoch.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { oneLine, plural } from '../../lib/text.ts';
import type { JournalEntry } from '../../model/journal.ts';
import type { Plan, Step } from '../../model/plan.ts';
import { type Prepared, pause, prepareApply } from '../../remediate.ts';
import { applySteps } from '../../remediation/apply.ts';
import { approverOf } from '../../remediation/approval.ts';
import { changesByRun } from '../../remediation/changes.ts';
import { type Journal, openJournal, recordsOf, type Signer } from '../../remediation/journal.ts';
import type { StepResult } from '../../remediation/run-step.ts';
import type { ApplyFlags } from '../apply.ts';
import { askNumber } from '../ask-number.ts';
import { INTERRUPTED, interruption } from '../interrupt.ts';
import { type JournalFile, openJournalFile, readJournalFile } from '../journal-file.ts';
import { publicKeyOf } from '../keys.ts';
import { loadPolicies } from '../load-policies.ts';
import { log } from '../log.ts';
import { readApproval, readPlan } from '../plan-schema.ts';
import { resultLine, stepLines } from '../plan-text.ts';
import { buildRequest } from '../run-scan.ts';
import { loadSettings, type Settings } from '../settings.ts';
import { journalSigner, type Ledger, openLedger, stateFolder } from '../state-folder.ts';
import { print } from '../stdout.ts';

/** Stopped, or partly failed. */
export const PARTLY = 4;

/** Carries a plan out. */
export async function run({ plan: path, ...flags }: ApplyFlags): Promise<void> {
	const { journal, yes, 'dry-run': isDryRun, approval, ...others } = flags;
	const settings = await loadSettings(others);
	process.exitCode = await applyFile(path, settings, {
		journal: journal ?? `${path}.journal`,
		approval: approval ?? `${path}.approval`,
		isAsked: yes !== true,
		isDryRun: isDryRun === true,
	});
}

export interface ApplyHow {
	journal: string;
	approval: string;
	/** A person types the number of objects. */
	isAsked: boolean;
	isDryRun: boolean;
}

/** Applies the plan of a file. @returns the exit code. @throws {ScanError} before anything is changed. */
export async function applyFile(path: string, settings: Settings, how: ApplyHow): Promise<number> {
	const plan = await readPlan(path);
	const folder = stateFolder(settings);
	const signer = await journalSigner(folder);
	if (settings['require-approval']) {
		const approvers = Object.entries(settings.approvers).map(([name, key]) => [name, publicKeyOf(key, name)]);
		const who = approverOf(
			plan,
			await readApproval(how.approval),
			Object.fromEntries(approvers),
			signer.publicKey,
		);
		log('info', `approved by ${oneLine(who)}`);
	}
	const trusted = trustedKeys(settings, signer);
	const file = how.isDryRun
		? await readOnly(how.journal, trusted)
		: await openJournalFile(how.journal, trusted);
	try {
		refuseOther(file.lines[0]?.entry, plan, how.journal);
		const records = recordsOf(file.lines);
		const again = plan.steps.filter(({ id }) => records.get(id)?.ended?.outcome !== 'done');
		const earlier = changesByRun(file.lines, new Set(again.map(({ id }) => id)));
		const ledger = await openLedger(folder, earlier, clock);
		return await applyWith(plan, settings, how, { file, signer, ledger });
	} finally {
		await file.close();
	}
}

export const clock = () => Math.floor(Date.now() / 1000);

export function trustedKeys(settings: Settings, signer: Signer): Set<string> {
	const others = settings['journal-keys'].map(key => publicKeyOf(key, 'journal-keys'));
	return new Set([signer.publicKey, ...others]);
}

/** A dry run goes by what is on record, and adds nothing to it. */
export async function readOnly(path: string, trusted: ReadonlySet<string>): Promise<JournalFile> {
	const none = { lines: [], wholeBytes: 0, isTorn: false };
	const read = await readJournalFile(path, trusted).catch(error => {
		if (error instanceof ScanError && error.code === 'FILE_UNREADABLE') return none;
		throw error;
	});
	return { ...read, store: { append: async () => undefined }, close: async () => undefined };
}

function refuseOther(entry: JournalEntry | undefined, plan: Plan, path: string): void {
	if (entry === undefined) return;
	if (entry.kind === 'open' && entry.command === 'apply' && entry.of === plan.digest) return;
	throw new ScanError('JOURNAL_INVALID', `${oneLine(path)} is the journal of another run; nothing was done`, {
		hint: 'name another file with --journal',
	});
}

/** What a run is written to. */
export interface Books {
	file: JournalFile;
	signer: Signer;
	ledger: Ledger;
}

async function applyWith(
	plan: Plan,
	settings: Settings,
	how: ApplyHow,
	{ file, signer, ledger }: Books,
): Promise<number> {
	const request = await liveRequest(settings);
	const { bundle } = await loadPolicies(settings);
	log('info', 'looking at everything anew');
	const prepared = await prepareApply(request, {
		plan,
		bundle,
		earlier: file.lines,
		now: clock,
		maxAgeSeconds: settings['max-age'] * HOUR,
		maxObjects: settings['max-objects'] ?? null,
		spent: ledger.spent,
	});
	try {
		for (const notice of prepared.notices) log('warn', notice);
		await print(preview(prepared));
		refuse(prepared.refusals);
		const count = sum(prepared.objects);
		if (count > 0 && how.isAsked && !how.isDryRun)
			await askNumber(
				count,
				`${plural(count, 'object')} on ${plural(prepared.objects.size, 'cluster')} will be changed`,
			);
		const journal = openJournal(file.store, file.lines, signer, clock);
		const start = () => begin(journal, plan, signer, ledger);
		if (how.isDryRun) await start();
		else refuse(await reserve(ledger, prepared, start));
		return await carryOut(prepared, journal, settings, how, ledger);
	} finally {
		prepared.reached.close();
	}
}

/** @throws {ScanError} PLAN_REFUSED */
function refuse([refusal, ...others]: string[]): void {
	if (refusal === undefined) return;
	for (const other of others) log('error', other);
	throw new ScanError('PLAN_REFUSED', `${refusal}; nothing was done`, {
		hint: 'plan less at once with --only, --cluster or --policy, or raise what is named',
	});
}

/**
 * Sets out to change what was prepared, unless others have meanwhile set out to change too much. The journal names the
 * run first: what is set out to and cut short is then known to be of it.
 */
export function reserve(
	ledger: Ledger,
	{ objects, tooMany }: Pick<Prepared, 'objects' | 'tooMany'>,
	begin: () => Promise<unknown>,
): Promise<string[]> {
	return ledger.reserve(objects, async spent => {
		const refusals = tooMany(spent);
		if (refusals.length === 0) await begin();
		return refusals;
	});
}

/** Leaves to other runs what was not done; what may have been counts. */
export async function settle(ledger: Ledger, { objects }: Pick<Prepared, 'objects'>, { lines }: Journal) {
	const changed = changesByRun(lines).get(ledger.run);
	await ledger.settle(new Map([...objects.keys()].map(uid => [uid, changed?.get(uid) ?? 0])));
}

/** Targets that are live: nothing is changed on what files say. @throws {ScanError} USAGE */
export async function liveRequest(settings: Settings) {
	if (settings.facts !== undefined || settings.now !== undefined)
		throw new ScanError(
			'USAGE',
			'what is changed is looked at live: facts and now of the config stand against it',
			{
				hint: 'use a config without them',
			},
		);
	return buildRequest(settings);
}

async function begin(journal: Journal, plan: Plan, { publicKey }: Signer, { run }: Ledger): Promise<void> {
	if (journal.lines.length > 0) {
		await journal.append({ kind: 'resume', run });
		return;
	}
	await journal.append({
		...{ kind: 'open', apiVersion: 'kubelapse/journal/v1', command: 'apply' },
		...{ of: plan.digest, key: publicKey, steps: plan.steps.length, run },
	});
}

async function carryOut(
	prepared: Prepared,
	journal: Journal,
	settings: Settings,
	how: ApplyHow,
	ledger: Ledger,
): Promise<number> {
	for (const { step, why, isUnread } of prepared.skipped) {
		const outcome = isUnread ? 'failed' : 'skipped';
		await journal.append({ kind: 'end', step: step.id, outcome, reason: why, after: null, access: [] });
	}
	const { results, left } = await applySteps({
		steps: prepared.steps,
		journal,
		isDryRun: how.isDryRun,
		concurrency: settings.concurrency,
		handsOf: uid => prepared.reached.hands.get(uid) ?? null,
		actors: prepared.actors,
		fresh: prepared.fresh,
		now: clock,
		pause,
		signal: interruption,
		onStep: result => log(result.isFault ? 'error' : 'info', resultLine(result)),
	});
	await print(outcomeText(results, left, prepared, how));
	if (!how.isDryRun) await settle(ledger, prepared, journal);
	if (interruption.aborted) return INTERRUPTED;
	const isWhole =
		left.length === 0 &&
		prepared.skipped.every(({ isUnread }) => !isUnread) &&
		results.every(({ outcome }) => outcome !== 'failed' && outcome !== 'unconfirmed');
	return isWhole ? 0 : PARTLY;
}

export const sum = (counts: ReadonlyMap<string, number>) =>
	[...counts.values()].reduce((total, count) => total + count, 0);

function preview({ steps, skipped, objects }: Prepared): string {
	const lines = [
		...stepLines(steps),
		...(skipped.length === 0
			? []
			: [
					'',
					'Left alone',
					...skipped.map(({ step, why }) => `  ${step.id} ${step.action}: ${oneLine(why, 300)}`),
				]),
		'',
		`${plural(sum(objects), 'object')} on ${plural(objects.size, 'cluster')} to change`,
	];
	return `${lines.join('\n')}\n`;
}

function outcomeText(
	results: StepResult[],
	left: { step: Step; why: string }[],
	{ skipped }: Prepared,
	{ isDryRun, journal }: ApplyHow,
): string {
	const count = (outcome: StepResult['outcome']) => results.filter(each => each.outcome === outcome).length;
	const parts = [
		`${count('done')} done`,
		`${count('skipped') + skipped.length} skipped`,
		`${count('unconfirmed')} not confirmed`,
		`${count('failed')} failed`,
		`${left.length} left`,
	];
	const lines = [
		...left.map(({ step, why }) => `left        ${step.id} ${step.action}: ${oneLine(why, 300)}`),
		parts.join(', ') + (isDryRun ? ' (a dry run: nothing was changed)' : ''),
		...(isDryRun ? [] : [`journal ${journal}; kubelapse restore ${journal} puts back what can be put back`]),
	];
	return `${lines.join('\n')}\n`;
}
