import { checkPolicies, compileBundle } from '../../src/evaluate/bundle.ts';
import { mistakeLine } from '../../src/evaluate/mistake.ts';
import type { PolicyFiles } from '../../src/evaluate/opa.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { assert, describe } from '../helpers/describe.ts';
import { shippedPolicies } from '../helpers/shipped-policies.ts';

const METADATA = (kind: string) => `# METADATA
# title: Old
# description: It is old.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: ${kind}
#   severity: medium
#   needs: [kubeconfig]
#   remediation: End it.
#   params:
#     max_days: {default: 30, description: Age.}
#     names: {default: [], description: Names.}
`;

/** Policies of one row each of METADATA and package, then the case from row 17 on. */
function policies(bodies: Record<string, string>, kind = 'credential'): PolicyFiles {
	return Object.fromEntries(
		Object.entries(bodies).map(([name, body]) => [
			`policies/org/${name}.rego`,
			`${METADATA(kind)}package policies.org.${name}\n\n${body}\n`,
		]),
	);
}

/** What all shipped policies need, and some that are read. */
function support(): PolicyFiles {
	const wanted = /^policies\/(main\.rego|lib\/|schemas\/|credential\/expired\.rego)/;
	return Object.fromEntries(
		Object.entries(shippedPolicies()).filter(([path]) => wanted.test(path) && !path.endsWith('_test.rego')),
	);
}

/** The mistakes of each file, without its path; those of shipped files would be there too. */
async function check(sources: PolicyFiles): Promise<Record<string, string[]>> {
	const found: Record<string, string[]> = Object.fromEntries(Object.keys(sources).map(file => [file, []]));
	for (const mistake of await checkPolicies({ ...support(), ...sources })) {
		const line = mistakeLine(mistake).replace(`${mistake.file}:`, '');
		found[mistake.file] = [...(found[mistake.file] ?? []), line];
	}
	return found;
}

/** Cases are one body with the mistakes expected of it. */
async function holds(
	cases: Record<string, [body: string, ...mistakes: string[]]>,
	kind?: string,
): Promise<void> {
	const bodies = Object.fromEntries(Object.entries(cases).map(([name, [body]]) => [name, body]));
	assert.equal(
		await check(policies(bodies, kind)),
		Object.fromEntries(
			Object.entries(cases).map(([name, [, ...mistakes]]) => [`policies/org/${name}.rego`, mistakes]),
		),
	);
}

async function refusal(sources: PolicyFiles): Promise<string> {
	try {
		await compileBundle({ ...support(), ...sources });
		return 'compiled';
	} catch (error) {
		if (!(error instanceof ScanError)) throw error;
		return `${error.code}: ${error.message}`;
	}
}

const denies = (condition: string, before = '') => `${before}deny contains {"a": 1} if ${condition}`;
const USABLE = 'is not defined: did you mean data.lib.credentials.is_usable?';
const HIDDEN = (of: string, name: string) =>
	`what is read of ${of} is not written out: write ${of}.${name}, so that a misspelled name is noticed`;

describe('[wasm] misreads', it => {
	it('a threshold that nobody declared :: is refused however it is read', async () => {
		const max = (name: string) =>
			`data.params.org.${name}.max_dayz is not declared: did you mean data.params.org.${name}.max_days?`;
		await holds({
			full: [denies('input.now > data.params.org.full.max_dayz'), `17:39: ${max('full')}`],
			rule: [denies('input.now > _p.max_dayz', '_p := data.params.org.rule\n\n'), `19:39: ${max('rule')}`],
			chain: [
				denies('input.now > _q.max_dayz', '_p := data.params.org\n\n_q := _p.chain\n\n'),
				`21:39: ${max('chain')}`,
			],
			variable: [
				denies('{\n\tp := data.params.org.variable\n\tinput.now > p.max_dayz\n}'),
				`19:14: ${max('variable')}`,
			],
			again: [
				denies('{\n\tp := data.params.org.again\n\tq := p\n\tinput.now > q["max_dayz"]\n}'),
				`20:14: ${max('again')}`,
			],
			result: [
				denies('input.now > _f(1).max_dayz', '_f(_) := data.params.org.result\n\n'),
				`19:39: ${max('result')}`,
			],
			imported: [
				denies('input.now > p.max_dayz', 'import data.params.org.imported as p\n\n'),
				`19:39: ${max('imported')}`,
			],
			each: [denies('every n in [1] { n > data.params.org["each"].max_dayz }'), `17:48: ${max('each')}`],
			far: [
				denies('input.now > data.params.org.far.window'),
				'17:39: data.params.org.far.window is not declared: declare it under custom.params in the METADATA of policies/org/far.rego',
			],
			root: [
				denies('input.now > data.param.org.root.max_days'),
				'17:39: data.param is not defined: did you mean data.params?',
			],
			stranger: [
				denies('input.now > data.thresholds.max_days'),
				'17:39: data.thresholds is not defined: there are data.lib, data.params and data.policies',
			],
		});
	});

	it('a helper or a policy that nobody defines :: is refused however it is read', async () => {
		const lib = 'data.lib.credentials.is_usabel';
		await holds({
			full: [denies(lib), `17:27: ${lib} ${USABLE}`],
			imported: [
				denies('credentials.is_usabel', 'import data.lib.credentials\n\n'),
				`19:27: ${lib} ${USABLE}`,
			],
			brackets: [
				denies('credentials["is_usabel"]', 'import data.lib.credentials\n\n'),
				`19:27: ${lib} ${USABLE}`,
			],
			above: [denies('lib.credentials.is_usabel', 'import data.lib\n\n'), `19:27: ${lib} ${USABLE}`],
			variable: [denies('{\n\tc := data.lib.credentials\n\tnot c.is_usabel\n}'), `19:6: ${lib} ${USABLE}`],
			elsewhere: [
				denies('credentals.is_usable', 'import data.lib.credentals\n\n'),
				'19:27: data.lib.credentals is not defined: did you mean data.lib.credentials?',
			],
			called: [
				denies('wildcards.mach("a", "b")', 'import data.lib.wildcards\n\n'),
				'19:27: data.lib.wildcards.mach is not defined: did you mean data.lib.wildcards.match?',
			],
			policy: [
				denies('data.policies.credential.expird.deny'),
				'17:27: data.policies.credential.expird is not defined: did you mean data.policies.credential.expired?',
			],
			rule: [
				denies('not data.policies.credential.expired.denny'),
				'17:31: data.policies.credential.expired.denny is not defined: did you mean data.policies.credential.expired.deny?',
			],
		});
	});

	it('what hides the name :: is refused, but for main.rego', async () => {
		await holds({
			open: [
				denies('data.lib.credentials[input.credential.kind]'),
				`17:27: ${HIDDEN('data.lib.credentials', 'is_endless')}`,
			],
			get: [
				denies('object.get(data.params.org.get, "max_dayz", 1) == 2'),
				`17:38: ${HIDDEN('data.params.org.get', 'max_days')}`,
			],
			given: [
				denies('_f(_p)', '_p := data.params.org.given\n\n_f(p) if p.max_dayz > 1\n\n'),
				`21:30: ${HIDDEN('data.params.org.given', 'max_days')}`,
			],
			loop: [
				denies('some name in data.params.org.loop'),
				`17:27: ${HIDDEN('data.params.org.loop', 'max_days')}`,
			],
		});
	});

	it('facts that no record has :: are refused through variables and rules', async () => {
		const end = 'input.credential.notAftr is no fact of a credential record: did you mean notAfter?';
		await holds({
			variable: [denies('{\n\tc := input.credential\n\tc.notAftr < input.now\n}'), `19:2: ${end}`],
			rule: [denies('_c.notAftr < input.now', '_c := input.credential\n\n'), `19:27: ${end}`],
			other: [
				denies('input["grant"].roleName == "x"'),
				'17:27: input.grant is no fact of a credential record: did you mean grants?',
			],
			several: [denies('_f(input.usage) == _f(input.credential)', '_f(c) := c.notAfter\n\n')],
		});
	});

	// What functions are called with is known when the compiler came to its end.
	it('facts that no record has :: are refused through arguments when all else is right', async () => {
		const end = 'input.credential.notAftr is no fact of a credential record: did you mean notAfter?';
		await holds({
			argument: [denies('_f(input.credential)', '_f(c) if c.notAftr == 1\n\n'), `17:10: ${end}`],
			handed: [
				denies('_f(input.credential)', '_f(c) if _g(c)\n\n_g(d) if d.notAftr == 1\n\n'),
				`19:10: ${end}`,
			],
			right: [denies('_f(input.credential)', '_f(c) if c.notAfter == 1\n\n')],
		});
	});

	it('a library that reads records :: has to ask for their schema', async () => {
		const lib = 'policies/lib/own.rego';
		const body = 'package lib.own\n\nis_old if {\n\tc := input.credential\n\tc.notAfter < input.now\n}\n';
		const metadata = (scope: string, schemas: string) =>
			`# METADATA\n# title: Own\n# scope: ${scope}\n${schemas}`;
		const reader = policies({ reader: denies('data.lib.own.is_old') });
		const of = async (text: string) => (await check({ ...reader, [lib]: text }))[lib];
		const missing =
			'records are read without their schema: write METADATA with scope: package and schemas: [{input: schema.record}] above the package clause';
		assert.equal(await of(body), [`4:7: ${missing}`]);
		assert.equal(await of(metadata('package', '') + body), [`7:7: ${missing}`]);
		assert.equal(await of(`${metadata('package', '# schemas: [{input: schema.record}]\n')}${body}`), []);
		assert.equal(await of('package lib.own\n\nis_old if 1 == 1\n'), []);
		assert.equal(await of(body.replace('notAfter', 'notAftr')), [
			`4:7: ${missing}`,
			'5:2: input.credential.notAftr is no fact of a record: did you mean notAfter?',
		]);
	});

	it('what is right :: stays right', async () => {
		await holds({
			good: [
				[
					'import data.lib',
					'import data.lib.credentials as c',
					'import data.policies.credential.expired',
					'',
					'_p := data.params.org.good',
					'',
					'deny contains {"a": 1} if {',
					'\tq := _p',
					'\tinput.now > q.max_days',
					'\tinput.credential.username in _p.names',
					'\tlib.credentials.is_usable',
					'\tnot c["is_over"]',
					'\tsome name in data.params.org.good.names',
					'\tname == data.params.org.good.names[0]',
					'\tcount(expired.deny) > 0',
					'\tnot expired.not_applicable',
					'\t_limits.low < _limits[name]',
					'\t"input.nothing data.nothing" != `data.lib.nothing` # data.nothing',
					'}',
					'',
					'_limits.low := 1',
					'',
					'_limits.high := 2',
					'',
					'deny contains {"b": limit} if limit := _of(input.credential.kind)',
					'',
					'_of(kind) := _p.max_days if kind == "bound_token"',
					'',
					'_of(kind) := 7 if kind != "bound_token"',
				].join('\n'),
			],
		});
	});

	it('is refused by build too', async () => {
		const cases = {
			params: denies('input.now > _p.max_dayz', '_p := data.params.org.params\n\n'),
			helper: denies('data.lib.credentials.is_usabel'),
			fact: denies('_c.notAftr < input.now', '_c := input.credential\n\n'),
		};
		assert.equal(
			await Promise.all(Object.entries(cases).map(([name, body]) => refusal(policies({ [name]: body })))),
			[
				'POLICY_INVALID: policies/org/params.rego:19:39: data.params.org.params.max_dayz is not declared: did you mean data.params.org.params.max_days?',
				`POLICY_INVALID: policies/org/helper.rego:17:27: data.lib.credentials.is_usabel ${USABLE}`,
				'POLICY_INVALID: policies/org/fact.rego:19:27: input.credential.notAftr is no fact of a credential record: did you mean notAfter?',
			],
		);
		assert.is(
			await refusal(policies({ good: denies('input.now > data.params.org.good.max_days') })),
			'compiled',
		);
	});

	it('the shipped pack has none, tests included', async () => {
		assert.equal((await checkPolicies(shippedPolicies())).map(mistakeLine), []);
	});
});
