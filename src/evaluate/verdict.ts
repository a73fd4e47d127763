import { byCodeUnit } from '../lib/text.ts';
import type { Finding } from '../model/finding.ts';
import type { Outcome, Policy } from '../model/policy.ts';
import type { PolicyRecord } from '../model/record.ts';

/** What a policy's judgement of a record needs to know of it. */
export type PolicyRef = Pick<Policy, 'id' | 'kind' | 'needs'>;

/** What the judgement of a record needs to know of it, beside what the policies see. */
export type RecordRef = Pick<PolicyRecord, 'kind' | 'gaps'> & { cluster: string };

/** One thing that a policy says of one record and somebody should see. */
export interface Verdict {
	policyId: string;
	outcome: 'fail' | 'unknown';
	/** As the policy gave them, keys sorted. */
	details: Record<string, unknown>;
	/** Why an unknown is unknown; the message of a record's own gap is empty: the cluster's gap has it. */
	gaps: Finding['gaps'];
}

/** What a policy answered about one record, before the record's gaps are weighed. */
export interface Answer {
	fails: Record<string, unknown>[];
	unknowns: Record<string, unknown>[];
	isNotApplicable: boolean;
}

/** One policy's judgement of one record: `verdicts` is empty for a pass and for not applicable. */
export interface Judgement {
	outcome: Outcome;
	verdicts: Verdict[];
}

const PASS: Judgement = { outcome: 'pass', verdicts: [] };
const UNASKED: Judgement = { outcome: 'unknown', verdicts: [] };
const NOT_APPLICABLE: Judgement = { outcome: 'not_applicable', verdicts: [] };

/**
 * Weighs a policy's answer against the record's gaps. A fail stands whatever else could not be
 * read, and so does not applicable; a pass does not, when a source that the policy needs is missing.
 */
export function judge(policy: PolicyRef, record: RecordRef, answer: Answer | undefined): Judgement {
	if (answer && answer.fails.length > 0) return found(policy, 'fail', answer.fails);
	// It looked at what there is and said that it does not judge such a record.
	if (answer?.isNotApplicable) return NOT_APPLICABLE;
	const missing = record.gaps.filter(gap => policy.needs.includes(gap.source));
	if (missing.length > 0) {
		// Counted on every record; a source that nobody configured is told once, not once a record.
		if (missing.every(({ code, scope }) => code === 'not_configured' && scope === 'cluster')) return UNASKED;
		const gaps = missing.map(({ source, code }) => ({ source, code, message: '' }));
		return { outcome: 'unknown', verdicts: [{ policyId: policy.id, outcome: 'unknown', details: {}, gaps }] };
	}
	if (answer && answer.unknowns.length > 0) return found(policy, 'unknown', answer.unknowns);
	return PASS;
}

function found(policy: PolicyRef, outcome: Verdict['outcome'], all: Verdict['details'][]): Judgement {
	return {
		outcome,
		verdicts: inOrder(all).map(details => ({ policyId: policy.id, outcome, details, gaps: [] })),
	};
}

/** The judgement of a policy that could not be evaluated on a record. */
export function unevaluated(
	policyId: string,
	code: 'policy_error' | 'time_limit',
	message: string,
): Judgement & { verdicts: [Verdict] } {
	const gaps: Verdict['gaps'] = [{ source: 'evaluation', code, message }];
	return { outcome: 'unknown', verdicts: [{ policyId, outcome: 'unknown', details: {}, gaps }] };
}

/** WASM gives sets and object keys in hash order: the same details must give the same bytes. */
function inOrder(details: Record<string, unknown>[]): Record<string, unknown>[] {
	if (details.length === 1) return details.map(sortKeys);
	return details
		.map(sortKeys)
		.map(value => ({ value, key: JSON.stringify(value) }))
		.sort((a, b) => byCodeUnit(a.key, b.key))
		.map(({ value }) => value);
}

function sortKeys(value: Record<string, unknown>): Record<string, unknown> {
	// fromEntries defines its keys: a label named `__proto__` stays a key.
	return Object.fromEntries(
		Object.keys(value)
			.sort(byCodeUnit)
			.map(key => [key, sortDeep(value[key])]),
	);
}

function sortDeep(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sortDeep);
	// What JSON.parse made and is neither null nor an array is a plain object.
	return typeof value === 'object' && value !== null ? sortKeys(value as Record<string, unknown>) : value;
}
