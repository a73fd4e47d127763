import type { CommandModule } from 'yargs';
import { scanFlags } from './flags.ts';
import type { Flags, GlobalFlags } from './settings.ts';

export type DemoFlags = GlobalFlags & Pick<Flags, 'out' | 'format'>;

/** `kubelapse demo` */
export const demo: CommandModule<GlobalFlags, DemoFlags> = {
	command: 'demo',
	describe: 'Scan an embedded fleet on this machine and write its reports',
	builder: yargs =>
		yargs
			.options({ out: scanFlags.out, format: scanFlags.format })
			.example('$0 demo --out demo-report', 'nothing but this machine is contacted'),
	handler: async flags => (await import('./run/demo.ts')).run(flags),
};
