import { readPolicyFolder, SHIPPED_POLICIES } from '../../src/cli/policy-files.ts';
import { checkPolicies, compileBundle } from '../../src/evaluate/bundle.ts';
import { mistakeLine } from '../../src/evaluate/mistake.ts';
import { assert, describe } from '../helpers/describe.ts';

/** A policy of this name that checks, but for what a case writes into it. */
function policy(name: string, { metadata = METADATA, body = BODY, path = `org.${name}` } = {}): string {
	return `${metadata}package policies.${path}\n\n${body}`;
}

const METADATA = `# METADATA
# title: Old
# description: It is old.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   severity: medium
#   needs: [kubeconfig]
#   remediation: End it.
#   params:
#     max_days:
#       default: 30
#       description: Age.
`;
const BODY = 'deny contains {"a": 1} if input.credential.notAfter < input.now\n';

const NO_SET = 'deny is not a set of findings: write deny contains {"…": …} if …';
const NO_FINDING = ', and a finding is an object of details: write deny contains {"…": …} if …';

function mapOf<T, R>(values: Record<string, T>, change: (value: T, key: string) => R): Record<string, R> {
	return Object.fromEntries(
		Object.entries(values).map(([key, value]) => [key.toLowerCase(), change(value, key)]),
	);
}

const denies = (condition: string) => ({ body: `deny contains {"a": 1} if ${condition}\n` });

/** The mistakes of a policy in the folder `org`, without its path. */
async function mistakes(sources: Record<string, string>): Promise<Record<string, string[]>> {
	const { own } = await readPolicyFolder(SHIPPED_POLICIES);
	const support = Object.entries(own).filter(([path]) => /^policies\/(main\.rego|lib|schemas)/.test(path));
	const files = Object.entries(sources).map(([name, text]) => [`policies/org/${name}.rego`, text]);
	const found = await checkPolicies(Object.fromEntries([...support, ...files]));
	const of = (name: string) => found.filter(({ file }) => file === `policies/org/${name}.rego`);
	return Object.fromEntries(
		Object.keys(sources).map(name => [
			name,
			of(name).map(mistake => mistakeLine(mistake).replace(`policies/org/${name}.rego:`, '')),
		]),
	);
}

describe('[wasm] checkPolicies', it => {
	it('METADATA, package and facts :: are refused with place and hint', async () => {
		const sources = {
			good: policy('good'),
			misnamed: policy('misnamed', { path: 'org.misnaned' }),
			bare: policy('bare', { metadata: '' }),
			untitled: policy('untitled', { metadata: METADATA.replace('# title: Old\n', '') }),
			needs: policy('needs', { metadata: METADATA.replace('[kubeconfig]', '[bindings, kubeconfg]') }),
			strange: policy('strange', { metadata: METADATA.replace('severity: medium', 'severty: medium') }),
			unset: policy('unset', { metadata: METADATA.replace('#       default: 30\n', '') }),
			open: policy('open', { metadata: METADATA.replace('# schemas:\n#   - input: schema.record\n', '') }),
			fact: policy('fact', denies('input.credential.notafter < input.now')),
			inside: policy('inside', { body: `${BODY}\n_f(x) if input.credential.exec.form2 == x\n` }),
			alias: policy('alias', denies('{\n\tc := input.credential\n\tc.usrname == "x"\n}')),
			stranger: policy('stranger', denies('input.grant.roleName == "x"')),
			helper: policy('helper', {
				body: `import data.lib.credentials as c\n\ndeny contains {"a": 1} if not c.is_nod\n`,
			}),
			quoted: policy('quoted', denies('input.credential.username == "input.nothing" # input.nothing')),
		};
		assert.equal(await mistakes(sources), {
			good: [],
			misnamed: [
				'16:9: package policies.org.misnaned is not what the path says: write package policies.org.misnamed',
			],
			bare: [
				'1:9: no METADATA with scope: package above the package clause: copy what `kubelapse policy new` writes',
			],
			untitled: ['1:1: title is missing: write a sentence'],
			needs: ['10:23: custom.needs has the unknown word "kubeconfg": did you mean kubeconfig?'],
			strange: [
				'7:3: custom.severity is missing: write one of critical, high, medium, low, info',
				'9:5: custom.severty is unknown: did you mean severity?',
			],
			unset: [
				'13:7: custom.params.max_days has no default: write window_seconds: {default: 2592000, description: "…"}, where the default is a number, a string, true, false or a list of strings',
			],
			open: ['1:1: METADATA does not ask for the schema of records: write schemas: [{input: schema.record}]'],
			fact: ['18:27: input.credential.notafter is no fact of a credential record: did you mean notAfter?'],
			inside: ['20:10: input.credential.exec.form2 is no fact of a credential record: did you mean form?'],
			alias: ['20:2: input.credential.usrname is no fact of a credential record: did you mean username?'],
			stranger: ['18:27: input.grant is no fact of a credential record: did you mean grants?'],
			helper: [
				'20:31: data.lib.credentials.is_nod is not defined: did you mean data.lib.credentials.is_node?',
			],
			quoted: [],
		});
	});

	it('what the runtime has not :: is answered with what to use instead', async () => {
		const sources = {
			clock: policy('clock', denies('input.now < time.now_ns()')),
			format: policy('format', denies('sprintf("%d", [1]) == "1"')),
			network: policy('network', denies('http.send({}).status == 200')),
			slip: policy('slip', denies('starts_with("a", "b")')),
			own: policy('own', denies('_is_old(3)')),
		};
		assert.equal(await mistakes(sources), {
			clock: [
				'18:39: time.now_ns is no built-in where policies run: times are epoch seconds and input.now is the clock: compare and subtract them',
			],
			format: [
				'18:27: sprintf is no built-in where policies run: put the values into the details, or use concat and format_int',
			],
			network: [
				'18:27: http.send is no built-in where policies run: a policy sees its record and its params alone',
			],
			slip: ['18:27: undefined function starts_with: did you mean startswith?'],
			own: ['18:27: undefined function _is_old: define it, or import what does'],
		});
	});

	it('a rule that nobody reads, or of a shape that nothing reads :: is refused, for it finds nothing', async () => {
		const found = 'deny contains {"a": 1} if input.credential.notAfter < input.now\n';
		const bodies: Record<string, [body: string, mistakes: string[]]> = {
			denny: [
				found.replace('deny', 'denny'),
				[
					'18:1: nobody reads the rule denny: did you mean deny? A policy has deny, unknown and not_applicable, and rules of its own begin with _',
				],
			],
			beside: [
				`${found}\nunknwon contains {} if input.now == 1\n`,
				[
					'20:1: nobody reads the rule unknwon: did you mean unknown? A policy has deny, unknown and not_applicable, and rules of its own begin with _',
				],
			],
			below: [
				'deny.late contains {"a": 1} if input.now == 1\n',
				[
					'18:1: nobody reads the rule deny.late: did you mean deny? A policy has deny, unknown and not_applicable, and rules of its own begin with _',
				],
			],
			helper: [
				`${found}\nis_old if input.now == 1\n`,
				[
					'20:1: nobody reads the rule is_old: A policy has deny, unknown and not_applicable, and rules of its own begin with _',
				],
			],
			when: ['deny if input.now == 1\n', [`18:1: ${NO_SET}`]],
			always: ['deny := true\n', [`18:1: ${NO_SET}`]],
			list: ['_x := "deny"\n\ndeny := [{"a": 1}]\n', [`20:1: ${NO_SET}`]],
			keyed: ['deny[x] if x := input.now\n', [`18:1: ${NO_SET}`]],
			called: ['deny(x) if x == 1\n', [`18:1: ${NO_SET}`]],
			fallback: ['default deny := false\n', [`18:9: ${NO_SET}`]],
			oneRow: ['_x := 1 deny := true\n', [`18:9: ${NO_SET}`]],
			words: ['deny contains "x"\n', [`18:15: deny contains a string${NO_FINDING}`]],
			number: ['deny contains 7 if input.now == 1\n', [`18:15: deny contains a number${NO_FINDING}`]],
			set: ['deny contains {"a"} if input.now == 1\n', [`18:15: deny contains a set${NO_FINDING}`]],
			setOf: ['deny contains {x | some x in [1]}\n', [`18:15: deny contains a set${NO_FINDING}`]],
			variable: [
				'deny contains x if {\n\tinput.now == 1\n\tx := "old"\n}\n',
				[`18:15: deny contains a string${NO_FINDING}`],
			],
			fault: [
				`${found}\nnot_applicable contains {} if input.now == 1\n`,
				['20:1: not_applicable is not a condition: write not_applicable if …'],
			],
			text: [
				`${found}\nnot_applicable := "no" if input.now == 1\n`,
				['20:1: not_applicable is not a condition: write not_applicable if …'],
			],
			good: [
				[
					'# deny if',
					'_x := {"deny": `deny := 1`}',
					'',
					`${found}`,
					'deny contains object.union({"a": 1}, _x) if _y',
					'',
					'deny contains {k: v | some k, v in _x}',
					'',
					'_y if count(unknown) > 0',
					'',
					'deny contains x if some x in unknown',
					'',
					'unknown contains x if {',
					'\ty := "x"',
					'\tx := {"y": y}',
					'}',
					'',
					'not_applicable if',
					'\tinput.now == 1',
					'',
					'not_applicable := true if input.now == 2',
					'',
				].join('\n'),
				[],
			],
		};
		const sources = mapOf(bodies, ([body], name) => policy(name.toLowerCase(), { body }));
		assert.equal(
			await mistakes(sources),
			mapOf(bodies, ([, expected]) => expected),
		);
	});

	it('a threshold that nobody declared :: is named, with the one that was meant', async () => {
		const param = policy('param', denies('input.now > data.params.org.param.max_dayz'));
		assert.equal(await mistakes({ param }), {
			param: [
				'18:39: data.params.org.param.max_dayz is not declared: did you mean data.params.org.param.max_days?',
			],
		});
	});

	it('compileBundle :: refuses the same, in the same words', async () => {
		const { own } = await readPolicyFolder(SHIPPED_POLICIES);
		const support = Object.entries(own).filter(([path]) => /^policies\/(main\.rego|lib|schemas)/.test(path));
		const wrong = [policy('a', { path: 'org.b' }), policy('a', { body: BODY.replace('deny', 'denny') })];
		for (const text of wrong) {
			const files = { ...Object.fromEntries(support), 'policies/org/a.rego': text };
			const [first] = await checkPolicies(files);
			const error = await compileBundle(files).catch(reason => reason);
			assert.is(error.message, first && mistakeLine(first));
		}
	});
});
