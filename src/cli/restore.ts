import type { CommandModule, InferredOptionTypes } from 'yargs';
import { restoreFlags } from './flags.ts';
import type { GlobalFlags } from './settings.ts';

export type RestoreFlags = GlobalFlags & InferredOptionTypes<typeof restoreFlags> & { journal: string };

/** `kubelapse restore` */
export const restore: CommandModule<GlobalFlags, RestoreFlags> = {
	command: 'restore <journal>',
	describe: "Put back what a journal's run has removed",
	builder: yargs =>
		yargs
			.positional('journal', { type: 'string', demandOption: true, describe: 'A journal that apply wrote' })
			.options(restoreFlags)
			.conflicts('context', 'all-contexts')
			.example('$0 restore plan.json.journal --step 3f2a91c0', 'one step'),
	handler: async flags => (await import('./run/restore.ts')).run(flags),
};
