import type { CommandModule, InferredOptionTypes } from 'yargs';
import { applyFlags } from './flags.ts';
import type { GlobalFlags } from './settings.ts';

export type ApplyFlags = GlobalFlags & InferredOptionTypes<typeof applyFlags> & { plan: string };

/** `kubelapse apply` */
export const apply: CommandModule<GlobalFlags, ApplyFlags> = {
	command: 'apply <plan>',
	describe: 'Carry a plan out, after a fresh look at everything that it rests on',
	builder: yargs =>
		yargs
			.positional('plan', { type: 'string', demandOption: true, describe: 'A plan.json' })
			.options(applyFlags)
			.conflicts('context', 'all-contexts')
			.example('$0 apply plan.json --dry-run', 'all but the change')
			.example(
				'$0 apply plan.json',
				'asks for the number of objects; run again, it goes on where it was cut short',
			)
			.epilogue(
				'Targets and evidence are those of scan. What moved since the plan is skipped, with the reason.',
			),
	handler: async flags => (await import('./run/apply.ts')).run(flags),
};
