import { oneLine } from '../../lib/text.ts';
import type { Report } from '../../model/report.ts';
import { changedWords, paramWords } from '../words.ts';
import { type Capped, capped } from './rows.ts';

/** The thresholds that are not at their defaults. */
export interface ThresholdView extends Capped<ThresholdRow> {
	sentence: string;
	/** The params file; empty where none was named. */
	from: string;
}

export interface ThresholdRow {
	policy: string;
	key: string;
	value: string;
	default: string;
}

const MAX_ROWS = 200;

/** What was judged by other values than the shipped ones. */
export function thresholdView({ run }: Report): ThresholdView {
	return {
		sentence: changedWords(run.params),
		from: oneLine(run.params.from),
		...capped(run.params.changed, MAX_ROWS, 'params', ({ policy, key, value, default: byDefault }) => ({
			policy: oneLine(policy, 120),
			key: oneLine(key, 120),
			value: paramWords(key, value),
			default: paramWords(key, byDefault),
		})),
	};
}
