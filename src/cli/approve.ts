import type { CommandModule, InferredOptionTypes } from 'yargs';
import { approveFlags } from './flags.ts';
import type { GlobalFlags } from './settings.ts';

export type ApproveFlags = GlobalFlags & InferredOptionTypes<typeof approveFlags> & { plan: string };

/** `kubelapse approve` */
export const approve: CommandModule<GlobalFlags, ApproveFlags> = {
	command: 'approve <plan>',
	describe: 'Sign a plan as a second person',
	builder: yargs =>
		yargs
			.positional('plan', { type: 'string', demandOption: true, describe: 'A plan.json' })
			.options(approveFlags)
			.example('$0 approve plan.json --key alice.pem', 'openssl genpkey -algorithm ed25519 makes a key'),
	handler: async flags => (await import('./run/approve.ts')).run(flags),
};
