import { readFileSync, writeFileSync } from 'node:fs';
import { jsonSchemas } from '../../src/cli/json-schemas.ts';
import { assert, describe } from '../helpers/describe.ts';

describe('jsonSchemas', it => {
	for (const [name, schema] of Object.entries(jsonSchemas)) {
		it(`reports/schema/${name} is what zod says; UPDATE=1 writes it`, () => {
			const file = new URL(`../../reports/schema/${name}`, import.meta.url);
			if (process.env.UPDATE === '1') writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
			assert.equal(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(JSON.stringify(schema)));
		});
	}
});
