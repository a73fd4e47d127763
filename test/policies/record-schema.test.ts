import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { startFleet } from '../../src/demo/fleet.ts';
import { loadBundle } from '../../src/evaluate/bundle.ts';
import { join } from '../../src/join/join.ts';
import type { Facts } from '../../src/model/facts.ts';
import { scan } from '../../src/scan.ts';
import { assert, describe } from '../helpers/describe.ts';
import { scanRequest } from '../helpers/scan-request.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

const SCHEMA = new URL('../../policies/schemas/record.json', import.meta.url);
const NOW = 1_800_000_000;

/** Records as policies get them, of everything that the demo's clusters hold. */
function demoRecords() {
	return withTempDir(async dir => {
		const facts: Facts[] = [];
		const fleet = await startFleet({ dir, now: NOW });
		const kubeconfigs = fleet.kubeconfigs.map(path => ({ path, contexts: 'all' as const, names: {} }));
		const onFacts = async (one: Facts) => void facts.push(one);
		await scan(scanRequest({ now: NOW, kubeconfigs, files: fleet.files, onFacts }), await loadBundle());
		await fleet.close();
		return facts.flatMap(one => [...join(one, NOW).records()]);
	});
}

describe('policies/schemas/record.json', it => {
	it('describes what join makes: a fact that is renamed is refused here, not passed silently', async () => {
		const validate = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));
		const records = await demoRecords();
		const wrong = records.filter(record => !validate(record));
		assert.equal(wrong.slice(0, 1), []);
		assert.equal([...new Set(records.map(({ kind }) => kind))].sort(), [
			'cluster',
			'connection',
			'credential',
			'grant',
			'identity',
		]);
	});
});
