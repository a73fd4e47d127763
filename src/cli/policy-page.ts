import { oneLine } from '../lib/text.ts';
import type { Control, ParamSpec, Policy } from '../model/policy.ts';
import { wrap } from '../reporters/terminal.ts';
import type { LoadedPolicies } from './load-policies.ts';

/** A params file, and the config that names it where no flag did. */
export interface ParamSource {
	file: string;
	config: string | null;
}

/** A threshold with the value in force. */
export interface ParamInForce extends ParamSpec {
	value: ParamSpec['default'];
	/** Who says so; null: nobody says otherwise than the policy. */
	from: ParamSource | null;
}

/** A policy as `policy list` and `policy explain` give it. */
export interface PolicyInForce extends Omit<Policy, 'params'> {
	params: Record<string, ParamInForce>;
	/** Those of the libraries that it reads, as `lib/usage`. */
	libraryParams: Record<string, Record<string, ParamInForce>>;
}

/** Every policy, its thresholds as a scan with the same settings would apply them. */
export function inForce({ bundle, overrides }: LoadedPolicies, from: ParamSource | null): PolicyInForce[] {
	const inForceOf = (id: string, specs: Record<string, ParamSpec>): Record<string, ParamInForce> => {
		const params = Object.entries(specs).map(([key, spec]) => {
			const path = [...id.split('/'), key];
			const value = at(bundle.params, path) as ParamSpec['default'] | undefined; // the bundle's own document
			const isSet = at(overrides, path) !== undefined;
			return [key, { ...spec, value: value ?? spec.default, from: isSet ? from : null }];
		});
		return Object.fromEntries(params);
	};
	return bundle.catalog.map(policy => {
		const read = Object.entries(bundle.libraries).filter(([, { readBy }]) => readBy.includes(policy.id));
		const ofLibraries = read.map(([name, { params }]) => [`lib/${name}`, inForceOf(`lib/${name}`, params)]);
		return {
			...policy,
			params: inForceOf(policy.id, policy.params),
			libraryParams: Object.fromEntries(ofLibraries),
		};
	});
}

function at(document: unknown, path: string[]): unknown {
	let value = document;
	for (const key of path) {
		if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
		value = (value as Record<string, unknown>)[key];
	}
	return value;
}

/** Columns of the narrowest terminal that is cared for. */
const COLUMNS = 80;

/** A line for each policy, more where its title is long: id, severity, title, and the folder of one's own. */
export function policyList(policies: PolicyInForce[]): string[] {
	const width = Math.max(...policies.map(({ id }) => id.length));
	const margin = ' '.repeat(width + 12);
	return policies.flatMap(({ id, severity, title, origin }) => {
		const whose = origin === null ? '' : ` (${origin.replaces ? 'replaced by' : 'from'} ${origin.folder})`;
		const [first, ...rest] = wrap(clean(title + whose), Math.max(COLUMNS - margin.length, 20));
		return [`${id.padEnd(width)}  ${severity.padEnd(8)}  ${first}`, ...rest.map(line => margin + line)];
	});
}

/** The page of one policy. */
export function policyPage(policy: PolicyInForce): string[] {
	const { id, title, question, why, description, traps, needs, remediation, controls } = policy;
	return [
		...wrap(clean(`${id}: ${title}`), COLUMNS),
		...section('Question', question === '' ? [] : [question]),
		...section('Why it matters', why === '' ? [] : [why]),
		...section('What trips it', [description]),
		...section(
			'What does not',
			traps.map(trap => `- ${trap.case}`),
		),
		'',
		...field('Severity', severityOf(policy)),
		...field('Judges', `each ${policy.kind}`),
		...field('Needs', needs.join(', ') || 'nothing that may be missing'),
		...field(
			'Evidence',
			policy.minGrade === 'none' ? 'does not judge use' : `grade ${policy.minGrade} or better`,
		),
		...field('A plan', PLANNED[policy.ends]),
		...field('From', originOf(policy)),
		...section('What ends it', [remediation]),
		...section('Thresholds (--params)', Object.entries(policy.params).map(describeParam)),
		...Object.entries(policy.libraryParams).flatMap(([id, params]) =>
			section(`Thresholds of ${id} (--params)`, Object.entries(params).map(describeParam)),
		),
		...section('Controls', controls.map(describeControl)),
	];
}

const PLANNED = {
	nothing: 'leaves it to people',
	credential: 'ends the credential',
	grant: 'removes the subject from the binding',
	access: 'ends everything that the identity has',
} as const satisfies Record<PolicyInForce['ends'], string>;

function severityOf({ severity, privilegedSeverity }: PolicyInForce): string {
	return severity === privilegedSeverity
		? severity
		: `${severity}; ${privilegedSeverity} where the subject is privileged`;
}

function originOf({ origin }: PolicyInForce): string {
	if (origin === null) return 'kubelapse';
	const place = origin.replaces ? ', in place of the shipped policy' : '';
	const trust = origin.isTrusted
		? 'trusted by the config'
		: 'advises only: the config does not list the folder under trusted-policies';
	return `${origin.folder}${place} (${trust})`;
}

function describeParam([key, { value, from, default: byDefault, description }]: [
	string,
	ParamInForce,
]): string {
	const named = from === null || from.config === null ? '' : `, which ${from.config} names`;
	const source = from === null ? 'default' : `${from.file}${named}; default ${JSON.stringify(byDefault)}`;
	return `${key} = ${JSON.stringify(value)} (${source}): ${description}`;
}

function describeControl({ framework, version, id, strength }: Control): string {
	return `${framework} ${version} ${id} (${strength === 'exact' ? 'exact' : 'by analogy'})`;
}

/** Nothing where there is nothing to say. */
function section(heading: string, paragraphs: string[]): string[] {
	if (paragraphs.length === 0) return [];
	return [
		'',
		heading,
		...paragraphs.flatMap(text => wrap(clean(text), COLUMNS - 2).map(line => `  ${line}`)),
	];
}

const FIELD = 13;

function field(name: string, text: string): string[] {
	const [first = '', ...rest] = wrap(clean(text), COLUMNS - FIELD);
	return [name.padEnd(FIELD) + first, ...rest.map(line => ' '.repeat(FIELD) + line)];
}

/** METADATA may be anybody's: a paragraph has neither lines of its own nor what moves the cursor. */
function clean(text: string): string {
	return oneLine(text.replace(/\s+/g, ' ').trim(), 10_000);
}
