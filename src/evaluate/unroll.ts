import { byCodeUnit } from '../lib/text.ts';
import { kindsOf, readMetadata } from './catalog.ts';
import { recordKinds } from './metadata.ts';
import { ask, type Limits, type Module, type PolicyFiles } from './opa.ts';

const MAIN = 'policies/main.rego';

/**
 * The sources with the loop of main.rego over all policies written out, one rule for each outcome of each
 * policy: looked up by name they cost a third of the speed. A main.rego that does not say `unroll: true` in its
 * METADATA, or sources that cannot be parsed, stay as they are.
 */
export async function unroll(sources: PolicyFiles, limits?: Limits): Promise<PolicyFiles> {
	const { modules = [], errors = [] } = await ask({ command: 'inspect', files: sources }, limits);
	const main = modules.find(({ file }) => file === MAIN);
	const isAsked = main?.annotations.some(({ custom }) => custom?.unroll === true) ?? false;
	return isAsked && errors.length === 0 ? { ...sources, [MAIN]: writeMain(modules) } : sources;
}

function writeMain(modules: Module[]): string {
	const rulesOf = new Map(modules.map(module => [module.package.join('/'), module.rules]));
	const kinds = kindsOf(readMetadata(modules).catalog);
	const policies = Object.entries(kinds).flatMap(([category, names]) =>
		Object.entries(names).map(([name, kind]) => ({ category, name, kind })),
	);
	const rules = recordKinds.flatMap(kind => {
		const mine = policies.filter(policy => policy.kind === kind);
		const written = mine.flatMap(policy =>
			writeRules(policy, rulesOf.get(`policies/${policy.category}/${policy.name}`) ?? []),
		);
		return written.length > 0 ? written : [`${kind} := set()`];
	});
	return `package main\n\n${rules.join('\n\n')}\n`;
}

/** Rules that a policy does not have are left out: the compiler refuses to read them. */
function writeRules(
	{ category, name, kind }: { category: string; name: string; kind: string },
	rules: string[],
): string[] {
	const policy = `data.policies.${category}.${name}`;
	const tuple = (outcome: string, details: string) =>
		`${kind} contains ["${category}", "${name}", "${outcome}", ${details}] if`;
	const written = {
		deny: `${tuple('fail', 'details')} some details in ${policy}.deny`,
		unknown: `${tuple('unknown', 'details')} some details in ${policy}.unknown`,
		not_applicable: `${tuple('not_applicable', '{}')} ${policy}.not_applicable`,
	};
	return Object.entries(written)
		.filter(([rule]) => rules.includes(rule))
		.map(([, text]) => text)
		.sort(byCodeUnit);
}
