import type { Source } from './facts.ts';
import type { RecordKind } from './record.ts';

/** From the worst down. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

/** `unknown`: a fact that the policy needs could not be read, or the evaluation failed. */
export const outcomes = ['pass', 'fail', 'unknown', 'not_applicable'] as const;
export type Outcome = (typeof outcomes)[number];

/** An item of a benchmark that the policy decides or resembles. */
export interface Control {
	framework: string;
	version: string;
	id: string;
	strength: 'exact' | 'analogy';
}

/** Evidence of use that a remediation asks for; `none` where usage is not judged. */
export type Grade = 'A' | 'B' | 'C' | 'D' | 'none';

/**
 * What a plan may end where the policy fails: the credential or the grant that it judges, or everything that the
 * identity has; `nothing` leaves it to people.
 */
export const ends = ['nothing', 'credential', 'grant', 'access'] as const;
export type Ends = (typeof ends)[number];

/** One policy as its METADATA says it. Docs, `policy list` and SARIF rules are made of this alone. */
export interface Policy {
	/** `category/name`: path, package tail, params key, SARIF ruleId and waiver key. */
	id: string;
	title: string;
	/** What trips it. */
	description: string;
	/** The question that it answers about one record; empty for a policy that does not say. */
	question: string;
	/** Why that matters. */
	why: string;
	/** What looks like it and does not trip it, each with the test that shows so. */
	traps: Trap[];
	severity: Severity;
	/** Severity when the subject is privileged; equal to `severity` where it does not matter. */
	privilegedSeverity: Severity;
	kind: RecordKind;
	/** A gap in one of these turns a pass into unknown. */
	needs: Source[];
	minGrade: Grade;
	/** What to do and what really ends the credential. */
	remediation: string;
	ends: Ends;
	controls: Control[];
	/** Thresholds that `--params` may change; the key in `data.params.<category>.<name>`. */
	params: Record<string, ParamSpec>;
	/** The folder of `--policy` that it comes from; null for a shipped one. */
	origin: PolicyOrigin | null;
}

/** A case that a policy leaves alone, and the rule of its test file that proves it. */
export interface Trap {
	case: string;
	test: string;
}

/** Where a policy of one's own comes from. */
export interface PolicyOrigin {
	/** As given to `--policy`. */
	folder: string;
	/** The config lists the folder under `trusted-policies`: its findings may be remediated, others only advised on. */
	isTrusted: boolean;
	/** It stands in place of the shipped policy of the same id. */
	replaces: boolean;
}

/** One threshold of a policy: its default decides its type. */
export interface ParamSpec {
	default: string | number | boolean | string[];
	description: string;
}

/** Every policy of a bundle, sorted by id. */
export type Catalog = Policy[];
