import type { CommandModule } from 'yargs';
import { scanFlags } from './flags.ts';
import type { Flags, GlobalFlags } from './settings.ts';

export type ReportFlags = GlobalFlags &
	Pick<Flags, 'out' | 'format' | 'framework' | 'view'> & { result: string };

/** `kubelapse report` */
export const report: CommandModule<GlobalFlags, ReportFlags> = {
	command: 'report <result>',
	describe: 'Write other formats of a result.json',
	builder: yargs =>
		yargs
			.positional('result', { type: 'string', demandOption: true, describe: 'A result.json' })
			.options({
				out: scanFlags.out,
				format: scanFlags.format,
				framework: scanFlags.framework,
				view: scanFlags.view,
			})
			.example('$0 report result.json --format html --out page', 'one format'),
	handler: async flags => (await import('./run/report.ts')).run(flags),
};
