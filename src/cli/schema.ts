import type { CommandModule } from 'yargs';
import { oneOf } from './flags.ts';
import type { GlobalFlags } from './settings.ts';

/** Documents that have a published JSON Schema. */
const schemaNames = ['result', 'config', 'waivers', 'facts', 'plan'] as const;

export interface SchemaFlags {
	name: (typeof schemaNames)[number];
}

/** `kubelapse schema` */
export const schema: CommandModule<GlobalFlags, SchemaFlags> = {
	command: 'schema [name]',
	describe: 'Print a JSON Schema',
	builder: yargs =>
		yargs.positional('name', {
			choices: schemaNames,
			default: schemaNames[0],
			coerce: word => oneOf(word, schemaNames, 'schema'),
			describe: 'result.json, kubelapse.yaml, waivers.yaml, a file of --save-facts, or plan.json',
		}),
	handler: async flags => (await import('./run/schema.ts')).run(flags),
};
