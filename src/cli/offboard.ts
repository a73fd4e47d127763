import type { CommandModule, InferredOptionTypes } from 'yargs';
import { offboardFlags } from './flags.ts';
import type { GlobalFlags } from './settings.ts';

export type OffboardFlags = GlobalFlags & InferredOptionTypes<typeof offboardFlags> & { user: string };

/** `kubelapse offboard` */
export const offboard: CommandModule<GlobalFlags, OffboardFlags> = {
	command: 'offboard <user>',
	describe: 'One person over every cluster: what they hold, and the plan in the right order',
	builder: yargs =>
		yargs
			.positional('user', {
				type: 'string',
				demandOption: true,
				describe: 'A username, the uid of a RAM user or role, or a name of the roster',
			})
			.options(offboardFlags)
			.conflicts('context', 'all-contexts')
			.example('$0 offboard alice', 'the page, and the plan')
			.example('$0 offboard alice --apply', 'ends it, scans again, and says what still works'),
	handler: async flags => (await import('./run/offboard.ts')).run(flags),
};
