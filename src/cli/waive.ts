import type { CommandModule, InferredOptionTypes } from 'yargs';
import { waiveFlags } from './flags.ts';
import type { GlobalFlags } from './settings.ts';

export type WaiveFlags = GlobalFlags & InferredOptionTypes<typeof waiveFlags> & { finding: string };

/** `kubelapse waive` */
export const waive: CommandModule<GlobalFlags, WaiveFlags> = {
	command: 'waive <finding>',
	describe: 'Accept one finding until a date, in the waivers file',
	builder: yargs =>
		yargs
			.positional('finding', {
				type: 'string',
				demandOption: true,
				describe: 'Id of a finding, as a report shows it, or at least 4 characters of its beginning',
			})
			.options(waiveFlags)
			.example("$0 waive 3f2a91 --reason 'moves in May' --owner ops@example.com --expires 90d", ''),
	handler: async flags => (await import('./run/waive.ts')).run(flags),
};
