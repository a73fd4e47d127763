import { ScanError } from '../../lib/scan-error.ts';
import { oneLine, plural } from '../../lib/text.ts';
import { pause, prepareRestore } from '../../remediate.ts';
import { isClosed, openJournal, recordsOf, tally } from '../../remediation/journal.ts';
import { targetName } from '../../remediation/plan.ts';
import { restoreSteps } from '../../remediation/restore.ts';
import { askNumber } from '../ask-number.ts';
import { INTERRUPTED, interruption } from '../interrupt.ts';
import { openJournalFile, readJournalFile } from '../journal-file.ts';
import { loadPolicies } from '../load-policies.ts';
import { log } from '../log.ts';
import { resultLine } from '../plan-text.ts';
import type { RestoreFlags } from '../restore.ts';
import { loadSettings } from '../settings.ts';
import { journalSigner, openLedger, stateFolder } from '../state-folder.ts';
import { print } from '../stdout.ts';
import { clock, liveRequest, PARTLY, sum, trustedKeys } from './apply.ts';

/** Puts back what the run of a journal has removed. */
export async function run({ journal: path, ...flags }: RestoreFlags): Promise<void> {
	const { record: wanted, yes, 'dry-run': dryRun, step: chosen = [], unfinished, ...others } = flags;
	const settings = await loadSettings(others);
	const folder = stateFolder(settings);
	const signer = await journalSigner(folder);
	const trusted = trustedKeys(settings, signer);
	const { lines, isTorn } = await readJournalFile(path, trusted);
	const [first] = lines;
	if (first?.entry.kind !== 'open' || first.entry.command !== 'apply')
		throw new ScanError('JOURNAL_INVALID', `${oneLine(path)} is no journal of apply; nothing was done`);
	if ((isTorn || !isClosed(lines)) && unfinished !== true)
		throw new ScanError(
			'JOURNAL_INVALID',
			`the run of ${oneLine(path)} has not come to its end; nothing was done`,
			{
				hint: 'apply its plan again to finish it, or add --unfinished to go by what is on record',
			},
		);
	const isDryRun = dryRun === true;
	const of = lines.at(-1)?.hash ?? '';
	const request = await liveRequest(settings);
	const { bundle } = await loadPolicies(settings);
	const ledger = await openLedger(folder, `restore ${of}`, clock);
	const prepared = await prepareRestore(request, lines, chosen, {
		bundle,
		maxObjects: settings['max-objects'] ?? null,
		spent: ledger.spent,
	});
	const place = wanted ?? `${path}.restore`;
	const memory = { lines: [], store: { append: async () => undefined }, close: async () => undefined };
	try {
		for (const notice of prepared.notices) log('warn', notice);
		await print(
			prepared.steps
				.map(
					({ step }) =>
						`  ${step.id} ${step.action} ${targetName(step.target)} on ${oneLine(step.cluster.name, 60)}\n`,
				)
				.join(''),
		);
		const [refusal] = prepared.refusals;
		if (refusal !== undefined)
			throw new ScanError('PLAN_REFUSED', `${refusal}; nothing was done`, {
				hint: 'choose steps with --step',
			});
		const count = sum(prepared.objects);
		if (count > 0 && yes !== true && !isDryRun)
			await askNumber(count, `${plural(count, 'object')} will be put back`);
		const file = isDryRun ? memory : await openJournalFile(place, trusted);
		try {
			const begun = file.lines[0]?.entry;
			if (begun !== undefined && (begun.kind !== 'open' || begun.of !== of))
				throw new ScanError(
					'JOURNAL_INVALID',
					`${oneLine(place)} is the journal of another run; nothing was done`,
					{
						hint: 'name another file with --record',
					},
				);
			if (!isDryRun) await ledger.record(prepared.objects);
			const journal = openJournal(file.store, file.lines, signer, clock);
			await journal.append(
				begun === undefined
					? {
							...{ kind: 'open', apiVersion: 'kubelapse/journal/v1', command: 'restore', of },
							...{ key: signer.publicKey, steps: prepared.steps.length },
						}
					: { kind: 'resume' },
			);
			const records = recordsOf(journal.lines);
			const isDone = (id: string) => records.get(id)?.ended?.outcome === 'done';
			const before = prepared.steps.filter(({ step }) => isDone(step.id)).length;
			const results = await restoreSteps({
				...{ steps: prepared.steps, journal, isDryRun, isDeleted: prepared.isDeleted },
				...{ now: clock, pause, signal: interruption },
				handsOf: uid => prepared.reached.hands.get(uid) ?? null,
				onStep: result => log(result.outcome === 'done' ? 'info' : 'warn', resultLine(result)),
			});
			if (before + results.length === prepared.steps.length)
				await journal.append({ kind: 'close', outcomes: tally(journal.lines), left: 0 });
			const done = before + results.filter(({ outcome }) => outcome === 'done').length;
			await print(
				`${done} put back, ${prepared.steps.length - done} not${isDryRun ? ' (a dry run: nothing was changed)' : ''}\n`,
			);
			process.exitCode = interruption.aborted ? INTERRUPTED : done === prepared.steps.length ? 0 : PARTLY;
		} finally {
			await file.close();
		}
	} finally {
		prepared.reached.close();
	}
}
