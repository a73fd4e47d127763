import { nearest } from '../lib/nearest.ts';
import { ScanError } from '../lib/scan-error.ts';
import { byCodeUnit, oneLine } from '../lib/text.ts';
import type { ParamSpec } from '../model/policy.ts';
import type { ChangedParam } from '../model/report.ts';
import type { Params } from './catalog.ts';

/**
 * The defaults of a bundle with a user's values in place of some: `{ category: { name: { key: value } } }`.
 * A key that no policy reads would be a threshold silently left at its default.
 * @throws {ScanError} PARAMS_INVALID naming the unknown key and the nearest right one, or the right type.
 */
export function applyParams(defaults: Params, overrides: unknown): Params {
	const params = structuredClone(defaults);
	for (const [category, names] of entries(overrides, 'the params')) {
		const ofCategory = pick(params, category, 'category', '');
		for (const [name, values] of entries(names, category)) {
			const ofPolicy = pick(ofCategory, name, 'policy with params', `${category}/`);
			for (const [key, value] of entries(values, `${category}/${name}`)) {
				const path = `${category}/${name}/`;
				checkType(`${path}${key}`, pick(ofPolicy, key, 'param', path), value);
				ofPolicy[key] = value;
			}
		}
	}
	return params;
}

/** The thresholds whose value is another than the default, by policy and key. */
export function changedParams(defaults: Params, params: Params): ChangedParam[] {
	const changed = Object.entries(defaults).flatMap(([category, names]) =>
		Object.entries(names).flatMap(([name, keys]) =>
			Object.entries(keys).flatMap(([key, byDefault]) => {
				const value = params[category]?.[name]?.[key] ?? byDefault;
				const isSame = JSON.stringify(value) === JSON.stringify(byDefault);
				return isSame ? [] : [{ policy: `${category}/${name}`, key, value, default: byDefault }];
			}),
		),
	);
	return changed.sort((a, b) => byCodeUnit(a.policy, b.policy) || byCodeUnit(a.key, b.key));
}

function entries(value: unknown, what: string): [string, unknown][] {
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
	throw invalid(`${what}: expected a mapping, found ${describe(value)}`);
}

function pick<T>(known: Record<string, T>, key: string, what: string, path: string): T {
	const found = Object.hasOwn(known, key) ? known[key] : undefined;
	if (found !== undefined) return found;
	const near = nearest(key, Object.keys(known));
	const choices = Object.keys(known).map(choice => path + choice);
	throw invalid(
		`unknown ${what} ${path}${key}`,
		near === null ? `known are ${choices.join(', ') || 'none'}` : `did you mean ${path}${near}?`,
	);
}

/** The default decides the type. */
function checkType(
	path: string,
	byDefault: ParamSpec['default'],
	value: unknown,
): asserts value is ParamSpec['default'] {
	const expected = describe(byDefault);
	if (describe(value) !== expected) {
		throw invalid(
			`${path}: expected ${expected}, found ${describe(value)}`,
			`its default is ${JSON.stringify(byDefault)}`,
		);
	}
}

function describe(value: unknown): string {
	if (Array.isArray(value)) {
		return value.every(element => typeof element === 'string')
			? 'a list of strings'
			: 'a list of other values';
	}
	if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : 'a number without a value';
	if (typeof value === 'object') return value === null ? 'nothing' : 'a mapping';
	return value === undefined ? 'nothing' : `a ${typeof value}`;
}

function invalid(message: string, hint = ''): ScanError {
	return new ScanError('PARAMS_INVALID', oneLine(message, 300), { hint: oneLine(hint, 500) });
}
