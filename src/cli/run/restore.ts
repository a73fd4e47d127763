import { ScanError } from '../../lib/scan-error.ts';
import { oneLine, plural } from '../../lib/text.ts';
import type { JournalEntry, Sealed } from '../../model/journal.ts';
import { type PreparedRestore, pause, prepareRestore } from '../../remediate.ts';
import { changesByRun } from '../../remediation/changes.ts';
import { isClosed, openJournal, type ReadJournal, recordsOf, tally } from '../../remediation/journal.ts';
import { targetName } from '../../remediation/plan.ts';
import { restoreSteps, undoableOf } from '../../remediation/restore.ts';
import { askNumber } from '../ask-number.ts';
import { INTERRUPTED, interruption } from '../interrupt.ts';
import { openJournalFile, readJournalFile } from '../journal-file.ts';
import { loadPolicies } from '../load-policies.ts';
import { log } from '../log.ts';
import { resultLine } from '../plan-text.ts';
import type { RestoreFlags } from '../restore.ts';
import { loadSettings, type Settings } from '../settings.ts';
import { journalSigner, openLedger, stateFolder } from '../state-folder.ts';
import { print } from '../stdout.ts';
import {
	type Books,
	clock,
	liveRequest,
	PARTLY,
	readOnly,
	reserve,
	settle,
	sum,
	trustedKeys,
} from './apply.ts';

/** Shorter words are no name of a step. */
const LEAST_WORD = 4;

/** Puts back what the run of a journal has removed. */
export async function run({ journal: path, ...flags }: RestoreFlags): Promise<void> {
	const { record, yes, 'dry-run': dryRun, step: words = [], unfinished, ...others } = flags;
	const settings = await loadSettings(others);
	const folder = stateFolder(settings);
	const signer = await journalSigner(folder);
	const trusted = trustedKeys(settings, signer);
	const read = await readJournalFile(path, trusted);
	refuseUnfinished(read, path, unfinished === true);
	const { lines } = read;
	const chosen = chosenOf(lines, words);
	const of = lines.at(-1)?.hash ?? '';
	const isDryRun = dryRun === true;
	const place = record ?? `${path}.restore`;
	const file = isDryRun ? await readOnly(place, trusted) : await openJournalFile(place, trusted);
	try {
		refuseOther(file.lines[0]?.entry, of, place);
		const records = recordsOf(file.lines);
		const again = chosen.filter(id => records.get(id)?.ended?.outcome !== 'done');
		const ledger = await openLedger(folder, changesByRun(file.lines, new Set(again)), clock);
		const how = { of, isDryRun, isAsked: yes !== true };
		const before = chosen.length - again.length;
		const done =
			before +
			(again.length === 0 ? 0 : await restore(lines, again, settings, how, { file, signer, ledger }));
		await print(
			`${done} put back, ${chosen.length - done} not${isDryRun ? ' (a dry run: nothing was changed)' : ''}\n`,
		);
		const isWhole = done === chosen.length && (done > 0 || words.length === 0);
		process.exitCode = interruption.aborted ? INTERRUPTED : isWhole ? 0 : PARTLY;
	} finally {
		await file.close();
	}
}

/** @throws {ScanError} JOURNAL_INVALID for what is no journal of a run of `apply` that has ended. */
function refuseUnfinished({ lines, isTorn }: ReadJournal, path: string, isAllowed: boolean): void {
	const first = lines[0]?.entry;
	if (first?.kind !== 'open' || first.command !== 'apply')
		throw new ScanError('JOURNAL_INVALID', `${oneLine(path)} is no journal of apply; nothing was done`);
	if ((isTorn || !isClosed(lines)) && !isAllowed)
		throw new ScanError(
			'JOURNAL_INVALID',
			`the run of ${oneLine(path)} has not come to its end; nothing was done`,
			{
				hint: 'apply its plan again to finish it, or add --unfinished to go by what is on record',
			},
		);
}

function refuseOther(entry: JournalEntry | undefined, of: string, path: string): void {
	if (entry === undefined || (entry.kind === 'open' && entry.command === 'restore' && entry.of === of))
		return;
	throw new ScanError('JOURNAL_INVALID', `${oneLine(path)} is the journal of another run; nothing was done`, {
		hint: 'name another file with --record',
	});
}

/** Ids of the steps that are asked for and can be put back. @throws {ScanError} USAGE for a word that names none. */
function chosenOf(lines: readonly Sealed[], words: string[]): string[] {
	const ids = [...recordsOf(lines).keys()];
	for (const word of words)
		if (word.length < LEAST_WORD || !ids.some(id => id.startsWith(word)))
			throw new ScanError(
				'USAGE',
				`--step ${oneLine(word, 100)} names no step of the journal; nothing was done`,
				{
					hint: `write the id of a step, or how it begins: ${LEAST_WORD} characters at least`,
				},
			);
	return undoableOf(lines, words).map(({ step }) => step.id);
}

interface How {
	/** Hash of the last line of the journal that is undone. */
	of: string;
	/** A person types the number of objects. */
	isAsked: boolean;
	isDryRun: boolean;
}

/** @returns how many steps were put back. */
async function restore(
	lines: readonly Sealed[],
	chosen: string[],
	settings: Settings,
	how: How,
	{ file, signer, ledger }: Books,
): Promise<number> {
	const request = await liveRequest(settings);
	const { bundle } = await loadPolicies(settings);
	const maxObjects = settings['max-objects'] ?? null;
	const prepared = await prepareRestore(request, lines, chosen, { bundle, maxObjects, spent: ledger.spent });
	try {
		for (const notice of prepared.notices) log('warn', notice);
		await print(preview(prepared));
		refuse(prepared.refusals);
		const count = sum(prepared.objects);
		if (count > 0 && how.isAsked && !how.isDryRun)
			await askNumber(count, `${plural(count, 'object')} will be put back`);
		const journal = openJournal(file.store, file.lines, signer, clock);
		const begin = () =>
			journal.append(
				journal.lines.length > 0
					? { kind: 'resume', run: ledger.run }
					: {
							...{ kind: 'open', apiVersion: 'kubelapse/journal/v1', command: 'restore', of: how.of },
							...{ key: signer.publicKey, steps: prepared.steps.length, run: ledger.run },
						},
			);
		if (how.isDryRun) await begin();
		else refuse(await reserve(ledger, prepared, begin));
		const results = await restoreSteps({
			...{ steps: prepared.steps, journal, isDryRun: how.isDryRun, isDeleted: prepared.isDeleted },
			...{ now: clock, pause, signal: interruption },
			handsOf: uid => prepared.reached.hands.get(uid) ?? null,
			onStep: result => log(result.outcome === 'done' ? 'info' : 'warn', resultLine(result)),
		});
		if (results.length === prepared.steps.length)
			await journal.append({ kind: 'close', outcomes: tally(journal.lines), left: 0 });
		if (!how.isDryRun) await settle(ledger, prepared, journal);
		return results.filter(({ outcome }) => outcome === 'done').length;
	} finally {
		prepared.reached.close();
	}
}

/** @throws {ScanError} PLAN_REFUSED */
function refuse([refusal]: string[]): void {
	if (refusal === undefined) return;
	throw new ScanError('PLAN_REFUSED', `${refusal}; nothing was done`, { hint: 'choose steps with --step' });
}

function preview({ steps }: PreparedRestore): string {
	return steps
		.map(
			({ step }) =>
				`  ${step.id} ${step.action} ${targetName(step.target)} on ${oneLine(step.cluster.name, 60)}\n`,
		)
		.join('');
}
