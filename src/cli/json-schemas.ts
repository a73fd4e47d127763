import { z } from 'zod';
import { configSchema } from './config-schema.ts';
import { factsSchema } from './facts-schema.ts';
import { flagWords } from './flags.ts';
import { planSchema } from './plan-schema.ts';
import { waiversSchema } from './waivers-schema.ts';

/** The JSON Schemas that are published from zod, by file name under `reports/schema/`. */
export const jsonSchemas = {
	'config.schema.json': withFlagNotes(jsonSchema(configSchema, 'kubelapse.yaml')),
	'waivers.schema.json': jsonSchema(waiversSchema, 'waivers.yaml'),
	'plan.schema.json': jsonSchema(planSchema, 'plan.json'),
	'facts.schema.json': jsonSchema(factsSchema, 'What kubelapse read of one cluster (--save-facts)'),
};

/** What may be written, before times and gaps are parsed. */
function jsonSchema(schema: z.ZodType, title: string) {
	return { ...z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' }), title };
}

/** Says of each key what its flag says. */
function withFlagNotes(schema: ReturnType<typeof jsonSchema>) {
	const properties = Object.entries(schema.properties ?? {}).map(([key, value]) => {
		const description = flagWords(key).note;
		return [key, typeof value === 'object' && description !== '' ? { ...value, description } : value];
	});
	return { ...schema, properties: Object.fromEntries(properties) };
}
