import { readdirSync, readFileSync } from 'node:fs';
import type { PolicyFiles } from '../../src/evaluate/opa.ts';
import type { PolicyRecord } from '../../src/model/record.ts';

const POLICIES = new URL('../../policies/', import.meta.url);

/** What is compiled of policies/: its sources without their tests, and its schemas. */
export function shippedPolicies(): PolicyFiles {
	const paths = readdirSync(POLICIES, { recursive: true, encoding: 'utf8' });
	const sources = paths.filter(
		path => /^schemas\/.*\.json$|\.rego$/.test(path) && !path.endsWith('_test.rego'),
	);
	return Object.fromEntries(sources.map(path => [`policies/${path}`, read(path)]));
}

/** The records of policies/all_findings: between them they trip every policy. */
export function trippingRecords(): PolicyRecord[] {
	return readdirSync(new URL('all_findings/', POLICIES)).flatMap(
		name => JSON.parse(read(`all_findings/${name}`)) as PolicyRecord[], // test/policies holds them to the schema
	);
}

function read(path: string): string {
	return readFileSync(new URL(path, POLICIES), 'utf8');
}
