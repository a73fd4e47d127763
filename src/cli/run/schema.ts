import { readFile } from 'node:fs/promises';
import { packageFile } from '../package-info.ts';
import type { SchemaFlags } from '../schema.ts';
import { print } from '../stdout.ts';

/** Prints a published JSON Schema. */
export async function run({ name }: SchemaFlags): Promise<void> {
	await print(await readFile(packageFile(`reports/schema/${name}.schema.json`), 'utf8'));
}
