import { readFile } from 'node:fs/promises';
import { getActiveResourcesInfo } from 'node:process';
import { compileBundle } from '../../src/evaluate/bundle.ts';
import { createPool, type PolicyCode, type PoolOptions } from '../../src/evaluate/pool.ts';
import type { PolicyError } from '../../src/evaluate/totals.ts';
import type { Verdict } from '../../src/evaluate/verdict.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { GapCode, Source } from '../../src/model/facts.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { ConnectionRecord, PolicyRecord } from '../../src/model/record.ts';
import { assert, describe } from '../helpers/describe.ts';

/** Each judges the name of a connection, which is what makes it fail, pass, abort or never end. */
const rules = {
	'test/abort': `
		_twice[key] := value if { startswith(input.connection.name, "abort"); key := "x"; some value in [1, 2] }
		deny contains {"twice": _twice} if count(_twice) > 0`,
	'test/endless': `
		deny contains {"sum": total} if {
			startswith(input.connection.name, "endless")
			xs := numbers.range(1, 3000)
			total := count([1 | some a in xs; some b in xs; some c in xs; a == b; b == c; c < 0])
		}`,
	'test/memory': `
		deny contains {"count": count(all)} if {
			startswith(input.connection.name, "memory")
			all := [[a, b] | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000)]
		}`,
	'test/name': `
		deny contains {"z": input.connection.name, "a": {"d": 1, "c": [2, 1]}} if startswith(input.connection.name, "fail")
		deny contains {"also": number} if { input.connection.name == "fail many"; some number in [3, 1, 2] }
		unknown contains {"why": "says so"} if startswith(input.connection.name, "unsure")
		not_applicable if startswith(input.connection.name, "other")`,
	'test/text': `
		deny contains details if {
			startswith(input.connection.name, "text")
			some details in ["no object"]
		}`,
	'test/echo': `
		deny contains {"name": input.connection.name, "length": count(input.connection.name)} if startswith(input.connection.server, "echo")`,
};

const metadata = (id: string) => `# METADATA
# title: ${id}
# description: For this test.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   {kind: connection, severity: low, needs: [kubeconfig], remediation: None.}
`;

const ids = Object.keys(rules).sort(byCodeUnit);
const compiled = compile();
/** Never closed: idle threads do not keep the process alive. */
const shared = compiled.then(code => createPool(code, { threads: 1 }));

async function compile(): Promise<PolicyCode> {
	const files = Object.entries(rules).map(([id, text]) => {
		const source = `${metadata(id)}package policies.${id.replace('/', '.')}\n${text.replaceAll('\t', '')}\n`;
		return [`policies/${id}.rego`, source];
	});
	const shipped = await Promise.all(
		['policies/main.rego', 'policies/schemas/record.json'].map(async path => {
			return [path, await readFile(new URL(`../../${path}`, import.meta.url), 'utf8')];
		}),
	);
	return compileBundle(Object.fromEntries([...shipped, ...files]));
}

function policy(id: string, needs: Source[] = ['kubeconfig']): Policy {
	const words: Pick<
		Policy,
		'title' | 'description' | 'question' | 'why' | 'traps' | 'origin' | 'severity' | 'privilegedSeverity'
	> = {
		title: id,
		description: '',
		question: '',
		why: '',
		traps: [],
		origin: null,
		severity: 'low',
		privilegedSeverity: 'low',
	};
	return {
		id,
		...words,
		kind: 'connection',
		needs,
		minGrade: 'none',
		ends: 'nothing',
		remediation: '',
		controls: [],
		params: {},
	};
}

function connection(
	name: string,
	options: { gaps?: [Source, GapCode][]; cluster?: string; server?: string } = {},
) {
	const { gaps = [], cluster = 'c1', server = 's' } = options;
	const location = {
		origin: 'kubeconfig',
		path: 'f',
		line: 1,
		namespace: '',
		name,
		mode: null,
		ownerUid: null,
	};
	return {
		now: 1_800_000_000,
		kind: 'connection',
		cluster: { uid: cluster, name: cluster, provider: 'files', version: '' },
		gaps: gaps.map(([source, code]) => ({ source, code })),
		connection: { uid: `uid of ${name}`, name, server, verification: 'verified', location },
	} as ConnectionRecord;
}

interface Run {
	verdicts: [name: string, Verdict[]][];
	outcomes: string[];
	policyErrors: PolicyError[];
	records: number;
}

async function run(
	records: Iterable<PolicyRecord> | AsyncIterable<PolicyRecord>,
	options: PoolOptions = {},
	code: Partial<PolicyCode> = {},
): Promise<Run> {
	const isPlain = Object.keys({ ...options, ...code }).length === 0;
	const pool = isPlain
		? await shared
		: await createPool({ ...(await compiled), ...code }, { threads: 1, ...options });
	const verdicts: Run['verdicts'] = [];
	try {
		const done = await pool.evaluate(records, {
			onVerdicts: (record, list) =>
				verdicts.push([record.kind === 'connection' ? record.connection.name : '', list]),
		});
		const outcomes = done.outcomes.map(({ cluster, policyId, outcomes: n }) =>
			[cluster, policyId, n.pass, n.fail, n.unknown, n.not_applicable].join(' '),
		);
		return { ...done, verdicts, outcomes };
	} finally {
		if (!isPlain) await pool.close();
	}
}

const fail = (policyId: string, details: Verdict['details']): Verdict => ({
	policyId,
	outcome: 'fail',
	details,
	gaps: [],
});
const unknown = (policyId: string, ...gaps: Verdict['gaps']): Verdict => ({
	policyId,
	outcome: 'unknown',
	details: {},
	gaps,
});

describe('pool.evaluate', it => {
	it('gives fails and unknowns, sorted, and counts the rest', async () => {
		const names = ['fail many', 'fine', 'unsure', 'other', 'fine'];
		const { verdicts, outcomes, policyErrors, records } = await run(names.map(name => connection(name)));
		const detailed = { a: { c: [2, 1], d: 1 }, z: 'fail many' };
		assert.equal(verdicts, [
			[
				'fail many',
				[{ a: 1 }, { also: 1 }, { also: 2 }, { also: 3 }].map((d, i) => fail('test/name', i ? d : detailed)),
			],
			['unsure', [{ ...unknown('test/name'), details: { why: 'says so' } }]],
		]);
		assert.is(JSON.stringify(verdicts[0]?.[1][0]?.details), JSON.stringify(detailed), 'keys sorted');
		assert.equal(
			outcomes,
			ids.map(id => `c1 ${id} ${id === 'test/name' ? '2 1 1 1' : '5 0 0 0'}`),
		);
		assert.equal(policyErrors, []);
		assert.is(records, 5);
	});

	it('a gap that the policy needs :: turns a pass into unknown, not a fail and not what does not apply', async () => {
		const gaps: [Source, GapCode][] = [
			['kubeconfig', 'forbidden'],
			['usage', 'not_configured'],
		];
		const names = ['fail', 'fine', 'unsure', 'other'];
		const { verdicts, outcomes } = await run(
			names.map(name => connection(name, { gaps })),
			{},
			{ catalog: ids.map(id => policy(id, id === 'test/name' ? ['kubeconfig'] : ['roles'])) },
		);
		const why = unknown('test/name', { source: 'kubeconfig', code: 'forbidden', message: '' });
		assert.equal(verdicts, [
			['fail', [fail('test/name', { a: { c: [2, 1], d: 1 }, z: 'fail' })]],
			['fine', [why]],
			['unsure', [why]],
		]);
		assert.equal(
			outcomes,
			ids.map(id => `c1 ${id} ${id === 'test/name' ? '0 1 2 1' : '4 0 0 0'}`),
		);
	});

	it('one policy that aborts is unknown by name, the others keep their verdicts', async () => {
		const names = ['fine', 'abort 1', 'fail', ...Array.from({ length: 1500 }, (_, i) => `abort ${i + 2}`)];
		const { verdicts, outcomes, policyErrors } = await run(
			names.map(name => connection(name, { server: 'echo' })),
		);
		const message = 'policies/test/abort.rego:11:1: object insert conflict';
		const broken = unknown('test/abort', { source: 'evaluation', code: 'policy_error', message });
		assert.equal(verdicts.slice(0, 3), [
			['fine', [fail('test/echo', { length: 4, name: 'fine' })]],
			['abort 1', [broken, fail('test/echo', { length: 7, name: 'abort 1' })]],
			[
				'fail',
				[
					fail('test/echo', { length: 4, name: 'fail' }),
					fail('test/name', { a: { c: [2, 1], d: 1 }, z: 'fail' }),
				],
			],
		]);
		// An instance that is kept after a throw traps after some 500 of them: the last must be as the first.
		assert.equal(verdicts.at(-1), [
			'abort 1501',
			[broken, fail('test/echo', { length: 10, name: 'abort 1501' })],
		]);
		assert.is(outcomes[0], 'c1 test/abort 2 0 1501 0');
		assert.equal(policyErrors, [
			{ policyId: 'test/abort', code: 'policy_error', message, recordUid: 'uid of abort 1', count: 1501 },
		]);
	});

	it('a finding that is no object is an error of its policy', async () => {
		const { verdicts } = await run([connection('text')]);
		const message = 'gave something else than an object of details';
		assert.equal(verdicts, [
			['text', [unknown('test/text', { source: 'evaluation', code: 'policy_error', message })]],
		]);
	});

	it('a policy that eats memory is stopped by the limit of pages', async () => {
		const { verdicts } = await run([connection('memory'), connection('fail')], { maximumPages: 128 });
		assert.equal(
			verdicts.map(([name, list]) => [name, list.map(({ policyId, gaps }) => [policyId, gaps[0]?.code])]),
			[
				['memory', [['test/memory', 'policy_error']]],
				['fail', [['test/name', undefined]]],
			],
		);
	});

	it('an endless policy is unknown on its record, and given up after three', async () => {
		const names = ['fail', ...[1, 2, 3, 4, 5].map(i => `endless ${i}`), 'fail', 'fine'];
		const { verdicts, outcomes, policyErrors } = await run(
			names.map(name => connection(name)),
			{ timeLimitMs: 1500 },
		);
		const late = 'ended after 0.3 s on one record';
		const given = 'not evaluated any more after it was ended 3 times';
		const because = (message: string) =>
			unknown('test/endless', { source: 'evaluation', code: 'time_limit', message });
		const failed = fail('test/name', { a: { c: [2, 1], d: 1 }, z: 'fail' });
		assert.equal(verdicts, [
			['fail', [failed]],
			['endless 1', [because(late)]],
			['endless 2', [because(late)]],
			['endless 3', [because(late)]],
			['endless 4', [because(given)]],
			['endless 5', [because(given)]],
			['fail', [because(given), failed]],
			['fine', [because(given)]],
		]);
		assert.is(outcomes[2], 'c1 test/endless 1 0 7 0');
		const error = { policyId: 'test/endless', code: 'time_limit' } as const;
		assert.equal(policyErrors, [
			{ ...error, message: late, recordUid: 'uid of endless 1', count: 3 },
			{ ...error, message: given, recordUid: 'uid of endless 4', count: 4 },
		]);
	});

	it('gives the same in input order with one thread and two, in batches large and small', async () => {
		const records = Array.from({ length: 300 }, (_, i) =>
			connection(`${i % 3 ? 'fine' : 'fail'} ${i % 50 === 7 ? '\ud800' : i}`, {
				cluster: `c${i % 4}`,
				server: i % 2 ? 'echo' : '',
			}),
		);
		const one = await run(records);
		assert.equal(
			one.verdicts.map(([name]) => name),
			records.filter((_, i) => i % 3 === 0 || i % 2 === 1).map(r => r.connection.name),
		);
		assert.equal(await run(records, { threads: 2, batchSize: 7 }), one);
		assert.equal(await run(slowly(records), { threads: 2, batchSize: 1 }), one);
	});

	it('judges each record the same whatever came before it', async () => {
		const records = ['fail', 'abort', 'unsure', 'fine', 'text', 'other'].map(name => connection(name));
		const forward = await run(records);
		const backward = await run(records.toReversed());
		assert.equal(backward.verdicts.toReversed(), forward.verdicts);
		assert.equal(backward.outcomes, forward.outcomes);
	});

	it('hostile names reach the policy whole', async () => {
		const names = [
			'<script>',
			'../..',
			'a\nb',
			'\u001b[2J',
			'\u202ecilbup',
			'nul \u0000 end',
			'"\\u0041',
			'__proto__',
			'😀',
			'',
			'x'.repeat(1e6),
		];
		const { verdicts, policyErrors } = await run(names.map(name => connection(name, { server: 'echo' })));
		assert.equal(
			verdicts.map(([, list]) => list),
			names.map(name => [fail('test/echo', { length: [...name].length, name })]),
		);
		assert.equal(policyErrors, []);
	});

	it('half a surrogate pair, which OPA refuses, becomes U+FFFD', async () => {
		const names = ['a\ud800', '\udc00\ud800', '\\ud800', '\\\ud800', 'a\ud83d😀'];
		const { verdicts } = await run(names.map(name => connection(name, { server: 'echo' })));
		assert.equal(
			verdicts.map(([, list]) => list[0]?.details.name),
			['a\ufffd', '\ufffd\ufffd', '\\ud800', '\\\ufffd', 'a\ufffd😀'],
		);
	});

	it('what is no record throws, where opa-wasm would find nothing', async () => {
		for (const value of [
			undefined,
			null,
			{},
			new Uint8Array(2),
			Buffer.from('{}'),
			'x',
			[connection('fail')],
		]) {
			const error = await run([connection('fine'), value as PolicyRecord]).catch(thrown => thrown);
			assert.instance(error, TypeError, String(value));
		}
	});

	it('no records, and records without a policy, count nothing', async () => {
		const none = { verdicts: [], outcomes: [], policyErrors: [] };
		assert.equal(await run([]), { ...none, records: 0 });
		assert.equal(await run([connection('fail')], {}, { catalog: [] }), { ...none, records: 1 });
	});

	it('refuses a catalogue that the compiled policies do not have', async () => {
		const catalog = [policy('test/other')];
		const error = await run([connection('fail')], {}, { catalog }).catch(thrown => thrown);
		assert.is(error.code, 'POLICY_LOAD_FAILED');
		const fewer = await run([connection('fail')], {}, { catalog: [policy('test/echo')] }).catch(
			thrown => thrown,
		);
		assert.is(fewer.code, 'POLICY_LOAD_FAILED', 'main answers for a policy that nobody would report');
	});

	it('reads only a few batches ahead of what it delivered', async () => {
		let read = 0;
		let furthest = 0;
		function* source() {
			for (; read < 400; read++) yield connection(`fail ${read}`);
		}
		const pool = await createPool(await compiled, { threads: 2, batchSize: 10 });
		let delivered = 0;
		await pool.evaluate(source(), { onVerdicts: () => (furthest = Math.max(furthest, read - delivered++)) });
		await pool.close();
		assert.is(delivered, 400);
		assert.ok(furthest <= 60, `${furthest}`);
	});
});

describe('abort and close', it => {
	it('abort :: ends an endless evaluation promptly, with the reason', async () => {
		const pool = await createPool(await compiled, { threads: 1, timeLimitMs: 60_000 });
		const stop = new AbortController();
		const running = pool.evaluate([connection('endless')], { onVerdicts: () => {}, signal: stop.signal });
		setTimeout(() => stop.abort(new Error('stopped')), 1000);
		const began = performance.now();
		const error = await running.catch(thrown => thrown);
		assert.is(error.message, 'stopped');
		assert.ok(performance.now() - began < 5000);
		let names = 0;
		await pool.evaluate([connection('fail')], { onVerdicts: () => names++ });
		assert.is(names, 1, 'the pool goes on');
		await pool.close();
	});

	it('abort :: does not wait for a source that hangs', async () => {
		const pool = await createPool(await compiled, { threads: 1 });
		const stop = new AbortController();
		setTimeout(() => stop.abort(new Error('stopped')), 50);
		const source = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
		const error = await pool
			.evaluate(source, { onVerdicts: () => {}, signal: stop.signal })
			.catch(thrown => thrown);
		assert.is(error.message, 'stopped');
		await pool.close();
	});

	it('close :: ends what is running and leaves no handle', async () => {
		const before = getActiveResourcesInfo().filter(kind => kind === 'MessagePort' || kind === 'Worker');
		const pool = await createPool(await compiled, { threads: 2, timeLimitMs: 60_000, batchSize: 1 });
		const names = ['endless', 'endless', 'fine', 'fine', 'fine', 'fine'];
		const running = pool
			.evaluate(
				names.map(name => connection(name)),
				{ onVerdicts: () => {} },
			)
			.catch(thrown => thrown);
		await new Promise(resolve => setTimeout(resolve, 100));
		await pool.close();
		assert.is((await running).message, 'the policy pool was closed');
		assert.equal(
			getActiveResourcesInfo().filter(kind => kind === 'MessagePort' || kind === 'Worker'),
			before,
		);
	});

	it('an error of the source, and of the callback, comes through', async () => {
		async function* source() {
			yield connection('fail');
			throw new Error('no more');
		}
		assert.is((await run(source()).catch(thrown => thrown)).message, 'no more');
		const pool = await createPool(await compiled, { threads: 1 });
		const onVerdicts = () => {
			throw new Error('full');
		};
		assert.is(
			(await pool.evaluate([connection('fail')], { onVerdicts }).catch(thrown => thrown)).message,
			'full',
		);
		await pool.close();
	});
});

async function* slowly<T>(values: T[]): AsyncGenerator<T> {
	for (const [i, value] of values.entries()) {
		if (i % 40 === 0) await new Promise(resolve => setTimeout(resolve, 5));
		yield value;
	}
}
