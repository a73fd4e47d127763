import { nearest } from '../lib/nearest.ts';
import { byCodeUnit } from '../lib/text.ts';
import { sources } from '../model/facts.ts';
import {
	type Control,
	type Ends,
	ends,
	type Grade,
	type ParamSpec,
	type Policy,
	severities,
	type Trap,
} from '../model/policy.ts';
import type { RecordKind } from '../model/record.ts';
import type { Annotation } from './opa.ts';

/**
 * Notes one mistake, with what to write instead.
 * @param at words that lead to its place in the METADATA, each after the one before.
 */
export type Complain = (what: string, hint: string, at?: readonly string[]) => void;

/** The record kinds; `policies/main.rego` has an entrypoint of the same name for each. */
export const recordKinds = keysOf({
	credential: true,
	grant: true,
	identity: true,
	connection: true,
	cluster: true,
	key: true,
	waiver: true,
	finding: true,
} satisfies Record<RecordKind, true>);
const grades = keysOf({ A: true, B: true, C: true, D: true, none: true } satisfies Record<Grade, true>);
const strengths = keysOf({ exact: true, analogy: true } satisfies Record<Control['strength'], true>);
const fields = keysOf({
	question: true,
	why: true,
	traps: true,
	severity: true,
	privileged_severity: true,
	kind: true,
	needs: true,
	min_grade: true,
	remediation: true,
	ends: true,
	controls: true,
	params: true,
});

/** One policy from the METADATA at its package; complains about what is missing, wrong or unknown. */
export function readPolicy(
	id: string,
	annotation: Annotation | undefined,
	params: Record<string, ParamSpec>,
	complain: Complain,
): Policy {
	const custom = annotation?.custom ?? {};
	if (!annotation)
		complain(
			'no METADATA with scope: package above the package clause',
			'copy what `kubelapse policy new` writes',
		);
	for (const key of annotation ? Object.keys(custom) : [])
		if (!fields.some(field => field === key))
			complain(`custom.${key} is unknown`, suggest(key, fields), ['custom:', `${key}:`]);

	const ask: Complain = annotation ? complain : () => {}; // one complaint is enough
	const severity = word(custom.severity, 'severity', severities, ask);
	return {
		id,
		title: text(annotation?.title, 'title', ask),
		description: text(annotation?.description, 'description', ask),
		question: custom.question === undefined ? '' : text(custom.question, 'custom.question', ask),
		why: custom.why === undefined ? '' : text(custom.why, 'custom.why', ask),
		traps:
			custom.traps === undefined ? [] : list(custom.traps, 'traps', ask).map(trap => readTrap(trap, ask)),
		severity,
		privilegedSeverity:
			custom.privileged_severity === undefined
				? severity
				: word(custom.privileged_severity, 'privileged_severity', severities, ask),
		kind: word(custom.kind, 'kind', recordKinds, ask),
		needs: list(custom.needs, 'needs', ask).map(need => word(need, 'needs', sources, ask)),
		minGrade: custom.min_grade === undefined ? 'none' : word(custom.min_grade, 'min_grade', grades, ask),
		remediation: text(custom.remediation, 'custom.remediation', ask),
		ends: readEnds(custom.ends, custom.kind, ask),
		controls:
			custom.controls === undefined
				? []
				: list(custom.controls, 'controls', ask).map(control => readControl(control, ask)),
		params,
		origin: null,
	};
}

/** What can be ended stands in the record that is judged. */
const ENDS_OF = { credential: 'credential', grant: 'grant', access: 'identity' } as const satisfies Record<
	Exclude<Ends, 'nothing'>,
	RecordKind
>;

function readEnds(value: unknown, kind: unknown, complain: Complain): Ends {
	if (value === undefined) return 'nothing';
	const ended = word(value, 'ends', ends, complain);
	if (ended !== 'nothing' && ENDS_OF[ended] !== kind)
		complain(
			`custom.ends is ${ended}, and the policy judges a ${String(kind)}`,
			`write kind: ${ENDS_OF[ended]}`,
			['custom:', 'ends:'],
		);
	return ended;
}

/** The thresholds under `custom.params`, sorted by name. */
export function readParams(value: unknown, complain: Complain): Record<string, ParamSpec> {
	if (value === undefined) return {};
	const entries = isObject(value) ? Object.entries(value) : [];
	if (entries.length === 0) complain('custom.params is empty', PARAM_FORM, ['custom:', 'params:']);
	const specs = entries.flatMap(([key, spec]) => {
		const isNamed = /^[a-z][a-z0-9_]*$/.test(key);
		if (isNamed && isObject(spec) && typeof spec.description === 'string' && isDefault(spec.default))
			return [[key, { default: spec.default, description: spec.description }] as const];
		const lacksDefault = isNamed && isObject(spec) && spec.default === undefined;
		const what = lacksDefault ? 'has no default' : 'is incomplete';
		complain(`custom.params.${key} ${what}`, PARAM_FORM, ['custom:', 'params:', `${key}:`]);
		return [];
	});
	return Object.fromEntries(specs.sort(([a], [b]) => byCodeUnit(a, b)));
}

const PARAM_FORM =
	'write window_seconds: {default: 2592000, description: "…"}, where the default is a number, a string, true, false or a list of strings';

function isDefault(value: unknown): value is ParamSpec['default'] {
	if (Array.isArray(value)) return value.every(element => typeof element === 'string');
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function readTrap(value: unknown, complain: Complain): Trap {
	const trap = isObject(value) ? value : {};
	return {
		case: text(trap.case, 'custom.traps[].case', complain),
		test: text(trap.test, 'custom.traps[].test', complain),
	};
}

function readControl(value: unknown, complain: Complain): Control {
	const control = isObject(value) ? value : {};
	return {
		framework: text(control.framework, 'custom.controls[].framework', complain),
		version: text(control.version, 'custom.controls[].version', complain),
		id: text(control.id, 'custom.controls[].id', complain),
		strength: word(control.strength, 'controls[].strength', strengths, complain),
	};
}

function text(value: unknown, name: string, complain: Complain): string {
	if (typeof value === 'string' && value.trim() !== '') return value.trim();
	const isAbsent = value === undefined || typeof value === 'string';
	if (isAbsent) complain(`${name} is missing`, 'write a sentence', keysTo(name));
	else complain(`${name} is not a text`, 'put it in quotes', keysTo(name));
	return '';
}

function list(value: unknown, name: string, complain: Complain): unknown[] {
	if (Array.isArray(value)) return value;
	const what = value === undefined ? 'missing' : 'not a list';
	complain(`custom.${name} is ${what}`, `write ${name}: […]`, keysTo(`custom.${name}`));
	return [];
}

/** One of `words`; the first of them after a complaint, for the caller drops the policy then. */
function word<Word extends string>(
	value: unknown,
	name: string,
	words: readonly [Word, ...Word[]] | readonly Word[],
	complain: Complain,
): Word {
	const known = words.find(candidate => candidate === value);
	if (known !== undefined) return known;
	const what = value === undefined ? 'is missing' : `has the unknown word ${JSON.stringify(value)}`;
	const at = [...keysTo(`custom.${name}`), String(value)];
	complain(`custom.${name} ${what}`, suggest(String(value), words), at);
	return words[0] as Word; // none of the lists is empty
}

/** The keys on the way to `custom.controls[].framework`. */
function keysTo(name: string): string[] {
	return name.split('.').map(key => `${key.replace('[]', '')}:`);
}

function suggest(wrong: string, words: readonly string[]): string {
	const likely = nearest(wrong, words);
	return likely === null ? `write one of ${words.join(', ')}` : `did you mean ${likely}?`;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysOf<Key extends string>(table: Record<Key, true>): Key[] {
	return Object.keys(table) as Key[]; // object literals have no other keys
}
