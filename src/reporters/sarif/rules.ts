import { oneLine } from '../../lib/text.ts';
import type { Control, Policy, Severity } from '../../model/policy.ts';
import { controlName } from '../words.ts';
import type { Level, Rule } from './log.ts';
import { escapeMarkdown, sentence } from './text.ts';

/** What GitHub shows as the result's level. */
export const levels = {
	critical: 'error',
	high: 'error',
	medium: 'warning',
	low: 'note',
	info: 'note',
} as const satisfies Record<Severity, Level>;

/** `security-severity`: over 9.0 critical, 7.0–8.9 high, 4.0–6.9 medium, 0.1–3.9 low; info has none. */
const SCORES = {
	critical: '9.5',
	high: '8.0',
	medium: '5.5',
	low: '2.0',
	info: null,
} as const satisfies Record<Severity, string | null>;

/** A policy's rule, and a sibling where a privileged subject raises its severity: the score sits on the rule. */
export function rulesOf(policies: Policy[]): Rule[] {
	return policies.flatMap(policy =>
		policy.privilegedSeverity === policy.severity
			? [rule(policy, policy.severity, '')]
			: [rule(policy, policy.severity, ''), rule(policy, policy.privilegedSeverity, PRIVILEGED)],
	);
}

const PRIVILEGED = '.privileged';

/** The rule that a finding of this severity belongs to. */
export function ruleId(policyId: string, severity: Severity, policy: Policy | undefined): string {
	const isRaised =
		policy !== undefined && severity !== policy.severity && severity === policy.privilegedSeverity;
	return isRaised ? policyId + PRIVILEGED : policyId;
}

function rule(policy: Policy, severity: Severity, suffix: string): Rule {
	const score = SCORES[severity];
	const title = suffix === '' ? policy.title : `${policy.title} (privileged subject)`;
	return {
		id: policy.id + suffix,
		name: pascalCase(policy.id + suffix),
		shortDescription: { text: oneLine(title, 1000) },
		fullDescription: { text: sentence(policy.description || policy.title, 1000) },
		help: {
			text: sentence(policy.remediation || policy.description || policy.title, 2000),
			markdown: help(policy),
		},
		defaultConfiguration: { level: levels[severity] },
		properties: {
			tags: tags(policy),
			precision: 'high',
			...(score === null ? {} : { 'security-severity': score }),
		},
	};
}

/** `orphan/role_missing.privileged` is `OrphanRoleMissingPrivileged`. */
function pascalCase(id: string): string {
	const words = id.match(/[A-Za-z0-9]+/g) ?? ['Policy'];
	return words
		.map(word => word.slice(0, 1).toUpperCase() + word.slice(1))
		.join('')
		.slice(0, 255);
}

/** At most 9: GitHub keeps 10 and warns from there. An analogy to a control is told in the help, never as a tag. */
function tags(policy: Policy): string[] {
	const family = policy.id.split('/')[0] ?? policy.id;
	const controls = policy.controls
		.filter(c => c.strength === 'exact')
		.slice(0, 4)
		.map(controlTag);
	return [...new Set(['security', 'kubernetes', 'credential', oneLine(family, 60), ...controls])].slice(0, 9);
}

function controlTag(control: Control): string {
	return oneLine(`${control.framework}/${control.version}/${control.id}`, 100);
}

function help(policy: Policy): string {
	const controls = policy.controls.map(control => `* ${escapeMarkdown(controlName(control))}`);
	return [
		escapeMarkdown(policy.description),
		`**What ends it.** ${escapeMarkdown(policy.remediation)}`,
		...(controls.length === 0 ? [] : [`**Controls**\n\n${controls.join('\n')}`]),
	].join('\n\n');
}
