import { type Severity, severities } from '../model/policy.ts';
import { plural } from './text.ts';

/** `22 findings accepted by waivers (3 critical, 19 high)`; empty where there is none. */
export function acceptedWords(suppressed: { severity: Severity }[]): string {
	if (suppressed.length === 0) return '';
	const counts = severities.flatMap(severity => {
		const { length } = suppressed.filter(finding => finding.severity === severity);
		return length === 0 ? [] : [`${length} ${severity}`];
	});
	return `${plural(suppressed.length, 'finding')} accepted by waivers (${counts.join(', ')})`;
}
