import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256 } from '../lib/x509.ts';
import type { ActionName, PlanOptions, Step } from '../model/plan.ts';

/** 12 hex digits: the same for the same deed on the same object. */
export function stepId(action: ActionName, cluster: string, target: string): string {
	return sha256(canonicalJson([action, cluster, target])).slice(0, 12);
}

/** Whether `--only` and `--exclude` leave a step in: by its action, or by the beginning of its id. */
export function isChosen(
	{ id, action }: Pick<Step, 'id' | 'action'>,
	{ only, exclude }: PlanOptions,
): boolean {
	const isOne = (words: string[]) =>
		words.some(word => word === action || (word.length >= 4 && id.startsWith(word)));
	return (only.length === 0 || isOne(only)) && !isOne(exclude);
}
