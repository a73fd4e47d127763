import type { Answer } from './verdict.ts';

/** Reads the tuples `[category, name, outcome, details]` of `main/<kind>`, or says what is wrong with them. */
export function readTuples(value: unknown): Map<string, Answer> | string {
	if (!Array.isArray(value)) return 'answered nothing';
	const answers = new Map<string, Answer>();
	for (const tuple of value) {
		if (!Array.isArray(tuple) || tuple.length !== 4) return 'answered no tuple';
		const [category, name, outcome, details] = tuple;
		const id = `${category}/${name}`;
		const answer = answers.get(id) ?? none();
		answers.set(id, answer);
		const problem = add(answer, outcome, details);
		if (problem !== null) return problem;
	}
	return answers;
}

/**
 * Reads a policy's package, its `deny`, `unknown` and `not_applicable`, as main.rego does; or says what
 * is wrong with it.
 */
export function readPackage(value: unknown): Answer | string {
	if (!isObject(value)) return 'answered nothing';
	const { deny, unknown, not_applicable: notApplicable } = value;
	const answer = none();
	answer.isNotApplicable = notApplicable !== undefined && notApplicable !== false;
	for (const [rule, outcome] of [
		[deny, 'fail'],
		[unknown, 'unknown'],
	]) {
		for (const details of elements(rule)) {
			const problem = add(answer, outcome, details);
			if (problem !== null) return problem;
		}
	}
	return answer;
}

function none(): Answer {
	return { fails: [], unknowns: [], isNotApplicable: false };
}

function add(answer: Answer, outcome: unknown, details: unknown): string | null {
	if (outcome === 'not_applicable') answer.isNotApplicable = true;
	else if (!isObject(details)) return 'gave something else than an object of details';
	else if (outcome === 'fail') answer.fails.push(details);
	else if (outcome === 'unknown') answer.unknowns.push(details);
	else return 'gave an outcome that does not exist';
	return null;
}

/** What `some … in` goes over. */
function elements(value: unknown): unknown[] {
	if (Array.isArray(value)) return value;
	return isObject(value) ? Object.values(value) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
