import { assert, describe } from '../helpers/describe.ts';
import { generateRecords } from '../helpers/generate-records.ts';
import { disagreements } from '../helpers/parity.ts';

/** `SEED=…` tries others; a failure names it. */
const SEED = Number(process.env.SEED ?? 6);

describe(`[wasm] compiled policies and OPA's interpreter, seed ${SEED}`, it => {
	it('agree on 10,000 generated records', async () => {
		assert.equal(await disagreements(generateRecords(10_000, SEED), 'unrolled'), []);
	});
});
