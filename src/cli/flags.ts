import type { Options } from 'yargs';
import { formatDay, parseDay, parseRfc3339 } from '../lib/epoch.ts';
import { nearest } from '../lib/nearest.ts';
import type { EpochSeconds, Source } from '../model/facts.ts';
import { sources } from '../model/facts.ts';
import { actionNames } from '../model/plan.ts';
import { severities } from '../model/policy.ts';
import type { AllowedGap } from '../model/scan.ts';
import { viewNames } from '../model/views.ts';
import { matchFields } from '../providers/roster/row.ts';
import type { Format } from '../reporters/index.ts';

/** A list of our own, so that `--help` loads no reporter; the compiler keeps it complete. */
const formatNames = { html: true, json: true, sarif: true } satisfies Record<Format, true>;
export const formats = Object.keys(formatNames) as Format[]; // the literal has no other keys

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export const logFormats = ['text', 'json'] as const;

/** What counts as a number of each flag: the command line and the config file both ask here. */
export const ranges = {
	concurrency: { min: 1, max: 1024 },
	threads: { min: 1, max: 256 },
	timeout: { min: 1, max: 86_400 },
	'request-timeout': { min: 1, max: 3_600 },
	'audit-days': { min: 0, max: 365 },
	'max-waiver-days': { min: 1, max: 3_660 },
	limit: { min: 1, max: 1_000_000 },
	'max-age': { min: 1, max: 720 },
	'max-objects': { min: 1, max: 100_000 },
	'quarantine-days': { min: 1, max: 3_650 },
	grace: { min: 0, max: 365 },
};

const GLOBAL = 'Global:';

/** Flags of every command. */
export const globalFlags = named({
	config: text(GLOBAL, 'FILE', 'Settings; kubelapse.yaml is read where it exists'),
	'log-level': choice(GLOBAL, logLevels, 'How much to tell', 'info'),
	'log-format': choice(GLOBAL, logFormats, 'How to tell it', 'text'),
	quiet: toggle(GLOBAL, 'Print errors only, no progress and no summary'),
	'no-color': toggle(GLOBAL, 'No colours (NO_COLOR does the same)'),
	debug: toggle(GLOBAL, 'Print the stack of an error'),
});

/** Flags that say which clusters to look at; `scan` and `doctor` share them. */
export const targetFlags = named({
	kubeconfig: list('Targets:', 'FILE', 'Kubeconfig files of live clusters', 'KUBECONFIG or ~/.kube/config'),
	context: list('Targets:', 'NAME', 'Contexts of those files', 'the current one'),
	'all-contexts': toggle('Targets:', 'Every context of those files'),
	'read-bootstrap-tokens': toggle('Targets:', 'Read bootstrap tokens for their expiration'),
});

/** How hard to work; `scan` and `doctor` share them too. */
export const runFlags = named({
	concurrency: count('Run:', 'concurrency', 'Clusters at once', '16'),
	timeout: count('Run:', 'timeout', 'Seconds for one cluster', '300'),
	'request-timeout': count('Run:', 'request-timeout', 'Seconds for one request', '30'),
});

/** Flags of `doctor` besides those of targets and run. */
export const doctorFlags = named({
	format: choice('Output:', ['table', 'json'], 'How to print it', 'table'),
});

/** Flags of `scan` besides those of targets and run. */
export const scanFlags = named({
	files: list('Targets:', 'GLOB', 'Kubeconfig files to read offline'),
	facts: text('Targets:', 'DIR', 'Facts of an earlier run, in place of connecting'),
	expect: list('Targets:', 'CLUSTER', 'Clusters that must turn up, by name or uid'),
	alibaba: toggle('Alibaba Cloud:', 'Every ACK and ACS cluster of the account'),
	region: list('Alibaba Cloud:', 'REGION', 'Regions to list', 'all'),
	cluster: list('Alibaba Cloud:', 'CLUSTER', 'Clusters to scan, by id or name', 'all'),
	'account-profile': list('Alibaba Cloud:', 'PROFILE', 'Accounts, by profile of the aliyun CLI'),
	'endpoint-access': choice('Alibaba Cloud:', ['public', 'private'], 'How to reach API servers', 'public'),
	'no-temporary-kubeconfig': toggle('Alibaba Cloud:', 'Issue none; read RBAC by kubeconfigs of your own'),
	'alibaba-endpoint': list(
		'Alibaba Cloud:',
		'PRODUCT=HOST',
		'Addresses of cs, ram, ims, sts or sls, as in a VPC',
	),
	activity: toggle('Alibaba Cloud:', 'Ask for 7-day records of what may be deleted or ends soon'),
	'audit-days': count('Alibaba Cloud:', 'audit-days', 'Days of the audit log to read, 0 for none', '90'),
	'alibaba-ca': text('Alibaba Cloud:', 'FILE', 'CAs that those addresses may be signed by'),
	identities: text('Identities:', 'FILE', 'Who is still here, as CSV or JSON'),
	scim: text('Identities:', 'URL', 'A SCIM 2.0 service that says who is still here'),
	'scim-token-env': text('Identities:', 'NAME', 'Variable with its token', 'KUBELAPSE_SCIM_TOKEN'),
	'identity-field': choice('Identities:', matchFields, "What of a roster's user is compared", 'userName'),
	'identity-prefix': text('Identities:', 'TEXT', 'What the API server puts before the claim, as oidc:'),
	'group-prefix': text('Identities:', 'TEXT', 'The same of groups', '--identity-prefix'),
	'identity-ignore-case': toggle('Identities:', 'Take Alice for alice'),
	history: text('History:', 'FILE', 'Keep what was seen from run to run, as history.duckdb'),
	'forget-cluster': list('History:', 'CLUSTER', 'Clusters of the history that are no more, by name or uid'),
	'audit-log': each('Usage:', 'GLOB', 'Audit log of one API server of the one cluster; may be repeated'),
	'audit-policy': text('Usage:', 'FILE', 'Audit policy of its API servers, which says what is not logged'),
	'show-sources': toggle('Usage:', 'Tell source addresses as they are, not as hashes'),
	policy: each('Policy:', 'DIR', 'Policies of your own beside the shipped ones; may be repeated'),
	params: text('Policy:', 'FILE', 'Thresholds of policies, as YAML or JSON'),
	waivers: text('Policy:', 'FILE', 'Findings that are accepted until a date'),
	framework: {
		...list('Policy:', 'ID', 'Benchmark to report on, as cis-kubernetes-1.12; may be repeated'),
		nargs: 1,
	},
	view: choice('Output:', viewNames, 'Print kubeconfigs of a cloud in place of findings'),
	out: text('Output:', 'DIR', 'Folder for the reports, - prints one', 'kubelapse-report'),
	format: commaList('Output:', 'Formats to write', formats.join(',')),
	'save-facts': text('Output:', 'DIR', 'Keep what was read, for --facts'),
	'fail-on': choice('Gate:', severities, 'Exit 1 from this severity on', 'high'),
	require: sourceList('Gate:', 'Sources that must be readable'),
	'allow-gap': gapList('Gate:', 'SOURCE or SOURCE@CLUSTER that may stay unread'),
	'allow-incomplete': toggle('Gate:', 'Excuse every gap, but no unreachable cluster'),
	threads: count('Run:', 'threads', 'Threads that judge', 'cores'),
	now: moment('Run:', 'Judge as of this time, as 2026-11-22 (its first second, UTC) or 2026-11-22T08:00:00Z'),
});

/** Where remediation keeps what outlives a run. */
const stateFlags = named({
	state: text('Run:', 'DIR', 'Keep the key of journals and what was changed of late', 'XDG_STATE_HOME'),
});

/** Targets and evidence, as `scan` takes them. */
const evidenceFlags = pick(
	...(['alibaba', 'region', 'account-profile', 'endpoint-access', 'no-temporary-kubeconfig'] as const),
	...(['alibaba-endpoint', 'alibaba-ca', 'audit-days', 'identities', 'scim', 'scim-token-env'] as const),
	...(['identity-field', 'identity-prefix', 'group-prefix', 'identity-ignore-case', 'history'] as const),
	...(['audit-log', 'audit-policy', 'params', 'waivers', 'threads', 'files'] as const),
);

const agedFlags = named({
	'max-age': count('Plan:', 'max-age', 'Hours that the facts behind a plan may be old', '24'),
});

/** Which steps a plan has; `offboard` has some of them. */
const choiceFlags = named({
	only: stepList('Steps to plan, by action (remove_subjects) or by id'),
	exclude: stepList('Steps to leave out, likewise'),
	force: toggle('Plan:', 'Skip the 7-day check of Alibaba Cloud where evidence of grade A or B says unused'),
	bulk: toggle('Plan:', 'One call of Alibaba Cloud for all clusters of an identity'),
	'revoke-own': toggle('Plan:', 'Revoke kubeconfigs of your own, too'),
	'no-restore': toggle(
		'Plan:',
		'Plan deletions that nothing brings back: tokens out of quarantine, bootstrap tokens',
	),
	'quarantine-days': count(
		'Plan:',
		'quarantine-days',
		'Days without an attempt before a token is deleted',
		'14',
	),
});

/** Flags of `plan`. Its `--policy` and `--cluster` choose findings: what they name for a scan is in the result. */
export const planFlags = {
	...targetFlags,
	...evidenceFlags,
	...choiceFlags,
	...agedFlags,
	...named({
		policy: list('Plan:', 'ID', 'Policies whose findings to plan from; * stands for any characters'),
		cluster: list('Plan:', 'CLUSTER', 'Clusters to plan for, by name or uid'),
		identity: list('Plan:', 'NAME', 'Users to plan for, by username, uid or name'),
		grace: count('Plan:', 'grace', 'Days that a target is marked in --history before it is planned', '0'),
		'deny-pack': text('Output:', 'DIR', 'Write an admission policy for each certificate that no API ends'),
		out: text('Output:', 'FILE', 'Where to write the plan, - prints it', 'plan.json'),
	}),
	...runFlags,
};

const deedFlags = {
	...stateFlags,
	...named({
		journal: text('Apply:', 'FILE', 'What was done and how it was before', 'PLAN.journal'),
		yes: toggle('Apply:', 'Do not ask for the number of objects'),
		'dry-run': toggle('Apply:', 'Do all but change: with dryRun=All where the API has one'),
		'max-objects': count(
			'Apply:',
			'max-objects',
			'Objects of a cluster to change a day, in place of 20 or a tenth',
		),
	}),
};

/** Flags of `apply`. */
export const applyFlags = {
	...targetFlags,
	...evidenceFlags,
	cluster: scanFlags.cluster,
	policy: scanFlags.policy,
	...agedFlags,
	...deedFlags,
	...named({
		'require-approval': toggle('Apply:', 'Refuse a plan that no approver of the config has signed'),
		approval: text('Apply:', 'FILE', 'The signature that kubelapse approve wrote', 'PLAN.approval'),
	}),
	...runFlags,
};

/** Flags of `restore`. */
export const restoreFlags = {
	...targetFlags,
	...evidenceFlags,
	cluster: scanFlags.cluster,
	policy: scanFlags.policy,
	...pickFrom(deedFlags, 'state', 'yes', 'dry-run', 'max-objects'),
	...named({
		record: text('Restore:', 'FILE', 'The journal of what is put back', 'JOURNAL.restore'),
		step: list('Restore:', 'ID', 'Steps to undo, by their ids', 'all'),
		unfinished: toggle('Restore:', 'Go by a journal whose run has not come to its end'),
	}),
	...runFlags,
};

/** Flags of `offboard`. */
export const offboardFlags = {
	...targetFlags,
	...evidenceFlags,
	cluster: scanFlags.cluster,
	policy: scanFlags.policy,
	...pickFrom(choiceFlags, 'only', 'exclude', 'bulk', 'no-restore', 'quarantine-days'),
	...deedFlags,
	...named({
		out: text('Output:', 'FILE', 'Where to write the plan, - writes none', 'offboard-plan.json'),
		apply: toggle('Apply:', 'Carry the plan out, then scan again and say what still works'),
	}),
	...runFlags,
};

/** Flags of `approve`. */
export const approveFlags = named({
	key: { ...text('Approval:', 'FILE', 'Your Ed25519 private key, in PEM'), demandOption: true as const },
	out: text('Approval:', 'FILE', 'Where to write the signature', 'PLAN.approval'),
});

/** Flags of `journal verify`. */
export const journalFlags = stateFlags;

/** Flags of `waive`. */
export const waiveFlags = {
	...named({
		reason: { ...text('Waiver:', 'TEXT', 'Why it is accepted'), demandOption: true as const },
		owner: { ...text('Waiver:', 'NAME', 'Who answers for it'), demandOption: true as const },
		expires: {
			...text('Waiver:', 'TIME', 'Until when: 90d (days from now), 2027-01-31 or 2027-01-31T12:00:00Z'),
			demandOption: true as const,
		},
		approver: text('Waiver:', 'NAME', 'Who allowed it'),
		ticket: text('Waiver:', 'TEXT', 'Where it is tracked'),
		result: text('Files:', 'FILE', 'The result.json that has the finding', 'kubelapse-report/result.json'),
	}),
	waivers: {
		...scanFlags.waivers,
		group: 'Files:',
		describe: 'FILE: Where to add it (default waivers.yaml)',
	},
};

/** Flags of `usage`. */
export const usageFlags = named({
	'suggest-role': text('Subject:', 'SUBJECT', 'Print the smallest roles for what it did, as YAML'),
	username: toggle('Subject:', 'Take the subject for a username, whatever it looks like'),
	'audit-log': scanFlags['audit-log'],
	'show-sources': scanFlags['show-sources'],
	facts: text('Usage:', 'DIR', 'Saved facts, in place of a log: totals of each cluster, no hours'),
	cluster: text(
		'Usage:',
		'CLUSTER',
		'The one cluster to look at: of facts by name or uid, of a config by FILE#CONTEXT',
	),
	result: text('Usage:', 'FILE', 'A result.json: what it says, and the ids of its findings and credentials'),
	since: text(
		'Output:',
		'TIME',
		'From when on: 30d (days before now), 12h, 2026-11-22 or 2026-11-22T08:00:00Z',
	),
	limit: count('Output:', 'limit', 'Lines of a timeline, the latest', '200'),
	format: choice('Output:', ['text', 'json'], 'How to print it', 'text'),
});

/** Flags of `demo`: those of `scan` that name no cluster of one's own. */
export const demoFlags = {
	out: scanFlags.out,
	format: scanFlags.format,
	'save-facts': scanFlags['save-facts'],
	policy: scanFlags.policy,
	params: scanFlags.params,
	waivers: scanFlags.waivers,
	framework: scanFlags.framework,
};

/** Flags of `policy list` and `policy explain`. */
export const policyPageFlags = {
	...named({ format: choice('Output:', ['table', 'json'], 'How to print it', 'table') }),
	policy: scanFlags.policy,
	params: scanFlags.params,
};

/** Keys of the config that are no flag, because a command line is copied too easily. */
const configWords = {
	'identity-pattern': {
		group: 'Identities:',
		describe: 'How a username holds the field, as ^oidc:(.+)$; the group is what is compared',
	},
	approvers: {
		group: 'Apply:',
		describe: 'Who may approve plans: an Ed25519 public key (PEM, or base64 of its SPKI) by name',
	},
	'journal-keys': {
		group: 'Apply:',
		describe: 'Public keys of journals to trust beside the own one, as those of another machine',
	},
	'max-waiver-days': {
		group: 'Policy:',
		describe: 'Most days that a waiver may still last; a longer one suppresses nothing',
	},
	'trusted-policies': {
		group: 'Policy:',
		describe: 'Folders of --policy that may say what is safe to remediate; others only advise',
	},
};

/** A flag's group and its own words, without what only a command line has: placeholder and default. */
export function flagWords(name: string): { group: string; note: string } {
	const flags: Record<string, { group: string; describe: string }> = {
		...globalFlags,
		...targetFlags,
		...runFlags,
		...scanFlags,
		...pickFrom(applyFlags, 'state', 'max-age', 'max-objects', 'require-approval'),
		...configWords,
	};
	const { group, describe } = flags[name] ?? { group: '', describe: '' };
	return { group, note: describe.replace(/^[A-Z]+…?: /, '').replace(/ \(default .*\)$/, '') };
}

function pick<K extends keyof typeof scanFlags>(...names: K[]): Pick<typeof scanFlags, K> {
	return pickFrom(scanFlags, ...names);
}

function pickFrom<T extends object, K extends keyof T>(flags: T, ...names: K[]): Pick<T, K> {
	return Object.fromEntries(names.map(name => [name, flags[name]])) as Pick<T, K>; // the very keys that are asked for
}

type Group = `${string}:`;

function text(group: Group, placeholder: string, describe: string, byDefault?: string) {
	return {
		type: 'string',
		group,
		describe: `${placeholder}: ${describe}${shown(byDefault)}`,
		requiresArg: true,
		coerce: nonEmpty,
	} as const satisfies Options;
}

function list(group: Group, placeholder: string, describe: string, byDefault?: string) {
	return {
		type: 'string',
		array: true,
		group,
		describe: `${placeholder}…: ${describe}${shown(byDefault)}`,
		requiresArg: true,
		coerce: (values: unknown): string[] => [values].flat().map(nonEmpty),
	} as const satisfies Options;
}

/** A flag that is given once for each value: it takes no more than one word each time. */
function each(group: Group, placeholder: string, describe: string) {
	return {
		...list(group, placeholder, describe),
		nargs: 1,
		describe: `${placeholder}: ${describe}`,
	} as const;
}

function toggle(group: Group, describe: string) {
	const coerce = (value: unknown): boolean => once(value) === true;
	return { type: 'boolean', group, describe, coerce } as const satisfies Options;
}

function count(group: Group, name: keyof typeof ranges, describe: string, byDefault?: string) {
	const { min, max } = ranges[name];
	const coerce = (value: unknown): number => {
		const number = once(value);
		// `type: number` makes NaN of a word and lets it through.
		if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max)
			return number;
		throw new Error(`takes a whole number from ${min} to ${max}`);
	};
	return {
		type: 'number',
		group,
		describe: `N: ${describe}${shown(byDefault)}`,
		requiresArg: true,
		coerce,
	} as const satisfies Options;
}

function choice<T extends string>(group: Group, choices: readonly T[], describe: string, byDefault?: T) {
	return {
		type: 'string',
		group,
		describe: `${describe}: ${choices.join(', ')}${shown(byDefault)}`,
		choices,
		requiresArg: true,
		coerce: (value: unknown): T => oneOf(once(value), choices, 'value'),
	} as const satisfies Options;
}

function commaList(group: Group, describe: string, byDefault: string) {
	return {
		...text(group, 'LIST', describe, byDefault),
		coerce: (value: unknown): Format[] => [...new Set(nonEmpty(value).split(',').map(parseFormat))],
	} as const satisfies Options;
}

function sourceList(group: Group, describe: string) {
	return {
		...list(group, 'SOURCE', describe),
		coerce: (values: unknown): Source[] => [values].flat().map(value => oneOf(value, sources, 'source')),
	} as const satisfies Options;
}

function stepList(describe: string) {
	return {
		...list('Plan:', 'STEP', describe),
		coerce: (values: unknown): string[] => [values].flat().map(parseStepWord),
	} as const satisfies Options;
}

function gapList(group: Group, describe: string) {
	return {
		...list(group, 'GAP', describe),
		coerce: (values: unknown): AllowedGap[] => [values].flat().map(parseAllowedGap),
	} as const satisfies Options;
}

function moment(group: Group, describe: string) {
	return {
		...text(group, 'TIME', describe),
		coerce: (value: unknown): EpochSeconds => parseMoment(nonEmpty(value)),
	} as const satisfies Options;
}

function shown(byDefault: string | undefined): string {
	return byDefault === undefined ? '' : ` (default ${byDefault})`;
}

/** yargs makes an array of a flag that is given twice, whatever its type says. */
function once(value: unknown): unknown {
	if (Array.isArray(value)) throw new Error('takes one value, and is given more than once');
	return value;
}

function nonEmpty(value: unknown): string {
	const word = once(value);
	if (typeof word !== 'string' || word === '') throw new Error('no value is given');
	return word;
}

/** The same flags, each naming itself in what it refuses: yargs keeps nothing of a coercion's error but its text. */
function named<T extends Record<string, { coerce: (value: unknown) => unknown }>>(flags: T): T {
	const wrapped = Object.entries(flags).map(([name, flag]) => {
		const coerce = (value: unknown) => {
			try {
				return flag.coerce(value);
			} catch (error) {
				throw new Error(`--${name}: ${error instanceof Error ? error.message : error}`);
			}
		};
		return [name, { ...flag, coerce }];
	});
	return Object.fromEntries(wrapped) as T; // the same keys, each with a coerce of the same type
}

/** The choice that `word` names. @throws {Error} naming the nearest right one. */
export function oneOf<T extends string>(word: unknown, choices: readonly T[], noun: string): T {
	const found = choices.find(choice => choice === word);
	if (found !== undefined) return found;
	const near = nearest(String(word), choices);
	const advice = near === null ? '' : `, did you mean ${near}?`;
	throw new Error(`unknown ${noun} ${JSON.stringify(word)}${advice} (known: ${choices.join(', ')})`);
}

function parseFormat(word: string): Format {
	return oneOf(word.trim(), formats, 'format');
}

/** `SOURCE` or `SOURCE@CLUSTER`. */
export function parseAllowedGap(value: unknown): AllowedGap {
	const [source = '', ...cluster] = String(value).split('@');
	return { source: oneOf(source, sources, 'source'), cluster: cluster.join('@') || null };
}

/** An action, or how the id of a step begins: four hex digits at least. */
export function parseStepWord(value: unknown): string {
	const word = nonEmpty(value);
	return /^[0-9a-f]{4,12}$/.test(word) ? word : oneOf(word, actionNames, 'action');
}

/** RFC 3339, or a day for its first second; on a day that the calendar has. */
export function parseMoment(value: string): EpochSeconds {
	const seconds = parseDay(value) ?? parseRfc3339(value);
	const day = parseDay(value.slice(0, 10));
	// Date.parse makes 2 March of 30 February.
	if (seconds !== null && day !== null && formatDay(day) === value.slice(0, 10)) return seconds;
	throw new Error(`no time: ${JSON.stringify(value)}; write it as 2026-11-22, or as 2026-11-22T00:00:00Z`);
}
