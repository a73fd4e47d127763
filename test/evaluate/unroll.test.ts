import { compileBundle } from '../../src/evaluate/bundle.ts';
import type { PolicyFiles } from '../../src/evaluate/opa.ts';
import { createPool } from '../../src/evaluate/pool.ts';
import { unroll } from '../../src/evaluate/unroll.ts';
import type { Verdict } from '../../src/evaluate/verdict.ts';
import { assert, describe } from '../helpers/describe.ts';
import { shippedPolicies, trippingRecords } from '../helpers/shipped-policies.ts';

const MAIN = 'policies/main.rego';

const policy = (name: string, rules: string) => `# METADATA
# title: Title
# description: Text.
# scope: package
# schemas: [{input: schema.record}]
# custom: {kind: grant, severity: low, needs: [bindings], remediation: None.}
package policies.orphan.${name}

${rules}
`;
const looped = (custom: string) =>
	`# METADATA\n# title: Entrypoints\n${custom}package main\n\ngrant := set()\n`;

describe('unroll', it => {
	it('writes a rule for each outcome that a policy has, and an empty set for a kind without policies', async () => {
		const sources = {
			'policies/orphan/a.rego': policy('a', 'deny contains {} if input.a\n\nnot_applicable if input.b'),
			'policies/orphan/b.rego': policy('b', 'unknown contains {} if input.a'),
			[MAIN]: looped('# custom:\n#   unroll: true\n'),
		};
		const main = [
			'package main',
			'credential := set()',
			'grant contains ["orphan", "a", "fail", details] if some details in data.policies.orphan.a.deny',
			'grant contains ["orphan", "a", "not_applicable", {}] if data.policies.orphan.a.not_applicable',
			'grant contains ["orphan", "b", "unknown", details] if some details in data.policies.orphan.b.unknown',
			'identity := set()',
			'connection := set()',
			'cluster := set()',
			'key := set()',
			'waiver := set()',
			'finding := set()',
		];
		assert.equal(await unroll(sources), { ...sources, [MAIN]: `${main.join('\n\n')}\n` });
	});

	it('leaves a main.rego that does not ask for it, and sources that cannot be parsed', async () => {
		const own = { [MAIN]: looped('') };
		assert.equal(await unroll(own), own);
		const broken = { [MAIN]: looped('# custom:\n#   unroll: true\n'), 'policies/orphan/a.rego': 'package' };
		assert.equal(await unroll(broken), broken);
	});

	it('[wasm] judges all_findings as the loops do', async () => {
		const files = shippedPolicies();
		const isLooped = { ...files, [MAIN]: (files[MAIN] ?? '').replace('unroll: true', 'unroll: false') };
		assert.equal(await judged(files), await judged(isLooped));
	});
});

async function judged(files: PolicyFiles) {
	const pool = await createPool(await compileBundle(files), { threads: 1 });
	const verdicts: Verdict[][] = [];
	const evaluation = await pool.evaluate(trippingRecords(), { onVerdicts: (_, of) => verdicts.push(of) });
	await pool.close();
	return { verdicts, evaluation };
}
