import type { CommandModule } from 'yargs';
import { sources } from '../model/facts.ts';
import { runFlags, scanFlags, targetFlags } from './flags.ts';
import type { Flags, GlobalFlags } from './settings.ts';

/** `kubelapse scan` */
export const scan: CommandModule<GlobalFlags, Flags> = {
	command: 'scan',
	describe: 'Read clusters and kubeconfig files, judge, write the reports',
	builder: yargs =>
		yargs
			.options({ ...targetFlags, ...scanFlags, ...runFlags })
			.conflicts('context', 'all-contexts')
			.example('$0 scan', 'the current context')
			.example('$0 scan --kubeconfig a.yaml b.yaml', 'two clusters')
			.example("$0 scan --files '/home/*/.kube/config'", 'without connecting')
			.example('$0 scan --fail-on critical --require bindings', 'a gate in CI')
			.epilogue(`Sources: ${sources.join(', ')}.`),
	handler: async flags => (await import('./run/scan.ts')).run(flags),
};
