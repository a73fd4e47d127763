import { readdirSync, readFileSync } from 'node:fs';
import { loadBundle } from '../../src/evaluate/bundle.ts';
import { createPool } from '../../src/evaluate/pool.ts';
import type { PolicyRecord } from '../../src/model/record.ts';
import { assert, describe } from '../helpers/describe.ts';

const RECORDS = new URL('../../policies/all_findings/', import.meta.url);

/** A record without evidence of use says that nobody asked for it, as those of a scan do. */
function asJoined(record: PolicyRecord): PolicyRecord {
	if (!('usage' in record) || record.usage !== null) return record;
	return { ...record, gaps: [...record.gaps, { source: 'usage', code: 'not_configured', scope: 'cluster' }] };
}

describe('[wasm] all_findings', it => {
	it('trips every policy of the catalogue, and nothing is unknown', async () => {
		const bundle = await loadBundle();
		const pool = await createPool(bundle, { threads: 1 });
		const failed = new Set<string>();
		const unknown = new Set<string>();
		const records = readdirSync(RECORDS).flatMap(
			name => JSON.parse(readFileSync(new URL(name, RECORDS), 'utf8')) as PolicyRecord[],
		);
		const { policyErrors } = await pool.evaluate(records.map(asJoined), {
			onVerdicts: (_, verdicts) => {
				for (const { policyId, outcome } of verdicts) (outcome === 'fail' ? failed : unknown).add(policyId);
			},
		});
		await pool.close();
		assert.equal(
			{ failed: [...failed].sort(), unknown: [...unknown].sort(), policyErrors },
			{ failed: bundle.catalog.map(({ id }) => id), unknown: [], policyErrors: [] },
		);
	});
});
