import { assert, describe } from '../helpers/describe.ts';
import { generateRecords } from '../helpers/generate-records.ts';
import { disagreements } from '../helpers/parity.ts';
import { trippingRecords } from '../helpers/shipped-policies.ts';

/** `SEED=…` tries others; a failure names it. Many more records are in test/e2e. */
const SEED = Number(process.env.SEED ?? 5);

describe(`[wasm] compiled policies and OPA's interpreter, seed ${SEED}`, it => {
	it('agree on records that trip every policy, by the sources as they are written', async () => {
		assert.equal(await disagreements(trippingRecords(), 'written'), []);
	});

	it('agree on 500 generated records', async () => {
		assert.equal(await disagreements(generateRecords(500, SEED), 'unrolled'), []);
	});
});
