import { formatRfc3339 } from '../../lib/epoch.ts';
import { oneLine, plural } from '../../lib/text.ts';
import { isClosed, recordsOf } from '../../remediation/journal.ts';
import { targetName } from '../../remediation/plan.ts';
import type { JournalFlags } from '../journal.ts';
import { readJournalFile } from '../journal-file.ts';
import { publicKeyOf } from '../keys.ts';
import { log } from '../log.ts';
import { loadSettings } from '../settings.ts';
import { journalSigner, stateFolder } from '../state-folder.ts';
import { print } from '../stdout.ts';

/** A run that was cut short, or lines that were taken off: nobody can tell. */
const UNFINISHED = 4;

/** Verifies a journal, and says what it holds. */
export async function run({ file, ...flags }: JournalFlags): Promise<void> {
	const settings = await loadSettings(flags);
	const signer = await journalSigner(stateFolder(settings));
	const others = settings['journal-keys'].map(key => publicKeyOf(key, 'journal-keys'));
	const { lines, isTorn } = await readJournalFile(file, new Set([signer.publicKey, ...others]));
	const text = [...recordsOf(lines)].map(([id, { step, ended, begun }]) => {
		const when = formatRfc3339(ended?.at ?? begun?.at ?? 0);
		// Of what was only told, or skipped before it began, the plan says more.
		const what = step === null ? oneLine(id, 60) : `${step.id} ${step.action} ${targetName(step.target)}`;
		return `${when}  ${(ended?.outcome ?? 'begun').padEnd(11)} ${what}${ended?.reason ? `: ${oneLine(ended.reason, 200)}` : ''}\n`;
	});
	await print(`${text.join('')}${plural(lines.length, 'line')}: chain and signatures hold\n`);
	if (isClosed(lines) && !isTorn) return;
	log(
		'warn',
		isTorn
			? 'its last line was cut while it was written: apply the same plan again to finish the run'
			: 'its run has not come to its end, or lines were taken off its end: apply the same plan again to finish it',
	);
	process.exitCode = UNFINISHED;
}
