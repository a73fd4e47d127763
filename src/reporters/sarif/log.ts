import { stableJson } from '../stable-json.ts';

/** The part of a SARIF 2.1.0 `reportingDescriptor` that GitHub reads. */
export interface Rule {
	id: string;
	name: string;
	shortDescription: { text: string };
	fullDescription: { text: string };
	help: { text: string; markdown: string };
	defaultConfiguration: { level: Level };
	properties: { tags: string[]; precision: 'high'; 'security-severity'?: string };
}

export type Level = 'error' | 'warning' | 'note';

/** The part of a SARIF 2.1.0 `result` that GitHub reads. */
export interface Result {
	ruleId: string;
	level: Level;
	message: { text: string };
	locations: { physicalLocation: PhysicalLocation }[];
	partialFingerprints: { primaryLocationLineHash: string; 'kubelapse/v1': string };
}

export interface PhysicalLocation {
	artifactLocation: { uri: string };
	region: { startLine: number; startColumn: number; endLine: number; endColumn: number };
}

/** What a person should know of the run itself: gaps, unknown answers, results left out. */
export interface Notification {
	level: 'warning' | 'note';
	descriptor: { id: string };
	message: { text: string };
}

/** One run: everything of one category. */
export interface Run {
	version: string;
	/** Up to the last slash the category, then the run. */
	automationId: string;
	rules: Rule[];
	notifications: Notification[];
	results: Result[];
}

/** A whole SARIF log with one run, minified: white space is most of such a file. */
export function log(run: Run): string {
	return stableJson({
		$schema: 'https://json.schemastore.org/sarif-2.1.0.json',
		version: '2.1.0',
		runs: [
			{
				tool: { driver: { name: 'kubelapse', semanticVersion: run.version, rules: run.rules } },
				automationDetails: { id: run.automationId },
				// True for partial runs too: GitHub refuses an upload that says false.
				invocations: [{ executionSuccessful: true, toolExecutionNotifications: run.notifications }],
				columnKind: 'utf16CodeUnits',
				results: run.results,
			},
		],
	});
}
