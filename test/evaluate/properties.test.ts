import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { loadBundle } from '../../src/evaluate/bundle.ts';
import { createPool } from '../../src/evaluate/pool.ts';
import type { Evaluation } from '../../src/evaluate/totals.ts';
import type { Verdict } from '../../src/evaluate/verdict.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import { outcomes } from '../../src/model/policy.ts';
import type { PolicyRecord } from '../../src/model/record.ts';
import { assert, describe } from '../helpers/describe.ts';
import { generateRecords, randomFrom } from '../helpers/generate-records.ts';

/** `SEED=…` tries others; a failure names it. */
const SEED = Number(process.env.SEED ?? 4);
const records = generateRecords(3000, SEED);
const bundle = loadBundle();
/** Never closed: idle threads do not keep the process alive. */
const pool = bundle.then(code => createPool(code));

interface Judged extends Evaluation {
	/** By cluster uid, which each record has to itself. */
	verdicts: Map<string, Verdict[]>;
}

async function judge(some: PolicyRecord[]): Promise<Judged> {
	const verdicts = new Map<string, Verdict[]>();
	const onVerdicts = (record: PolicyRecord, list: Verdict[]) => void verdicts.set(record.cluster.uid, list);
	return { ...(await (await pool).evaluate(some, { onVerdicts })), verdicts };
}

const judged = judge(records);

/** `cluster policy outcome` of each judgement. */
function outcomesOf({ outcomes: rows }: Evaluation): string[] {
	return rows.map(({ cluster, policyId, outcomes: counts }) =>
		[cluster, policyId, ...outcomes.filter(outcome => counts[outcome] > 0)].join(' '),
	);
}

describe(`[wasm] every record, seed ${SEED}`, it => {
	it('is one that the schema allows, of every kind', () => {
		const schema = JSON.parse(
			readFileSync(new URL('../../policies/schemas/record.json', import.meta.url), 'utf8'),
		);
		const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
		assert.equal(
			records.filter(record => !validate(record)),
			[],
		);
		assert.is(new Set(records.map(({ kind }) => kind)).size, schema.anyOf.length);
	});

	it('is judged once by every policy of its kind, without an error', async () => {
		const { catalog } = await bundle;
		const { policyErrors, outcomes: rows } = await judged;
		assert.equal(policyErrors, []);
		const ofKind = (kind: string) => catalog.filter(policy => policy.kind === kind).map(({ id }) => id);
		const expected = records.flatMap(record => ofKind(record.kind).map(id => `${record.cluster.uid} ${id}`));
		const found = rows.map(({ cluster, policyId }) => `${cluster} ${policyId}`);
		assert.equal(found.sort(byCodeUnit), expected.sort(byCodeUnit));
		assert.ok(rows.every(row => outcomes.reduce((sum, outcome) => sum + row.outcomes[outcome], 0) === 1));
	});

	it('passes no policy that needs what a gap took', async () => {
		const { catalog } = await bundle;
		const needs = new Map(catalog.map(policy => [policy.id, policy.needs]));
		const missing = new Map(
			records.map(({ cluster, gaps }) => [cluster.uid, new Set(gaps.map(({ source }) => source))]),
		);
		const touched = (await judged).outcomes.filter(({ cluster, policyId }) =>
			needs.get(policyId)?.some(source => missing.get(cluster)?.has(source)),
		);
		assert.ok(touched.length > 300, 'the generators make gaps');
		assert.equal(
			touched.filter(({ outcomes: counts }) => counts.pass > 0),
			[],
		);
	});

	it('that loses all sources is passed by nothing that needs one', async () => {
		const { catalog } = await bundle;
		const isNeedy = new Set(catalog.filter(({ needs }) => needs.length > 0).map(({ id }) => id));
		const sources = [...new Set(catalog.flatMap(({ needs }) => needs))];
		const gaps = sources.map(source => ({ source, code: 'forbidden', scope: 'cluster' }) as const);
		const blind = await judge(records.map(record => ({ ...record, gaps })));
		assert.equal(
			blind.outcomes.filter(({ policyId, outcomes: counts }) => isNeedy.has(policyId) && counts.pass > 0),
			[],
		);
	});

	it('gets the same verdicts again, and in any order', async () => {
		const first = await judged;
		const random = randomFrom(SEED);
		const shuffled = records
			.map(record => ({ record, at: random() }))
			.sort((a, b) => a.at - b.at)
			.map(({ record }) => record);
		const again = await judge(shuffled);
		const sorted = (verdicts: Judged['verdicts']) =>
			JSON.stringify([...verdicts].sort(([a], [b]) => Number(a) - Number(b)));
		assert.is(sorted(again.verdicts), sorted(first.verdicts));
		assert.equal(outcomesOf(again), outcomesOf(first));
	});

	it('between them trip, pass and leave out most policies', async () => {
		const { catalog } = await bundle;
		const { outcomes: rows } = await judged;
		const lacking = (['fail', 'pass'] as const).map(outcome => {
			const met = new Set(rows.filter(row => row.outcomes[outcome] > 0).map(({ policyId }) => policyId));
			return catalog.filter(({ id }) => !met.has(id)).length / catalog.length;
		});
		// Else the properties above would say little.
		assert.ok(
			lacking.every(share => share < 0.2),
			`missed: ${lacking}`,
		);
	});
});
