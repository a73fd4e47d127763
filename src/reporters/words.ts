import { formatDay, formatDuration } from '../lib/epoch.ts';
import { oneLine, plural } from '../lib/text.ts';
import type { ControlState } from '../model/compliance.ts';
import type {
	ClusterStatus,
	CredentialKind,
	CredentialState,
	EpochSeconds,
	GapCode,
} from '../model/facts.ts';
import {
	type Control,
	type Grade,
	type Outcome,
	type ParamSpec,
	type Severity,
	severities,
} from '../model/policy.ts';
import type { Report } from '../model/report.ts';
import { FLEET, type WaiverState } from '../model/waiver.ts';

/** Severity as a heading or a label says it. */
export const severityWords = {
	critical: 'Critical',
	high: 'High',
	medium: 'Medium',
	low: 'Low',
	info: 'Info',
} as const satisfies Record<Severity, string>;

/** How a cluster stands, with what that means for its findings. */
export const statusWords = {
	assessed: ['Assessed', 'Every source was read.'],
	partial: ['Partly read', 'A source was not read, or not asked for: what needs it is unknown, not passed.'],
	unreachable: ['Unreachable', 'Nothing could be read. No finding does not mean no problem.'],
	not_assessed: ['Not assessed', 'It was expected, but not discovered this time.'],
} as const satisfies Record<ClusterStatus, readonly [string, string]>;

/** What a policy can answer about one record. */
export const outcomeWords = {
	fail: ['Fail', 'The policy found what it looks for: one finding each.'],
	unknown: [
		'Unknown',
		'A fact that it needs could not be read, for that record. Treat it as open, never as passed.',
	],
	pass: ['Pass', 'The policy read all that it needs and found nothing.'],
	not_applicable: ['Not applicable', 'The policy does not judge this kind of object.'],
} as const satisfies Record<Outcome, readonly [string, string]>;

/** The state of a credential. */
export const stateWords = {
	not_issued: ['Not issued', 'It was requested and never handed out.'],
	effective: ['Effective', 'It works today as far as its dates say.'],
	expired: ['Expired', 'Its end date has passed: it no longer authenticates.'],
	revoked: ['Revoked', 'Its issuer ended it before its date.'],
	deleted: ['Deleted', 'It is gone, although what it was granted may remain.'],
	unknown: ['Unknown', 'Only the server, or a source that could not be read, can tell.'],
} as const satisfies Record<CredentialState, readonly [string, string]>;

/** How well use is proven. */
export const gradeWords = {
	A: ['A', 'Per credential, with a complete window of audit events.'],
	B: ['B', 'Per user, with a complete window of audit events.'],
	C: ['C', 'A summary of the cloud, or a label with day precision.'],
	D: ['D', 'No evidence of use.'],
	none: ['–', 'The policy does not judge use.'],
} as const satisfies Record<Grade, readonly [string, string]>;

/** How a control of a framework stands. */
export const controlWords = {
	met: 'Met',
	not_met: 'Not met',
	undecided: 'Undecided',
} as const satisfies Record<ControlState, string>;

/** Whether a policy is about the very control, or about something alike. */
export const strengthWords = {
	exact: 'exact',
	analogy: 'by analogy',
} as const satisfies Record<Control['strength'], string>;

/** `3 met, 5 not met, 12 undecided`. */
export function stateCounts(counts: Record<ControlState, number>): string {
	return (['met', 'not_met', 'undecided'] as const)
		.map(state => `${count(counts[state])} ${controlWords[state].toLowerCase()}`)
		.join(', ');
}

/** A control with its strength, as `CIS Kubernetes 1.12 5.1.1 (exact)`. */
export function controlName({ framework, version, id, strength }: Control): string {
	return `${oneLine(`${framework} ${version} ${id}`, 120)} (${strengthWords[strength]})`;
}

/** Why a source could not be read. */
export const gapWords = {
	forbidden: 'not permitted',
	throttled: 'throttled by the server',
	timeout: 'timed out',
	unreachable: 'unreachable',
	auditing_off: 'auditing is off',
	partial: 'read in part',
	not_configured: 'not configured',
} as const satisfies Record<GapCode, string>;

/** What a waiver came to. */
export const waiverWords = {
	active: ['Active', 'It excuses findings of this run.'],
	expired: ['Expired', 'It excuses nothing any more: what it matched counts again.'],
	unused: ['Unused', 'Nothing matches it, and all that it may be about was read.'],
	invalid: ['Invalid', 'It excuses nothing.'],
	too_broad: ['Too broad', 'It excuses findings, and is reported for it.'],
	not_examined: ['Not examined', 'Nothing matches it, but not all that it may be about was read.'],
} as const satisfies Record<WaiverState, readonly [string, string]>;

/** The kind of a credential. */
export const kindWords = {
	client_certificate: 'client certificate',
	cloud_kubeconfig: 'cloud kubeconfig',
	token_secret: 'token Secret',
	bound_token: 'bound token',
	bootstrap_token: 'bootstrap token',
	static_token: 'static token',
	basic_auth: 'basic auth',
	exec_plugin: 'exec plugin',
	auth_provider: 'auth provider',
} as const satisfies Record<CredentialKind, string>;

/** Exit code 0, 1, 3 … as a headline, and the tone that it is shown in. */
export function verdictWords({ run, suppressed }: Pick<Report, 'run' | 'suppressed'>): {
	headline: string;
	tone: 'good' | 'bad' | 'open';
} {
	const { exitCode } = run.verdict;
	const grave = severities.slice(0, severities.indexOf(run.failOn) + 1);
	const isAccepted = suppressed.some(({ severity }) => grave.includes(severity));
	if (run.interrupted || exitCode === 130) return { headline: 'Interrupted before the end', tone: 'open' };
	if (exitCode === 0)
		return {
			headline: `Nothing at or above ${run.failOn}${isAccepted ? ' but what is accepted' : ''}`,
			tone: 'good',
		};
	if (exitCode === 1) return { headline: `Findings at or above ${run.failOn}`, tone: 'bad' };
	if (exitCode === 3) return { headline: 'Incomplete: not everything could be judged', tone: 'open' };
	return { headline: 'The run had an error', tone: 'bad' };
}

/** 9999-12-31T23:59:59Z, the last date that X.509 can say; a token may claim a later one, or nonsense. */
const LAST = 253_402_300_799;

/** Whether a time is one that a calendar has a usual name for. */
export function isDate(seconds: EpochSeconds): boolean {
	return seconds >= 0 && seconds <= LAST;
}

/** `2026-11-22`, also for what is no date at all. */
export function day(seconds: EpochSeconds): string {
	if (isDate(seconds)) return formatDay(seconds);
	return seconds > LAST ? 'after 9999' : 'before 1970';
}

/** `4,900`. */
export function count(number: number): string {
	return number.toLocaleString('en-US');
}

/** Names by uid, also of what stands for all clusters. */
export function clusterNames({ clusters }: Pick<Report, 'clusters'>): Map<string, string> {
	return new Map([FLEET, ...clusters].map(({ uid, name }) => [uid, name]));
}

/** `3 thresholds differ from their defaults`; empty where none does. */
export function changedWords({ changed }: Report['run']['params']): string {
	const verb = changed.length === 1 ? 'differs from its default' : 'differ from their defaults';
	return changed.length === 0 ? '' : `${plural(changed.length, 'threshold')} ${verb}`;
}

/** The value of a threshold; a key that names seconds reads as a duration. */
export function paramWords(key: string, value: ParamSpec['default']): string {
	if (Array.isArray(value)) return value.length === 0 ? 'none' : oneLine(value.join(', '), 300);
	if (typeof value === 'number' && key.endsWith('seconds')) return `${value} (${formatDuration(value)})`;
	return value === '' ? 'empty' : oneLine(String(value), 300);
}

/** A name from a cluster on one line; words where it is empty, so that a row always says what it is about. */
export function named(text: string, maxLength = 200): string {
	return oneLine(text, maxLength) || '(no name)';
}
