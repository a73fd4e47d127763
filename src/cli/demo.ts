import type { CommandModule } from 'yargs';
import { demoFlags } from './flags.ts';
import type { Flags, GlobalFlags } from './settings.ts';

export type DemoFlags = GlobalFlags & Pick<Flags, keyof typeof demoFlags>;

/** `kubelapse demo` */
export const demo: CommandModule<GlobalFlags, DemoFlags> = {
	command: 'demo',
	describe: 'Scan an embedded fleet on this machine and write its reports',
	builder: yargs =>
		yargs
			.options(demoFlags)
			.example('$0 demo --out demo-report', 'nothing but this machine is contacted')
			.example('$0 demo --save-facts facts', 'then: kubelapse scan --facts facts'),
	handler: async flags => (await import('./run/demo.ts')).run(flags),
};
