import type { CommandModule, InferredOptionTypes } from 'yargs';
import { planFlags } from './flags.ts';
import type { GlobalFlags } from './settings.ts';

export type PlanFlags = GlobalFlags & InferredOptionTypes<typeof planFlags> & { result: string };

/** `kubelapse plan` */
export const plan: CommandModule<GlobalFlags, PlanFlags> = {
	command: 'plan <result>',
	describe: 'Plan how to end what a scan found; nothing is changed',
	builder: yargs =>
		yargs
			.positional('result', {
				type: 'string',
				demandOption: true,
				describe: 'A result.json, a day old at most',
			})
			.options(planFlags)
			.conflicts('context', 'all-contexts')
			.example('$0 plan kubelapse-report/result.json', 'every step that holds')
			.example("$0 plan result.json --policy 'orphan/*' --cluster prod", 'some of them')
			.epilogue('Targets and evidence are those of scan: each API server is asked what is permitted.'),
	handler: async flags => (await import('./run/plan.ts')).run(flags),
};
