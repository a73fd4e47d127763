import type { CommandModule, InferredOptionTypes } from 'yargs';
import { journalFlags } from './flags.ts';
import type { GlobalFlags } from './settings.ts';

export type JournalFlags = GlobalFlags & InferredOptionTypes<typeof journalFlags> & { file: string };

const verify: CommandModule<GlobalFlags, JournalFlags> = {
	command: 'verify <file>',
	describe: 'Hold every line to the one before and to its signature, and say what was done',
	builder: yargs =>
		yargs
			.positional('file', { type: 'string', demandOption: true, describe: 'A journal' })
			.options(journalFlags),
	handler: async flags => (await import('./run/journal.ts')).run(flags),
};

/** `kubelapse journal verify` */
export const journal: CommandModule<GlobalFlags, GlobalFlags> = {
	command: 'journal',
	describe: 'Verify what apply and restore have written down',
	builder: yargs => yargs.command(verify).demandCommand(1, 'journal takes verify'),
	handler: () => undefined,
};
