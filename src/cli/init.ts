import type { CommandModule } from 'yargs';
import type { GlobalFlags } from './settings.ts';

/** `kubelapse init` */
export const init: CommandModule<GlobalFlags, GlobalFlags> = {
	command: 'init',
	describe: 'Write a commented kubelapse.yaml (or --config FILE)',
	handler: async flags => (await import('./run/init.ts')).run(flags),
};
